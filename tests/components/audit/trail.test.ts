import assert from "node:assert/strict";
import { Trail, type TrailArgs } from "../../../components/audit/trail";
import { trailBucketPolicy } from "../../../components/audit/trailPolicy";
import { deploy, type ResourceGraph } from "../../harness";

const home = { accountId: "123456789012", region: "eu-west-1", trailName: "platform-prod" };
const thisTrail = "arn:aws:cloudtrail:eu-west-1:123456789012:trail/platform-prod";
const keyArn = "arn:aws:kms:eu-west-1:123456789012:key/audit";

const args: TrailArgs = {
    ...home,
    tags: { stack: "prod", environment: "prod", extraTags: {} },
    bucketName: "platform-prod-trail",
    keyArn,
    retentionDays: 365,
    protect: true,
};

function trail(overrides: Partial<TrailArgs> = {}, preview = false): Promise<ResourceGraph> {
    return deploy(() => ({ arn: new Trail("trail", { ...args, ...overrides }).arn }), { preview });
}

describe("Trail", () => {
    it("records every region and what belongs to none, with digests, under its key", async () => {
        const { inputs } = (await trail()).one("aws:cloudtrail/trail:Trail");
        const { name, s3BucketName, kmsKeyId, isMultiRegionTrail, includeGlobalServiceEvents } = inputs;
        assert.deepEqual(
            [name, s3BucketName, kmsKeyId, isMultiRegionTrail, includeGlobalServiceEvents],
            ["platform-prod", "platform-prod-trail", keyArn, true, true],
        );
        assert.equal(inputs.enableLogFileValidation, true);
    });

    it("begins when its bucket lets it write: CloudTrail tries before it answers", async () => {
        const graph = await trail();
        const made = graph.one("aws:cloudtrail/trail:Trail");
        assert.ok(graph.waitsFor(made, graph.one("aws:s3/bucketPolicy:BucketPolicy")));
    });

    it("keeps events as long as it is told, in a bucket that is not public", async () => {
        const graph = await trail({ retentionDays: 90 });
        const { rules } = graph.one("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration").inputs;
        assert.match(JSON.stringify(rules), /"id":"expire-events".*"expiration":\{"days":90\}/);
        const { blockPublicPolicy, restrictPublicBuckets } = graph.one(
            "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
        ).inputs;
        assert.deepEqual([blockPublicPolicy, restrictPublicBuckets], [true, true]);
    });

    for (const protect of [true, false]) {
        it(`${protect ? "keeps" : "gives up"} the bucket with protect ${protect}`, async () => {
            const made = (await trail({ protect })).one("aws:s3/bucket:Bucket");
            assert.deepEqual([made.protect, made.inputs.forceDestroy], [protect, !protect]);
        });
    }

    it("can be previewed before anything exists", async () => {
        assert.equal((await trail({}, true)).ofType("aws:cloudtrail/trail:Trail").length, 1);
    });
});

describe("the policy of a trail's bucket", () => {
    const { Statement } = trailBucketPolicy("arn:aws:s3:::events", home);

    it("lets in CloudTrail for this one trail, below the account's prefix, and nobody else", () => {
        const allowed = Statement.filter(({ Effect }) => Effect === "Allow");
        assert.deepEqual(
            allowed.map(({ Action, Resource }) => [Action, Resource]),
            [
                ["s3:GetBucketAcl", "arn:aws:s3:::events"],
                ["s3:PutObject", "arn:aws:s3:::events/AWSLogs/123456789012/*"],
            ],
        );
        for (const { Principal, Condition } of allowed) {
            assert.deepEqual(Principal, { Service: "cloudtrail.amazonaws.com" });
            const { StringEquals } = Condition as { StringEquals: Record<string, string> };
            assert.equal(StringEquals["aws:SourceArn"], thisTrail);
        }
    });

    it("refuses plain text and old TLS to everybody", () => {
        const denied = Statement.filter(({ Effect }) => Effect === "Deny").map(({ Sid }) => Sid);
        assert.deepEqual(denied, ["RefusePlainText", "RefuseOldTls"]);
    });
});
