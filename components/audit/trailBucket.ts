import * as pulumi from "@pulumi/pulumi";
import { PrivateBucket, type PrivateBucketArgs } from "../bucket/privateBucket";
import { trailBucketPolicy } from "./trailPolicy";

export interface TrailBucketArgs extends PrivateBucketArgs {
    readonly accountId: pulumi.Input<string>;
    readonly region: string;
    /** Name of the trail that may write. */
    readonly trailName: string;
}

/** The S3 bucket of a trail's events: private, versioned, encrypted with a KMS key, reached over TLS only, emptied by age. */
export class TrailBucket extends PrivateBucket {
    constructor(name: string, args: TrailBucketArgs, opts?: pulumi.ComponentResourceOptions) {
        const { region, trailName } = args;
        super(
            "platform:audit:TrailBucket",
            name,
            args,
            (bucketArn) =>
                pulumi
                    .all([bucketArn, args.accountId])
                    .apply(([arn, accountId]) => trailBucketPolicy(arn, { accountId, region, trailName })),
            "expire-events",
            opts,
        );
    }
}
