import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { refuseImpossible } from "../bucket/privateBucket";
import { checkArgs, tagContext, textInput } from "../checkedArgs";
import { Component } from "../component";
import { flag, members, number, text } from "../shapes";
import { tagsFor, type TagContext } from "../tags";
import { TrailBucket } from "./trailBucket";

export interface TrailArgs {
    readonly tags: TagContext;
    readonly accountId: pulumi.Input<string>;
    /** Where the trail is looked after; it records every region. A change makes a new trail. */
    readonly region: string;
    /** Name of the trail. A change makes a new one, in a new bucket. */
    readonly trailName: string;
    /** Name of the bucket, unique among all of AWS. A change makes a new, empty bucket. */
    readonly bucketName: string;
    /** ARN of the KMS key of the events; its policy has to let CloudTrail in for this trail. Changes apply in place, to new events. */
    readonly keyArn: pulumi.Input<string>;
    /** Days that events are kept. Changes apply in place. */
    readonly retentionDays: number;
    /** Keeps the bucket with what was recorded. Changes apply in place. */
    readonly protect: boolean;
}

const shape = members(
    {},
    {
        tags: tagContext,
        accountId: textInput,
        region: text,
        trailName: text,
        bucketName: text,
        keyArn: textInput,
        retentionDays: number,
        protect: flag,
    },
);

/**
 * Who changed what in the AWS account: the management events of every region, in an encrypted bucket of their own, hour by hour with digests
 * that show whether a file was changed or is missing (`aws cloudtrail validate-logs`).
 *
 * It records neither what is read from buckets nor calls of functions (data events): they cost by the call. In the account it is one trail
 * more, beside one of an organization.
 *
 * Costs nothing for the first copy of the management events of a region, $2 per 100,000 events for each further one, and the bucket.
 * Source: AWS CloudTrail pricing page, 2026-11.
 *
 * @example
 * new Trail("trail", {
 *     tags, accountId, region, trailName: "platform-prod", bucketName: "platform-prod-trail",
 *     keyArn: keys.auditKeyArn, retentionDays: 365, protect: true,
 * });
 */
export class Trail extends Component {
    readonly arn: pulumi.Output<string>;
    /** Name of the bucket that has the events. */
    readonly bucketName: string;

    constructor(name: string, args: TrailArgs, opts?: pulumi.ComponentResourceOptions) {
        checkArgs(name, shape, args);
        refuseImpossible(name, args);
        super("platform:audit:Trail", name, opts);
        const bucket = new TrailBucket(this.childName("events"), args, this.childOptions());
        const trail = this.createTrail(args, bucket);
        this.arn = trail.arn;
        this.bucketName = args.bucketName;
        this.registerOutputs({ arn: this.arn, bucketName: this.bucketName });
    }

    private createTrail(args: TrailArgs, bucket: TrailBucket): aws.cloudtrail.Trail {
        return new aws.cloudtrail.Trail(
            this.childName("trail"),
            {
                name: args.trailName,
                s3BucketName: args.bucketName,
                kmsKeyId: args.keyArn,
                isMultiRegionTrail: true,
                // IAM, STS and CloudFront belong to no region.
                includeGlobalServiceEvents: true,
                enableLogFileValidation: true,
                enableLogging: true,
                tags: tagsFor(args.tags, args.trailName),
            },
            // CloudTrail tries to write before it answers.
            this.childOptions({ dependsOn: [bucket.resource] }),
        );
    }
}
