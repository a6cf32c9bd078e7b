/** An S3 bucket policy document. */
export interface BucketPolicyDocument {
    readonly Version: "2012-10-17";
    readonly Statement: readonly BucketPolicyStatement[];
}

export type BucketPolicyStatement = Readonly<Record<string, unknown>>;

/** A statement that forbids something to everybody, whatever else allows it. */
export function deny(
    Sid: string,
    Action: string,
    Resource: string | readonly string[],
    Condition: Readonly<Record<string, unknown>>,
): BucketPolicyStatement {
    return { Sid, Effect: "Deny", Principal: "*", Action, Resource, Condition };
}

/** Nobody talks to the bucket in plain text. Source: Amazon S3 User Guide, "Security best practices for Amazon S3". */
export function refusePlainText(bucketArn: string): readonly BucketPolicyStatement[] {
    const everything = [bucketArn, `${bucketArn}/*`];
    return [
        deny("RefusePlainText", "s3:*", everything, { Bool: { "aws:SecureTransport": "false" } }),
        deny("RefuseOldTls", "s3:*", everything, { NumericLessThan: { "s3:TlsVersion": "1.2" } }),
    ];
}
