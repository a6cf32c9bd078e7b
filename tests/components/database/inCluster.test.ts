import assert from "node:assert/strict";
import type { StoreConnection } from "../../../components/connection";
import type { PlannedResource } from "../../../simulation/record";
import type { ResourceGraph } from "../../harness";
import { allPods, container, deployDatabase, managed, mysql, podLabels, podOf, postgres } from "./fixture";

interface StatefulSetSpec {
    readonly replicas: number;
    readonly serviceName: string;
    readonly persistentVolumeClaimRetentionPolicy: unknown;
    readonly volumeClaimTemplates: readonly {
        readonly spec: {
            readonly storageClassName?: string;
            readonly resources: unknown;
            readonly accessModes: string[];
        };
    }[];
}

interface NetworkPolicySpec {
    readonly podSelector: { readonly matchLabels: Record<string, string> };
    readonly policyTypes: readonly string[];
    readonly ingress: readonly {
        readonly from: readonly Record<string, unknown>[];
        readonly ports: readonly unknown[];
    }[];
    readonly egress?: readonly unknown[];
}

const specOf = <T>(graph: ResourceGraph, kind: string, name: string): T => graph.object(kind, name).inputs.spec as T;

for (const spec of [postgres, mysql]) {
    describe(`an in-cluster ${spec.engine}`, () => {
        let graph: ResourceGraph;
        let connection: StoreConnection | undefined;

        before(async () => {
            graph = await deployDatabase({ spec, inspect: (database) => (connection = database.connection) });
        });

        it("is one pod with a volume of the default class, which outlives it", () => {
            const server = specOf<StatefulSetSpec>(graph, "StatefulSet", "db");
            assert.equal(server.replicas, 1);
            const [claim] = server.volumeClaimTemplates;
            assert.equal(claim?.spec.storageClassName, undefined);
            assert.deepEqual(claim?.spec.resources, { requests: { storage: "20Gi" } });
            assert.deepEqual(claim?.spec.accessModes, ["ReadWriteOnce"]);
            assert.deepEqual(server.persistentVolumeClaimRetentionPolicy, {
                whenDeleted: "Retain",
                whenScaled: "Retain",
            });
        });

        it("is not made again for a larger volume, which Kubernetes cannot give it", () => {
            assert.deepEqual(graph.object("StatefulSet", "db").ignoreChanges, ["spec.volumeClaimTemplates"]);
        });

        it("runs the official image of the version that was asked for, as its own user", () => {
            const pod = podOf(graph.object("StatefulSet", "db"));
            assert.match(
                container(pod, "server").image,
                spec.engine === "postgres"
                    ? /^docker\.io\/library\/postgres:15\.\d+-bookworm$/
                    : /^docker\.io\/library\/mysql:8\.4\.\d+$/,
            );
            assert.equal(pod.securityContext.runAsUser, 999);
            assert.equal(pod.securityContext.fsGroup, 999);
        });

        it("accepts encrypted connections only", () => {
            const { args = [] } = container(podOf(graph.object("StatefulSet", "db")), "server");
            assert.equal(connection?.tls, true);
            if (spec.engine === "mysql") {
                assert.ok(args.includes("--require-secure-transport=ON"));
                return;
            }
            assert.ok(args.includes("ssl=on") && args.includes("hba_file=/scripts/pg_hba.conf"));
            const [files] = graph
                .ofType("kubernetes:core/v1:ConfigMap")
                .filter(({ name }) => name === "shop-db-server-files");
            const rules = (files?.inputs.data as Record<string, string>)["pg_hba.conf"] ?? "";
            const kinds = rules
                .split("\n")
                .filter((line) => line !== "" && !line.startsWith("#"))
                .map((line) => line.split(/\s+/)[0]);
            assert.deepEqual([...new Set(kinds)], ["local", "hostssl"]);
        });

        it("lets in who declares to use it and Prometheus, and opens no connection itself", () => {
            const policy = specOf<NetworkPolicySpec>(graph, "NetworkPolicy", "db");
            const labels = podLabels(graph.object("StatefulSet", "db"));
            for (const [key, value] of Object.entries(policy.podSelector.matchLabels)) {
                assert.equal(labels[key], value);
            }
            assert.deepEqual(policy.policyTypes, ["Ingress", "Egress"]);
            assert.equal(policy.egress, undefined);
            const [clients, prometheus, ...others] = policy.ingress;
            assert.deepEqual(others, []);
            assert.deepEqual(clients?.from, [{ podSelector: { matchLabels: { "platform/connects-to-db": "true" } } }]);
            assert.deepEqual(clients?.ports, [{ protocol: "TCP", port: connection?.port }]);
            assert.match(JSON.stringify(prometheus?.from), /monitoring/);
        });

        it("is found under its name, and its pod under the headless one", () => {
            const service = specOf<Record<string, unknown>>(graph, "Service", "db");
            assert.equal(service.type, "ClusterIP");
            assert.equal(service.clusterIP, undefined);
            assert.equal(specOf<Record<string, unknown>>(graph, "Service", "db-headless").clusterIP, "None");
            assert.equal(specOf<StatefulSetSpec>(graph, "StatefulSet", "db").serviceName, "db-headless");
            assert.equal(connection?.host, "db.shop.svc.cluster.local");
            assert.deepEqual(connection?.network, {
                kind: "pods",
                namespace: "shop",
                labels: { "app.kubernetes.io/name": "db", "app.kubernetes.io/part-of": "shop" },
            });
        });

        it("does not keep Pulumi waiting for pods that wait for it", () => {
            const { metadata } = graph.object("Service", "db-headless").inputs as {
                metadata: { annotations: Record<string, string> };
            };
            assert.equal(metadata.annotations["pulumi.com/skipAwait"], "true");
        });

        it("can be moved off its node", () => {
            const budget = specOf<Record<string, unknown>>(graph, "PodDisruptionBudget", "db");
            assert.equal(budget.maxUnavailable, 1);
            assert.equal(budget.minAvailable, undefined);
            assert.equal(budget.unhealthyPodEvictionPolicy, "AlwaysAllow");
        });

        it("has a generated password that is rotated and never stands in a manifest", () => {
            assert.equal(connection?.secret.name, "db-credentials");
            assert.deepEqual(connection?.secret.keys, ["password"]);
            const rotation = graph.one("aws:secretsmanager/secretRotation:SecretRotation").inputs;
            assert.deepEqual(rotation.rotationRules, { automaticallyAfterDays: 90 });
            for (const { containers, initContainers = [] } of allPods(graph)) {
                for (const { env = [] } of [...containers, ...initContainers]) {
                    assert.ok(env.every(({ valueFrom }) => !JSON.stringify(valueFrom ?? "").includes("secretKeyRef")));
                }
            }
        });

        it("says what the server is set to accept", () => {
            assert.equal(connection?.maxConnections, 100);
            const { args = [] } = container(podOf(graph.object("StatefulSet", "db")), "server");
            assert.ok(args.some((each) => /max[_-]connections=100$/.test(each)));
        });

        it("waits for the Secret, its files and the namespace", () => {
            const server = graph.object("StatefulSet", "db");
            assert.ok(graph.waitsFor(server, graph.object("ExternalSecret", "db-credentials")));
            assert.ok(graph.waitsFor(server, graph.one("kubernetes:core/v1:Namespace")));
            assert.ok(graph.waitsFor(server, graph.one("kubernetes:core/v1:ConfigMap", "shop-db-server-files")));
        });

        it("has an exporter without a password, under the job of the connection", () => {
            const exporter = container(podOf(graph.object("StatefulSet", "db")), "exporter");
            assert.match(
                [...(exporter.args ?? []), ...(exporter.env ?? []).map(({ value }) => value)].join(" "),
                /platform_exporter/,
            );
            assert.deepEqual(
                exporter.volumeMounts?.map(({ name }) => name),
                ["socket"],
            );
            const { labels } = graph.object("Service", "db-headless").inputs.metadata as {
                labels: Record<string, string>;
            };
            assert.equal(labels["platform/exporter-job"], connection?.exporterJob);
        });

        it("has no exporter where nobody scrapes", async () => {
            const plan = await deployDatabase({ spec, addons: ["externalSecrets"] });
            assert.deepEqual(
                podOf(plan.object("StatefulSet", "db")).containers.map(({ name }) => name),
                ["server", "login"],
            );
            assert.equal(specOf<NetworkPolicySpec>(plan, "NetworkPolicy", "db").ingress.length, 1);
        });

        it("can be called something else in Kubernetes", async () => {
            let other: StoreConnection | undefined;
            const plan = await deployDatabase({
                spec: { ...spec, kubernetesName: "postgres-user", storageGiB: 5 },
                inspect: (database) => (other = database.connection),
            });
            plan.object("StatefulSet", "postgres-user");
            plan.object("CronJob", "postgres-user-backup");
            assert.equal(other?.host, "postgres-user.shop.svc.cluster.local");
            assert.equal(other?.name, "db");
            assert.equal(other?.exporterJob, "shop-db-exporter");
            const policy = specOf<NetworkPolicySpec>(plan, "NetworkPolicy", "postgres-user");
            assert.match(JSON.stringify(policy.ingress), /platform\/connects-to-db/);
        });

        it("is protected where that is asked for", async () => {
            const plan = await deployDatabase({ spec, args: { protect: true } });
            assert.equal(plan.object("StatefulSet", "db").protect, true);
            assert.equal(graph.object("StatefulSet", "db").protect, false);
        });

        it("needs nothing of AWS on a local cluster", async () => {
            const plan = await deployDatabase({ spec, aws: false });
            assert.deepEqual(
                plan.all.filter(({ type }) => type.startsWith("aws:")),
                [],
            );
            const secret = plan.object("Secret", "db-credentials");
            assert.deepEqual(secret.inputs.stringData, { password: "[secret]" });
        });

        it("can be previewed when nothing exists yet", async () => {
            await deployDatabase({ spec }, { preview: true });
            await deployDatabase({ spec, aws: false }, { preview: true });
        });
    });
}

