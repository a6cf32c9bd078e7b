import { deny, refusePlainText, type BucketPolicyDocument } from "../bucket/bucketPolicy";

/**
 * What nobody may do with a bucket of backups, whatever else allows it: talk to it in plain text, or store an object encrypted by anything
 * but the bucket's key. An upload that names no encryption is fine, the bucket then uses its key; so plain `aws s3 cp` works.
 * Source: Amazon S3 User Guide, "Using bucket policies to require SSE-KMS".
 */
export function backupBucketPolicy(bucketArn: string, keyArn: string): BucketPolicyDocument {
    const objects = `${bucketArn}/*`;
    const encryption = "s3:x-amz-server-side-encryption";
    return {
        Version: "2012-10-17",
        Statement: [
            ...refusePlainText(bucketArn),
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
