import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { EncryptionKeys, type EncryptionKeysArgs } from "../../../components/encryption/encryption";
import { deploy, type ResourceGraph } from "../../harness";

const key = "aws:kms/key:Key";
const alias = "aws:kms/alias:Alias";
const kinds = ["cluster", "data", "logs"] as const;

const args: EncryptionKeysArgs = {
    tags: { stack: "dev", environment: "dev", extraTags: {} },
    stack: "dev",
    accountId: pulumi.output("123456789012"),
    region: "us-east-1",
    protect: false,
};

function keys(overrides: Partial<EncryptionKeysArgs> = {}, preview = false): Promise<ResourceGraph> {
    return deploy(
        () => {
            const { clusterKeyArn, dataKeyArn, logsKeyArn, auditKeyArn } = new EncryptionKeys("encryption", {
                ...args,
                ...overrides,
            });
            return { clusterKeyArn, dataKeyArn, logsKeyArn, ...(auditKeyArn !== undefined && { auditKeyArn }) };
        },
        { preview },
    );
}

describe("EncryptionKeys", () => {
    it("makes one rotating key for each of Kubernetes Secrets, data and logs, and tells them apart", async () => {
        const graph = await keys();
        assert.deepEqual(
            graph.ofType(key).map(({ name, inputs }) => [name, inputs.enableKeyRotation]),
            kinds.map((kind) => [`encryption-${kind}`, true]),
        );
        assert.equal(new Set(Object.values(graph.plan.outputs)).size, 3);
        for (const kind of kinds) {
            assert.match(String(graph.plan.outputs[`${kind}KeyArn`]), new RegExp(`:key/encryption-${kind}-`));
        }
    });

    it("gives each key its own policy, made for its account and region", async () => {
        const graph = await keys();
        const sids = (kind: string) => {
            const { policy } = graph.one(key, `encryption-${kind}`).inputs;
            return (JSON.parse(String(policy)) as { Statement: { Sid: string }[] }).Statement.map(({ Sid }) => Sid);
        };
        assert.deepEqual(sids("cluster"), ["Administer", "EncryptKubernetesSecrets"]);
        assert.deepEqual(sids("data"), ["Administer", "UseThroughServices", "StartNodes", "AttachVolumesOfNodes"]);
        assert.deepEqual(sids("logs"), ["Administer", "EncryptLogGroups"]);
        for (const { inputs } of graph.ofType(key)) {
            assert.match(String(inputs.policy), /arn:aws:iam::123456789012:root/);
        }
    });

    it("makes a key for the events of a trail where there is one", async () => {
        assert.equal((await keys()).plan.outputs.auditKeyArn, undefined);
        const graph = await keys({ trailName: "platform-dev" });
        const { policy } = graph.one(key, "encryption-audit").inputs;
        assert.match(String(policy), /arn:aws:cloudtrail:us-east-1:123456789012:trail\/platform-dev/);
        assert.match(String(graph.plan.outputs.auditKeyArn), /:key\/encryption-audit-/);
    });

    it("gives each key an alias that names the stack", async () => {
        const graph = await keys();
        for (const kind of kinds) {
            const made = graph.one(alias, `encryption-${kind}-alias`);
            assert.equal(made.inputs.name, `alias/platform-dev-${kind}`);
            assert.ok(made.dependencies.includes(graph.one(key, `encryption-${kind}`).urn));
            assert.match(String(made.inputs.targetKeyId), new RegExp(`^encryption-${kind}-`));
        }
    });

    it("keeps aliases within 256 characters for any stack name", async () => {
        const graph = await keys({ stack: "a_long.Stack-name".repeat(40) });
        const names = graph.ofType(alias).map(({ inputs }) => String(inputs.name));
        assert.equal(new Set(names).size, 3);
        for (const name of names) {
            assert.match(name, /^alias\/[a-zA-Z0-9/_-]{1,250}$/);
        }
    });

    for (const [protect, days] of [
        [true, 30],
        [false, 7],
    ] as const) {
        it(`with protect ${protect} ${protect ? "keeps" : "gives up"} the keys, after ${days} days' warning`, async () => {
            const graph = await keys({ protect });
            for (const made of graph.ofType(key)) {
                assert.deepEqual(
                    [made.protect, made.retainOnDelete, made.inputs.deletionWindowInDays],
                    [protect, protect, days],
                );
            }
        });
    }

    it("tags every key", async () => {
        for (const { inputs } of (await keys()).ofType(key)) {
            assert.equal((inputs.tags as Record<string, string>)["platform:stack"], "dev");
        }
    });

    it("registers its outputs and can be previewed before anything exists", async () => {
        const graph = await keys({ accountId: "123456789012" }, true);
        const component = graph.one("platform:encryption:EncryptionKeys");
        assert.ok(graph.plan.registeredOutputs.has(component.urn));
        assert.equal(graph.ofType(key).length, 3);
        assert.ok(graph.ofType(key).every((made) => made.parent === component.urn));
    });
});