describe("every pod of a database", () => {
    for (const [what, options] of Object.entries({
        "PostgreSQL in the cluster": { spec: postgres },
        "MySQL in the cluster": { spec: mysql },
        "PostgreSQL on RDS": { ...managed, spec: postgres },
        "MySQL on RDS": { ...managed, spec: mysql },
        "PostgreSQL on RDS with replicas": { ...managed, spec: { ...postgres, readReplicas: 2 } },
        "PostgreSQL without AWS": { spec: postgres, aws: false },
    })) {
        it(`of ${what} meets the restricted Pod Security Standard and says what it needs`, async () => {
            const pods = allPods(await deployDatabase(options));
            assert.ok(pods.length >= 3);
            for (const pod of pods) {
                assert.equal(pod.securityContext.runAsNonRoot, true);
                assert.deepEqual(pod.securityContext.seccompProfile, { type: "RuntimeDefault" });
                assert.equal(pod.automountServiceAccountToken, false);
                assert.notEqual(pod.serviceAccountName, "default");
                for (const each of [...pod.containers, ...(pod.initContainers ?? [])]) {
                    assert.deepEqual(
                        each.securityContext,
                        {
                            allowPrivilegeEscalation: false,
                            readOnlyRootFilesystem: true,
                            capabilities: { drop: ["ALL"] },
                        },
                        each.name,
                    );
                    for (const amounts of [each.resources.requests, each.resources.limits]) {
                        assert.deepEqual(Object.keys(amounts).sort(), ["cpu", "ephemeral-storage", "memory"]);
                    }
                    assert.match(each.image, /:[^:]*\d/);
                    const mounted = (each.volumeMounts ?? []).map(({ name }) => name);
                    const volumes = [...pod.volumes.map(({ name }) => name), "data"];
                    assert.deepEqual(
                        mounted.filter((name) => !volumes.includes(name)),
                        [],
                    );
                }
            }
        });
    }

    it("finds the scripts it runs in its ConfigMap", async () => {
        for (const options of [
            { spec: postgres },
            { spec: mysql },
            { ...managed, spec: { ...postgres, readReplicas: 1 } },
            { ...managed, spec: { ...mysql, readReplicas: 1 } },
        ]) {
            const graph = await deployDatabase(options);
            const files = new Map(
                graph
                    .ofType("kubernetes:core/v1:ConfigMap")
                    .map(({ inputs }) => [
                        (inputs.metadata as { name: string }).name,
                        Object.keys(inputs.data as object),
                    ]),
            );
            for (const pod of allPods(graph)) {
                const volume = pod.volumes.find(({ name }) => name === "scripts") as
                    { configMap: { name: string } } | undefined;
                const there = files.get(volume?.configMap.name ?? "") ?? [];
                for (const { command = [], args = [] } of [...pod.containers, ...(pod.initContainers ?? [])]) {
                    for (const [, name = ""] of [...command, ...args].join(" ").matchAll(/\/scripts\/(\S+)/g)) {
                        assert.ok(
                            there.includes(name),
                            `${name} is not in ${volume?.configMap.name}: ${there.join(", ")}`,
                        );
                    }
                }
            }
        }
    });
});

