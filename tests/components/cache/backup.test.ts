import assert from "node:assert/strict";
import type { ResourceGraph } from "../../harness";
import { container, podLabels, podOf } from "../database/fixture";
import { deployCache } from "./fixture";

interface Statement {
    readonly Action: readonly string[];
    readonly Resource: readonly string[];
}

function actions(graph: ResourceGraph, job: "backup" | "restore"): string[] {
    const policy = graph.one("aws:iam/rolePolicy:RolePolicy", `shop-redis-server-backups-${job}-identity-policy`);
    const { Statement: statements } = JSON.parse(String(policy.inputs.policy)) as { Statement: Statement[] };
    return statements.flatMap(({ Action }) => Action).sort();
}

describe("the backups of a cache in the cluster", () => {
    let graph: ResourceGraph;
    before(async () => {
        graph = await deployCache();
    });

    it("are taken on the schedule of the environment, and restored only when somebody asks", () => {
        const spec = (name: string): { schedule: string; suspend?: boolean } =>
            graph.object("CronJob", name).inputs.spec as { schedule: string; suspend?: boolean };
        assert.equal(spec("redis-backup").schedule, "0 2 * * *");
        assert.equal(spec("redis-restore").suspend, true);
    });

    it("are taken by the engine's own image before the upload sees them, and the other way round", () => {
        const containers = (name: string): string[] => {
            const pod = podOf(graph.object("CronJob", name));
            return [...(pod.initContainers ?? []), ...pod.containers].map(({ image }) => image.replace(/:.*/, ""));
        };
        const [redis, aws] = ["docker.io/library/redis", "public.ecr.aws/aws-cli/aws-cli"];
        assert.deepEqual(containers("redis-backup"), [redis, aws]);
        assert.deepEqual(containers("redis-restore"), [aws, redis]);
    });

    it("can be written or read by a pod, but not both", () => {
        assert.deepEqual(actions(graph, "backup"), [
            "kms:Decrypt",
            "kms:GenerateDataKey",
            "s3:AbortMultipartUpload",
            "s3:PutObject",
        ]);
        assert.deepEqual(actions(graph, "restore"), ["kms:Decrypt", "s3:GetObject", "s3:ListBucket"]);
    });

    it("reach the cache encrypted, through its own policy and theirs", () => {
        const job = graph.object("CronJob", "redis-backup");
        assert.equal(podLabels(job)["platform/connects-to-redis"], "true");
        const { env = [] } = container(podOf(job), "dump");
        assert.equal(env.find(({ name }) => name === "TLS_CA")?.value, "/authority/ca.crt");
        const { egress } = graph.object("NetworkPolicy", "redis-backup").inputs.spec as {
            egress: { ports: { port: number }[] }[];
        };
        assert.deepEqual(
            egress.map(({ ports }) => ports.map(({ port }) => port)),
            [[6379], [80], [443]],
        );
    });

    it("stay on a volume where there is no AWS", async () => {
        const local = await deployCache({}, { aws: false });
        assert.ok(local.object("PersistentVolumeClaim", "redis-backups"));
        const pod = podOf(local.object("CronJob", "redis-backup"));
        assert.deepEqual(pod.initContainers, []);
        assert.equal(container(pod, "dump").env?.find(({ name }) => name === "KEEP_DAYS")?.value, "7");
    });

    it("are ElastiCache's own where the cache is managed", async () => {
        const managed = await deployCache({ placement: "managed" });
        assert.equal(managed.ofType("kubernetes:batch/v1:CronJob").length, 0);
        const [group] = managed.ofType("aws:elasticache/replicationGroup:ReplicationGroup");
        assert.ok(Number(group?.inputs.snapshotRetentionLimit) > 0);
    });
});
