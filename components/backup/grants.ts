import * as pulumi from "@pulumi/pulumi";
import type { PolicyStatement } from "../identity/podIdentity";

/** A part of a bucket that pods may use. */
export interface BucketGrant {
    readonly bucketArn: pulumi.Input<string>;
    readonly prefix: string;
    readonly keyArn: pulumi.Input<string>;
    /** The service through which the key may be used. */
    readonly service: string;
}

const objects = ({ bucketArn, prefix }: BucketGrant): pulumi.Output<string> =>
    pulumi.interpolate`${bucketArn}/${prefix}/*`;

/** Use of the key for this bucket's objects. With a bucket key the encryption context is the bucket, without it the object. */
function keyGrant(grant: BucketGrant, actions: readonly string[]): PolicyStatement {
    return {
        sid: "Key",
        actions,
        resources: [grant.keyArn],
        conditions: {
            StringEquals: { "kms:ViaService": grant.service },
            StringLike: { "kms:EncryptionContext:aws:s3:arn": [grant.bucketArn, objects(grant)] },
        },
    };
}

/**
 * Writing without reading. An upload in parts needs kms:Decrypt as well, to put the parts together (Amazon S3 User Guide, "Protecting
 * data using server-side encryption with AWS KMS keys"); without s3:GetObject that opens no backup.
 */
export function writeGrants(grant: BucketGrant): PolicyStatement[] {
    return [
        { sid: "Write", actions: ["s3:PutObject", "s3:AbortMultipartUpload"], resources: [objects(grant)] },
        keyGrant(grant, ["kms:GenerateDataKey", "kms:Decrypt"]),
    ];
}

export function readGrants(grant: BucketGrant): PolicyStatement[] {
    return [
        {
            sid: "List",
            actions: ["s3:ListBucket"],
            resources: [grant.bucketArn],
            conditions: { StringLike: { "s3:prefix": [`${grant.prefix}/*`] } },
        },
        { sid: "Read", actions: ["s3:GetObject"], resources: [objects(grant)] },
        keyGrant(grant, ["kms:Decrypt"]),
    ];
}
