import assert from "node:assert/strict";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { BackupBucket, type BackupBucketArgs } from "../../../components/backup/backupBucket";
import { backupBucketPolicy } from "../../../components/backup/bucketPolicy";
import { deploy, type ResourceGraph } from "../../harness";

const keyArn = "arn:aws:kms:us-east-1:123456789012:key/data";

const type = {
    bucket: "aws:s3/bucket:Bucket",
    versioning: "aws:s3/bucketVersioning:BucketVersioning",
    encryption: "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    lifecycle: "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
    ownership: "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
    publicAccessBlock: "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
    policy: "aws:s3/bucketPolicy:BucketPolicy",
};

const args: BackupBucketArgs = {
    tags: { stack: "prod", environment: "prod", extraTags: {}, system: "shop" },
    bucketName: "shop-prod-backups",
    keyArn: pulumi.output(keyArn),
    retentionDays: 30,
    protect: true,
};

function bucket(overrides: Partial<BackupBucketArgs> = {}, preview = false): Promise<ResourceGraph> {
    return deploy(
        () => {
            const made = new BackupBucket("shop-backups", { ...args, ...overrides });
            new aws.sqs.Queue("writer", {}, { dependsOn: [made.resource] });
            return { bucketName: made.bucketName, arn: made.arn };
        },
        { preview },
    );
}

describe("BackupBucket", () => {
    it("has the name it was given, and says so before it exists", async () => {
        const graph = await bucket({}, true);
        assert.equal(graph.one(type.bucket).inputs.bucket, "shop-prod-backups");
        assert.equal(graph.plan.outputs.bucketName, "shop-prod-backups");
        assert.equal((await bucket()).plan.outputs.arn, "arn:aws:s3:::shop-prod-backups");
    });

    it("keeps versions, so that whoever may write backups cannot destroy them", async () => {
        assert.deepEqual((await bucket()).one(type.versioning).inputs.versioningConfiguration, { status: "Enabled" });
    });

    it("encrypts with its key, asks KMS rarely, and takes no keys that callers bring", async () => {
        assert.deepEqual((await bucket()).one(type.encryption).inputs.rules, [
            {
                applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: keyArn },
                bucketKeyEnabled: true,
                blockedEncryptionTypes: ["SSE-C"],
            },
        ]);
    });

    it("removes backups by age, earlier versions after a week, unfinished uploads after a day", async () => {
        const { rules } = (await bucket({ retentionDays: 90 })).one(type.lifecycle).inputs;
        assert.deepEqual(rules, [
            {
                id: "expire-backups",
                status: "Enabled",
                filter: { prefix: "" },
                expiration: { days: 90 },
                noncurrentVersionExpiration: { noncurrentDays: 7 },
                abortIncompleteMultipartUpload: { daysAfterInitiation: 1 },
            },
        ]);
    });

    it("is private: no access lists, no public policies", async () => {
        const graph = await bucket();
        assert.deepEqual(graph.one(type.ownership).inputs.rule, { objectOwnership: "BucketOwnerEnforced" });
        const { blockPublicAcls, blockPublicPolicy, ignorePublicAcls, restrictPublicBuckets } = graph.one(
            type.publicAccessBlock,
        ).inputs;
        assert.ok(blockPublicAcls && blockPublicPolicy && ignorePublicAcls && restrictPublicBuckets);
    });

    it("has the policy of its own ARN and key", async () => {
        const { policy } = (await bucket()).one(type.policy).inputs;
        assert.deepEqual(JSON.parse(String(policy)), backupBucketPolicy("arn:aws:s3:::shop-prod-backups", keyArn));
    });

    it("changes access in one order, because S3 refuses two changes at a time", async () => {
        const graph = await bucket();
        assert.ok(graph.waitsFor(graph.one(type.policy), graph.one(type.publicAccessBlock)));
        assert.ok(graph.waitsFor(graph.one(type.publicAccessBlock), graph.one(type.ownership)));
        assert.ok(graph.waitsFor(graph.one(type.lifecycle), graph.one(type.versioning)));
    });

    it("makes writers wait for all of its protections", async () => {
        const graph = await bucket();
        const writer = graph.one("aws:sqs/queue:Queue");
        for (const each of Object.values(type)) {
            assert.ok(graph.waitsFor(writer, graph.one(each)), each);
        }
    });

    for (const protect of [true, false]) {
        it(`with protect ${protect} ${protect ? "cannot" : "can"} be deleted with backups in it`, async () => {
            const made = (await bucket({ protect })).one(type.bucket);
            assert.deepEqual([made.protect, made.inputs.forceDestroy], [protect, !protect]);
        });
    }

    for (const [what, overrides, expected] of [
        ["a name in upper case", { bucketName: "Shop" }, /bucketName "Shop" is not 3 to 63 lower-case letters/],
        ["a name that is too long", { bucketName: "a".repeat(64) }, /is not 3 to 63/],
        ["a name with dots, which TLS certificates do not cover", { bucketName: "a.b.c" }, /is not 3 to 63/],
        ["a retention of no days", { retentionDays: 0 }, /retentionDays 0 is not a whole number of days, 1 or more/],
        ["a retention of half days", { retentionDays: 1.5 }, /retentionDays 1\.5 is not/],
    ] as const) {
        it(`refuses ${what}`, async () => {
            await assert.rejects(bucket(overrides), expected);
        });
    }

    it("tags the bucket with its system", async () => {
        const tags = (await bucket()).one(type.bucket).inputs.tags as Record<string, string>;
        assert.deepEqual([tags["platform:system"], tags.Name], ["shop", "shop-prod-backups"]);
    });

    it("puts everything below itself, registers its outputs, and can be previewed before anything exists", async () => {
        const graph = await bucket({}, true);
        const component = graph.one("platform:backup:BackupBucket");
        assert.ok(graph.plan.registeredOutputs.has(component.urn));
        const children = graph.all.filter((each) => each.type.startsWith("aws:s3/"));
        assert.equal(children.length, Object.keys(type).length);
        assert.ok(children.every((each) => each.parent === component.urn && each.name.startsWith("shop-backups-")));
    });
});

