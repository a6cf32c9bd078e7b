/** An S3 bucket policy document; every statement forbids. */
export interface BucketPolicyDocument {
    readonly Version: "2012-10-17";
    readonly Statement: readonly Readonly<Record<string, unknown>>[];
}

/**
 * What nobody may do with a bucket, whatever else allows it: talk to it in plain text, or store an object encrypted by anything but the
 * bucket's key. An upload that names no encryption is fine, the bucket then uses its key; so plain `aws s3 cp` works.
 * Source: Amazon S3 User Guide, "Security best practices for Amazon S3" and "Using bucket policies to require SSE-KMS".
 */
export function backupBucketPolicy(bucketArn: string, keyArn: string): BucketPolicyDocument {
    const objects = `${bucketArn}/*`;
    const deny = (Sid: string, Action: string, Resource: string | string[], Condition: Record<string, unknown>) => ({
        Sid,
        Effect: "Deny",
        Principal: "*",
        Action,
        Resource,
        Condition,
    });
    const encryption = "s3:x-amz-server-side-encryption";
    return {
        Version: "2012-10-17",
        Statement: [
            deny("RefusePlainText", "s3:*", [bucketArn, objects], { Bool: { "aws:SecureTransport": "false" } }),
            deny("RefuseOldTls", "s3:*", [bucketArn, objects], { NumericLessThan: { "s3:TlsVersion": "1.2" } }),
            deny("RefuseOtherEncryption", "s3:PutObject", objects, {
                Null: { [encryption]: "false" },
                StringNotEquals: { [encryption]: "aws:kms" },
            }),
            deny("RefuseOtherKeys", "s3:PutObject", objects, {
                Null: { [`${encryption}-aws-kms-key-id`]: "false" },
                ArnNotEquals: { [`${encryption}-aws-kms-key-id`]: keyArn },
            }),
            deny("RefuseCallersKeys", "s3:PutObject", objects, {
                Null: { [`${encryption}-customer-algorithm`]: "false" },
            }),
        ],
    };
}
