import { refusePlainText, type BucketPolicyDocument } from "../bucket/bucketPolicy";

/** Where a trail is. */
export interface TrailHome {
    readonly accountId: string;
    readonly region: string;
    readonly trailName: string;
}

export function trailArn({ accountId, region, trailName }: TrailHome): string {
    return `arn:aws:cloudtrail:${region}:${accountId}:trail/${trailName}`;
}

/**
 * CloudTrail may write for this one trail, below the account's own prefix, and nobody talks to the bucket in plain text. Who reads is up to
 * IAM policies and the key. Source: AWS CloudTrail User Guide, "Amazon S3 bucket policy for CloudTrail".
 */
export function trailBucketPolicy(bucketArn: string, home: TrailHome): BucketPolicyDocument {
    const cloudTrail = { Effect: "Allow", Principal: { Service: "cloudtrail.amazonaws.com" } };
    const ofThisTrail = { "aws:SourceArn": trailArn(home) };
    return {
        Version: "2012-10-17",
        Statement: [
            {
                Sid: "CheckBucket",
                ...cloudTrail,
                Action: "s3:GetBucketAcl",
                Resource: bucketArn,
                Condition: { StringEquals: ofThisTrail },
            },
            {
                Sid: "WriteEvents",
                ...cloudTrail,
                Action: "s3:PutObject",
                Resource: `${bucketArn}/AWSLogs/${home.accountId}/*`,
                Condition: { StringEquals: { ...ofThisTrail, "s3:x-amz-acl": "bucket-owner-full-control" } },
            },
            ...refusePlainText(bucketArn),
        ],
    };
}
