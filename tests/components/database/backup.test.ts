import assert from "node:assert/strict";
import type { ResourceGraph } from "../../harness";
import { container, deployDatabase, managed, mysql, podLabels, podOf, postgres } from "./fixture";

interface CronJobSpec {
    readonly schedule: string;
    readonly timeZone: string;
    readonly suspend?: boolean;
    readonly concurrencyPolicy: string;
    readonly successfulJobsHistoryLimit?: number;
    readonly failedJobsHistoryLimit?: number;
    readonly jobTemplate: {
        readonly spec: {
            readonly backoffLimit: number;
            readonly activeDeadlineSeconds: number;
            readonly ttlSecondsAfterFinished?: number;
        };
    };
}

interface Statement {
    readonly Sid: string;
    readonly Action: readonly string[];
    readonly Resource: readonly string[];
    readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

const cronJob = (graph: ResourceGraph, name: string): CronJobSpec =>
    graph.object("CronJob", name).inputs.spec as CronJobSpec;

function permissions(graph: ResourceGraph, job: "backup" | "restore"): Statement[] {
    const policy = graph.one("aws:iam/rolePolicy:RolePolicy", `shop-db-backups-${job}-identity-policy`);
    return (JSON.parse(String(policy.inputs.policy)) as { Statement: Statement[] }).Statement;
}

const actions = (statements: readonly Statement[]): string[] => statements.flatMap(({ Action }) => Action).sort();

for (const [where, options] of Object.entries({
    "in the cluster": { spec: postgres },
    "on RDS": { ...managed, spec: mysql },
})) {
    describe(`the backups of a database ${where}`, () => {
        let graph: ResourceGraph;

        before(async () => {
            graph = await deployDatabase(options);
        });

        it("are made on the schedule of the environment, one at a time, and end some time", () => {
            const job = cronJob(graph, "db-backup");
            assert.equal(job.schedule, "0 2 * * *");
            assert.equal(job.timeZone, "Etc/UTC");
            assert.equal(job.concurrencyPolicy, "Forbid");
            assert.ok(job.successfulJobsHistoryLimit && job.failedJobsHistoryLimit);
            assert.ok(job.jobTemplate.spec.activeDeadlineSeconds > 0);
        });

        it("are dumped and proven whole by the engine's own tools before the upload sees them", () => {
            const pod = podOf(graph.object("CronJob", "db-backup"));
            assert.deepEqual(
                pod.initContainers?.map(({ name }) => name),
                ["dump"],
            );
            assert.deepEqual(
                pod.containers.map(({ name }) => name),
                ["upload"],
            );
            assert.equal(pod.restartPolicy, "Never");
            assert.match(container(pod, "dump").image, /^docker\.io\/library\/(postgres:15|mysql:8\.4)/);
            assert.match(container(pod, "upload").image, /^public\.ecr\.aws\/aws-cli\/aws-cli:2\.\d+\.\d+$/);
        });

        it("give the uploading container no password", () => {
            const pod = podOf(graph.object("CronJob", "db-backup"));
            assert.ok(!container(pod, "upload").volumeMounts?.some(({ name }) => name === "credentials"));
            assert.ok(container(pod, "dump").volumeMounts?.some(({ name }) => name === "credentials"));
        });

        it("go to the store's own prefix of the system's bucket", () => {
            const { env = [] } = container(podOf(graph.object("CronJob", "db-backup")), "upload");
            assert.equal(env.find(({ name }) => name === "TARGET")?.value, "s3://shop-dev-backups/db");
        });

        it("are written by pods that can write below that prefix and read nothing", () => {
            const statements = permissions(graph, "backup");
            assert.deepEqual(actions(statements), [
                "kms:Decrypt",
                "kms:GenerateDataKey",
                "s3:AbortMultipartUpload",
                "s3:PutObject",
            ]);
            const [write, key] = statements;
            assert.deepEqual(write?.Resource, ["arn:aws:s3:::shop-dev-backups/db/*"]);
            assert.deepEqual(key?.Resource, ["arn:aws:kms:eu-central-1:123456789012:key/data"]);
            assert.equal(key?.Condition?.StringEquals?.["kms:ViaService"], "s3.eu-central-1.amazonaws.com");
        });

        it("are read by pods that can read below that prefix and write nothing", () => {
            const statements = permissions(graph, "restore");
            assert.deepEqual(actions(statements), ["kms:Decrypt", "s3:GetObject", "s3:ListBucket"]);
            const list = statements.find(({ Sid }) => Sid === "List");
            assert.deepEqual(list?.Condition, { StringLike: { "s3:prefix": ["db/*"] } });
        });

        for (const job of ["backup", "restore"] as const) {
            it(`reach the database, AWS and nothing else (${job})`, () => {
                const { spec } = graph.object("NetworkPolicy", `db-${job}`).inputs as {
                    spec: { ingress?: unknown; policyTypes: string[]; egress: { ports: { port: number }[] }[] };
                };
                assert.deepEqual([spec.ingress, spec.policyTypes], [undefined, ["Ingress", "Egress"]]);
                const ports = spec.egress.flatMap(({ ports: each }) => each.map(({ port }) => port));
                assert.deepEqual(ports, [options.spec.engine === "postgres" ? 5432 : 3306, 80, 443]);
            });

            it(`have the label that the server lets in (${job})`, () => {
                assert.equal(podLabels(graph.object("CronJob", `db-${job}`))["platform/connects-to-db"], "true");
            });

            it(`start after their identity and the Secret (${job})`, () => {
                const resource = graph.object("CronJob", `db-${job}`);
                const association = graph.one(
                    "aws:eks/podIdentityAssociation:PodIdentityAssociation",
                    `shop-db-backups-${job}-identity-association`,
                );
                assert.ok(graph.waitsFor(resource, association));
                assert.ok(graph.waitsFor(resource, graph.object("ExternalSecret", "db-credentials")));
                assert.equal(podOf(resource).serviceAccountName, `db-${job}`);
                assert.equal(association.inputs.serviceAccount, `db-${job}`);
            });
        }

        it("never restore by themselves", () => {
            const job = cronJob(graph, "db-restore");
            assert.equal(job.suspend, true);
            assert.equal(job.jobTemplate.spec.backoffLimit, 0);
            assert.ok(job.jobTemplate.spec.ttlSecondsAfterFinished);
        });

        it("restore the newest, or what a ConfigMap of the operator names", () => {
            const pod = podOf(graph.object("CronJob", "db-restore"));
            assert.deepEqual(
                pod.initContainers?.map(({ name }) => name),
                ["download"],
            );
            for (const name of ["download", "restore"]) {
                const which = container(pod, name).env?.find((each) => each.name === "BACKUP");
                assert.deepEqual(which?.valueFrom, {
                    configMapKeyRef: { name: "db-restore", key: "BACKUP", optional: true },
                });
            }
        });

        it("get a volume of their own, as large as the database's", () => {
            for (const name of ["db-backup", "db-restore"]) {
                const work = podOf(graph.object("CronJob", name)).volumes.find((each) => each.name === "work");
                assert.match(JSON.stringify(work), /"ephemeral".*"storage":"20Gi"/);
            }
        });
    });
}

describe("backups without AWS", () => {
    let graph: ResourceGraph;

    before(async () => {
        graph = await deployDatabase({ aws: false, args: { backups: { schedule: "30 4 * * 0", retentionDays: 14 } } });
    });

    it("stay on a volume of the cluster for as long as the environment says", () => {
        const pod = podOf(graph.object("CronJob", "db-backup"));
        assert.deepEqual(
            pod.containers.map(({ name }) => name),
            ["dump"],
        );
        assert.deepEqual(pod.initContainers, []);
        assert.equal(container(pod, "dump").env?.find(({ name }) => name === "KEEP_DAYS")?.value, "14");
        assert.equal(cronJob(graph, "db-backup").schedule, "30 4 * * 0");
        const work = pod.volumes.find(({ name }) => name === "work");
        assert.deepEqual(work?.persistentVolumeClaim, { claimName: "db-backups" });
    });

    it("do not keep Pulumi waiting for a volume that the first dump makes", () => {
        const { metadata } = graph.object("PersistentVolumeClaim", "db-backups").inputs as {
            metadata: { annotations: Record<string, string> };
        };
        assert.equal(metadata.annotations["pulumi.com/skipAwait"], "true");
    });

    it("reach the database and nothing else", () => {
        const { spec } = graph.object("NetworkPolicy", "db-backup").inputs as { spec: { egress: unknown[] } };
        assert.equal(spec.egress.length, 1);
    });
});

describe("the scripts in ConfigMaps", () => {
    it("have a name that changes with their content, and cannot be changed in place", async () => {
        const one = await deployDatabase({ spec: postgres });
        const other = await deployDatabase({ spec: mysql });
        const names = (graph: ResourceGraph): string[] =>
            graph.ofType("kubernetes:core/v1:ConfigMap").map(({ inputs }) => {
                assert.equal(inputs.immutable, true);
                return (inputs.metadata as { name: string }).name;
            });
        for (const name of names(one)) {
            assert.match(name, /-[0-9a-f]{8}$/);
            assert.ok(name.length <= 63);
            assert.ok(!names(other).includes(name));
        }
    });

    it("of the server and of its backups are apart, so that a new backup script restarts no server", async () => {
        const graph = await deployDatabase();
        const server = JSON.stringify(podOf(graph.object("StatefulSet", "db")).volumes);
        const backups = graph.one("kubernetes:core/v1:ConfigMap", "shop-db-backups-files");
        assert.ok(!server.includes((backups.inputs.metadata as { name: string }).name));
    });
});
