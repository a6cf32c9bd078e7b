import * as pulumi from "@pulumi/pulumi";
import { PrivateBucket, type PrivateBucketArgs } from "../bucket/privateBucket";
import { backupBucketPolicy } from "./bucketPolicy";

export type BackupBucketArgs = PrivateBucketArgs;

/**
 * An S3 bucket for backups: private, versioned, encrypted with a KMS key, reached over TLS only, emptied by age.
 *
 * Costs $0.023 per GB and month in us-east-1, up to seven days longer than `retentionDays`; the bucket key cuts KMS requests to a few.
 * Source: Amazon S3 pricing page, S3 Standard, 2026-11.
 *
 * @example
 * const backups = new BackupBucket("shop-backups", {
 *     tags, bucketName: "shop-prod-backups", keyArn: keys.dataKeyArn, retentionDays: 30, protect: true,
 * });
 */
export class BackupBucket extends PrivateBucket {
    constructor(name: string, args: BackupBucketArgs, opts?: pulumi.ComponentResourceOptions) {
        super(
            "platform:backup:BackupBucket",
            name,
            args,
            (bucketArn) => pulumi.all([bucketArn, args.keyArn]).apply(([arn, key]) => backupBucketPolicy(arn, key)),
            "expire-backups",
            opts,
        );
    }
}