describe("a change of placement", () => {
    // The engine hands the aliases of a parent on to its children, so these two levels lead to the Secret itself.
    it("finds the Secret of the other placement again, instead of deleting it after it was made", async () => {
        const plans = [
            await deployDatabase(),
            await deployDatabase(managed),
            await deployDatabase({ ...managed, spec: { ...postgres, readReplicas: 1 } }),
        ];
        const [inCluster, onRds] = plans.map((graph) => byName(graph, "shop-db-server"));
        assert.deepEqual(inCluster?.aliases, [onRds?.urn]);
        assert.deepEqual(onRds?.aliases, [inCluster?.urn]);
        for (const graph of plans) {
            const secret = byName(graph, "shop-db-server-credentials");
            const [own, other] = ["platform:secrets:SystemSecret", "platform:secrets:ImportedSecret"].sort((type) =>
                type === secret.type ? -1 : 1,
            );
            assert.deepEqual(secret.aliases, [secret.urn.replace(String(own), String(other))]);
            assert.equal(graph.object("ExternalSecret", "db-credentials").name, "shop-db-server-credentials-external");
        }
    });
});

function byName(graph: ResourceGraph, name: string): PlannedResource {
    const [found, ...others] = graph.all.filter((each) => each.name === name);
    assert.ok(found !== undefined && others.length === 0, `expected one ${name}`);
    return found;
}
