import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { checkArgs, tagContext, textInput } from "../checkedArgs";
import { Component } from "../component";
import { flag, members, number, text } from "../shapes";
import { tagsFor, type TagContext } from "../tags";
import type { BucketPolicyDocument } from "./bucketPolicy";

export interface PrivateBucketArgs {
    readonly tags: TagContext;
    /** Name of the bucket, unique among all of AWS; 3 to 63 lower-case letters, digits and hyphens. A change makes a new, empty bucket. */
    readonly bucketName: string;
    /** ARN of the KMS key that encrypts the objects. A change applies to new objects; old ones keep needing the old key. */
    readonly keyArn: pulumi.Input<string>;
    /** Days that an object is kept, at least one; for seven more it can be brought back. Changes apply in place, to all objects. */
    readonly retentionDays: number;
    /** Keeps the bucket: Pulumi refuses to delete it, and AWS does as long as it holds anything. Changes apply in place. */
    readonly protect: boolean;
}

/** Days that a deleted, overwritten or expired object can still be brought back. */
const noncurrentDays = 7;

/** Days after which the parts of an upload that never ended are removed. They cost as much as objects and cannot be read. */
const unfinishedUploadDays = 1;

const shape = members(
    {},
    { tags: tagContext, bucketName: text, keyArn: textInput, retentionDays: number, protect: flag },
);

const bucketNamePattern = /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/;

/**
 * A bucket that is private, versioned, encrypted with a KMS key and emptied by age. What it is for, and who may write to it, is a
 * subclass's to say.
 *
 * Versions are what protects an object from whoever may write: overwriting or deleting one leaves the old version behind.
 */
export abstract class PrivateBucket extends Component {
    /** Name of the bucket; the bucket exists once `resource` does. */
    readonly bucketName: string;
    readonly arn: pulumi.Output<string>;
    /** What a writer waits for: the bucket and all its protections. */
    readonly resource: pulumi.Resource;

    /**
     * @param policyOf the bucket's policy.
     * @param expiryRule name of the rule that removes what is too old.
     */
    protected constructor(
        type: `platform:${string}:${string}`,
        name: string,
        args: PrivateBucketArgs,
        policyOf: (bucketArn: pulumi.Output<string>) => pulumi.Output<BucketPolicyDocument>,
        expiryRule: string,
        opts?: pulumi.ComponentResourceOptions,
    ) {
        checkArgs(name, shape, args);
        refuseImpossible(name, args);
        super(type, name, opts);

        const bucket = this.createBucket(args);
        const versioning = this.keepVersions(bucket);
        this.encrypt(bucket, args.keyArn);
        this.expire(bucket, versioning, args.retentionDays, expiryRule);
        const ownership = this.ownObjects(bucket);
        const privacy = this.blockPublicAccess(bucket, ownership);
        this.restrict(bucket, policyOf, privacy);

        this.bucketName = args.bucketName;
        this.arn = bucket.arn;
        this.resource = this;
        this.registerOutputs({ bucketName: this.bucketName, arn: this.arn });
    }

    private createBucket(args: PrivateBucketArgs): aws.s3.Bucket {
        return new aws.s3.Bucket(
            this.childName("bucket"),
            { bucket: args.bucketName, forceDestroy: !args.protect, tags: tagsFor(args.tags, args.bucketName) },
            this.childOptions({ protect: args.protect }),
        );
    }

    private keepVersions(bucket: aws.s3.Bucket): aws.s3.BucketVersioning {
        return new aws.s3.BucketVersioning(
            this.childName("versioning"),
            { bucket: bucket.id, versioningConfiguration: { status: "Enabled" } },
            this.childOptions(),
        );
    }

    private encrypt(bucket: aws.s3.Bucket, keyArn: pulumi.Input<string>): void {
        new aws.s3.BucketServerSideEncryptionConfiguration(
            this.childName("encryption"),
            {
                bucket: bucket.id,
                rules: [
                    {
                        applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: keyArn },
                        bucketKeyEnabled: true,
                        // Keys that callers bring along: what only its writer can read is of no use to anybody else.
                        blockedEncryptionTypes: ["SSE-C"],
                    },
                ],
            },
            this.childOptions(),
        );
    }

    /** Removes what is too old. A rule with `days` also clears delete markers that nothing is left behind. */
    private expire(bucket: aws.s3.Bucket, versioning: aws.s3.BucketVersioning, days: number, rule: string): void {
        new aws.s3.BucketLifecycleConfiguration(
            this.childName("lifecycle"),
            {
                bucket: bucket.id,
                rules: [
                    {
                        id: rule,
                        status: "Enabled",
                        // All objects.
                        filter: { prefix: "" },
                        expiration: { days },
                        noncurrentVersionExpiration: { noncurrentDays },
                        abortIncompleteMultipartUpload: { daysAfterInitiation: unfinishedUploadDays },
                    },
                ],
            },
            // Rules about noncurrent versions need versions.
            this.childOptions({ dependsOn: [versioning] }),
        );
    }

    /** Switches access control lists off: the account owns every object, policies alone decide. */
    private ownObjects(bucket: aws.s3.Bucket): aws.s3.BucketOwnershipControls {
        return new aws.s3.BucketOwnershipControls(
            this.childName("ownership"),
            { bucket: bucket.id, rule: { objectOwnership: "BucketOwnerEnforced" } },
            this.childOptions(),
        );
    }

    /** After the ownership controls: S3 refuses two changes of a bucket's access at the same time. */
    private blockPublicAccess(
        bucket: aws.s3.Bucket,
        ownership: aws.s3.BucketOwnershipControls,
    ): aws.s3.BucketPublicAccessBlock {
        return new aws.s3.BucketPublicAccessBlock(
            this.childName("public-access-block"),
            {
                bucket: bucket.id,
                blockPublicAcls: true,
                blockPublicPolicy: true,
                ignorePublicAcls: true,
                restrictPublicBuckets: true,
            },
            this.childOptions({ dependsOn: [ownership] }),
        );
    }

    /** After the public access block, for the same reason. */
    private restrict(
        bucket: aws.s3.Bucket,
        policyOf: (bucketArn: pulumi.Output<string>) => pulumi.Output<BucketPolicyDocument>,
        privacy: aws.s3.BucketPublicAccessBlock,
    ): void {
        new aws.s3.BucketPolicy(
            this.childName("policy"),
            {
                bucket: bucket.id,
                policy: policyOf(bucket.arn).apply((policy) => JSON.stringify(policy)),
            },
            this.childOptions({ dependsOn: [privacy] }),
        );
    }
}

/** @throws Error when no bucket can be so. */
export function refuseImpossible(name: string, { bucketName, retentionDays }: PrivateBucketArgs): void {
    if (!bucketNamePattern.test(bucketName)) {
        throw new Error(
            `${name}: bucketName "${bucketName}" is not 3 to 63 lower-case letters, digits and hyphens, with a letter or digit at both ends.`,
        );
    }
    if (!Number.isInteger(retentionDays) || retentionDays < 1) {
        throw new Error(`${name}: retentionDays ${retentionDays} is not a whole number of days, 1 or more.`);
    }
}