/** The parts of a request that the policy looks at; what a request does not say is absent. */
interface Upload {
    readonly tls?: string;
    readonly algorithm?: string;
    readonly key?: string;
    readonly customerAlgorithm?: string;
}

/** Decides as IAM does, for the operators this policy uses: a statement denies when all its conditions hold. */
function refusals(upload: Upload): string[] {
    const context: Record<string, string | undefined> = {
        "aws:SecureTransport": String(upload.tls !== undefined),
        "s3:TlsVersion": upload.tls,
        "s3:x-amz-server-side-encryption": upload.algorithm,
        "s3:x-amz-server-side-encryption-aws-kms-key-id": upload.key,
        "s3:x-amz-server-side-encryption-customer-algorithm": upload.customerAlgorithm,
    };
    const holds: Record<string, (actual: string | undefined, wanted: string) => boolean> = {
        Bool: (actual, wanted) => actual === wanted,
        Null: (actual, wanted) => String(actual === undefined) === wanted,
        NumericLessThan: (actual, wanted) => actual !== undefined && Number(actual) < Number(wanted),
        // A negated operator also holds for what is absent.
        StringNotEquals: (actual, wanted) => actual !== wanted,
        ArnNotEquals: (actual, wanted) => actual !== wanted,
    };
    return backupBucketPolicy("arn:aws:s3:::b", keyArn)
        .Statement.filter(({ Condition }) =>
            Object.entries(Condition as Record<string, Record<string, string>>).every(([operator, wanted]) =>
                Object.entries(wanted).every(([key, value]) => holds[operator]?.(context[key], value)),
            ),
        )
        .map(({ Sid }) => String(Sid));
}

describe("backupBucketPolicy", () => {
    it("only forbids, so it gives nobody anything", () => {
        const { Statement } = backupBucketPolicy("arn:aws:s3:::b", keyArn);
        assert.ok(Statement.every(({ Effect, Principal }) => Effect === "Deny" && Principal === "*"));
    });

    for (const [what, upload, expected] of [
        ["an upload that names no encryption", { tls: "1.3" }, []],
        ["an upload with the bucket's key", { tls: "1.2", algorithm: "aws:kms", key: keyArn }, []],
        ["an upload over plain HTTP", {}, ["RefusePlainText"]],
        ["an upload over TLS 1.1", { tls: "1.1" }, ["RefuseOldTls"]],
        ["an upload under S3's own key", { tls: "1.3", algorithm: "AES256" }, ["RefuseOtherEncryption"]],
        [
            "an upload under another key",
            { tls: "1.3", algorithm: "aws:kms", key: `${keyArn}-of-others` },
            ["RefuseOtherKeys"],
        ],
        ["an upload under a key of the caller", { tls: "1.3", customerAlgorithm: "AES256" }, ["RefuseCallersKeys"]],
    ] as const) {
        it(`${expected.length === 0 ? "lets pass" : "refuses"} ${what}`, () => {
            assert.deepEqual(refusals(upload), expected);
        });
    }
});
