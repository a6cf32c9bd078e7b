import assert from "node:assert/strict";
import { scripts } from "../../../components/cache/scripts";
import type { ResourceGraph } from "../../harness";
import { nothingNamedSecretIsALiteral, secretsStandOnlyWhereTheyBelong } from "../../invariants/safety";
import { allAddons, at, listAt, only, rotationType, type Surroundings } from "../secrets/fixture";
import { deployCache, type CacheOptions } from "./fixture";

interface Container {
    readonly name: string;
    readonly image: string;
    readonly command?: readonly string[];
    readonly args?: readonly string[];
    readonly env?: readonly { readonly name: string; readonly value?: string }[];
    readonly resources: Record<"requests" | "limits", Record<string, string>>;
    readonly securityContext: object;
    readonly volumeMounts: readonly { readonly name: string }[];
}

const statefulSet = (graph: ResourceGraph) => only(graph, "StatefulSet");
const pod = "spec.template.spec";

function containers(graph: ResourceGraph): readonly Container[] {
    const server = statefulSet(graph);
    return [...listAt<Container>(server, `${pod}.initContainers`), ...listAt<Container>(server, `${pod}.containers`)];
}

const without = (...addons: string[]): Surroundings => ({
    addons: allAddons.filter((addon) => !addons.includes(addon)),
});

const configOf = (graph: ResourceGraph): string =>
    (graph.object("ConfigMap", "redis-config").inputs.data as Record<string, string>)["server.conf"] ?? "";

describe("an in-cluster cache", () => {
    let graph: ResourceGraph;
    before(async () => {
        graph = await deployCache();
    });

    it("meets the restricted Pod Security Standard", () => {
        const security = at(statefulSet(graph), `${pod}.securityContext`) as Record<string, unknown>;
        assert.equal(security.runAsNonRoot, true);
        assert.equal(security.runAsUser, 999);
        assert.deepEqual(security.seccompProfile, { type: "RuntimeDefault" });
        for (const { name, securityContext } of containers(graph)) {
            const expected = {
                allowPrivilegeEscalation: false,
                readOnlyRootFilesystem: true,
                capabilities: { drop: ["ALL"] },
            };
            assert.deepEqual(securityContext, expected, name);
        }
        assert.equal(at(statefulSet(graph), `${pod}.automountServiceAccountToken`), false);
        assert.equal(at(statefulSet(graph), `${pod}.serviceAccountName`), "redis");
    });

    it("says of every container what it needs and what it may use", () => {
        for (const { name, resources } of containers(graph)) {
            for (const kind of ["requests", "limits"] as const) {
                assert.deepEqual(Object.keys(resources[kind]).sort(), ["cpu", "ephemeral-storage", "memory"], name);
            }
        }
    });

    it("runs pinned images", () => {
        assert.deepEqual([...new Set(containers(graph).map(({ image }) => image))].sort(), [
            "docker.io/library/redis:7.2.16-alpine",
            "docker.io/oliver006/redis_exporter:v1.93.0",
        ]);
    });

    it("keeps its data on a volume that outlives the StatefulSet", () => {
        const [claim] = listAt<{ metadata: { name: string }; spec: object }>(
            statefulSet(graph),
            "spec.volumeClaimTemplates",
        );
        assert.equal(claim?.metadata.name, "data");
        assert.deepEqual(claim?.spec, {
            accessModes: ["ReadWriteOnce"],
            resources: { requests: { storage: "1Gi" } },
        });
        assert.equal(at(statefulSet(graph), "spec.persistentVolumeClaimRetentionPolicy.whenDeleted"), "Retain");
        assert.match(configOf(graph), /^appendonly yes$/m);
        assert.match(configOf(graph), /^dir \/data$/m);
    });

    it("evicts before it runs out of memory", () => {
        assert.match(configOf(graph), /^maxmemory 256mb$/m);
        assert.match(configOf(graph), /^maxmemory-policy allkeys-lru$/m);
    });

    it("has its password in a Secret and in files made of it, never in arguments, variables or the ConfigMap", () => {
        assert.deepEqual(secretsStandOnlyWhereTheyBelong(graph), []);
        assert.deepEqual(nothingNamedSecretIsALiteral(graph), []);
        assert.doesNotMatch(configOf(graph), /requirepass/);
        for (const { command = [], args = [] } of containers(graph)) {
            assert.doesNotMatch([...command, ...args].join(" "), /requirepass|-a |--pass/);
        }
    });

    it("rotates its password every 90 days", () => {
        assert.deepEqual(graph.one(rotationType).inputs.rotationRules, { automaticallyAfterDays: 90 });
        assert.ok(containers(graph).some(({ command }) => command?.[1]?.endsWith("/reload.sh")));
    });

    it("keeps passwords in memory while it runs", () => {
        const runtime = listAt<{ name: string; emptyDir?: object }>(statefulSet(graph), `${pod}.volumes`).find(
            ({ name }) => name === "runtime",
        );
        assert.deepEqual(runtime?.emptyDir, { medium: "Memory", sizeLimit: "1Mi" });
    });

    it("is probed with its password", () => {
        for (const probe of ["startupProbe", "readinessProbe", "livenessProbe"]) {
            const question = probe === "livenessProbe" ? "alive" : "ready";
            assert.deepEqual(at(statefulSet(graph), `${pod}.containers.0.${probe}.exec.command`), [
                "/bin/sh",
                "/etc/cache/probe.sh",
                question,
            ]);
        }
    });

    it("lets in who says that it connects, and Prometheus to the exporter, and opens no connection", () => {
        const policy = graph.object("NetworkPolicy", "redis");
        const [clients, prometheus, ...others] = listAt<object>(policy, "spec.ingress");
        assert.deepEqual(clients, {
            from: [{ podSelector: { matchLabels: { "platform/connects-to-redis": "true" } } }],
            ports: [{ protocol: "TCP", port: 6379 }],
        });
        assert.deepEqual(prometheus, {
            from: [
                {
                    namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "monitoring" } },
                    podSelector: { matchLabels: { "app.kubernetes.io/name": "prometheus" } },
                },
            ],
            ports: [{ protocol: "TCP", port: 9121 }],
        });
        assert.deepEqual(others, []);
        assert.equal(at(policy, "spec.egress"), undefined);
        assert.deepEqual(at(policy, "spec.policyTypes"), ["Ingress", "Egress"]);
    });

    it("can always be evicted", () => {
        const budget = graph.object("PodDisruptionBudget", "redis");
        assert.equal(at(budget, "spec.maxUnavailable"), 1);
        assert.equal(at(budget, "spec.unhealthyPodEvictionPolicy"), "AlwaysAllow");
    });

    it("starts only once everything it mounts is there", () => {
        const server = statefulSet(graph);
        for (const [kind, name] of [
            ["Namespace", "shop"],
            ["ExternalSecret", "redis-credentials"],
            ["Certificate", "redis"],
            ["ConfigMap", "redis-config"],
            ["NetworkPolicy", "redis"],
            ["ServiceAccount", "redis"],
        ] as const) {
            assert.ok(graph.waitsFor(server, graph.object(kind, name)), `${kind} ${name}`);
        }
    });

    it("does not wait for its Service, which itself waits for a ready pod", () => {
        assert.ok(!graph.waitsFor(statefulSet(graph), graph.object("Service", "redis")));
    });

    it("is found under its own name", () => {
        const service = graph.object("Service", "redis");
        assert.deepEqual(at(service, "spec.selector"), {
            "app.kubernetes.io/name": "redis",
            "app.kubernetes.io/part-of": "shop",
        });
        assert.deepEqual(graph.plan.outputs, {
            kind: "redis",
            name: "redis",
            host: "redis.shop.svc.cluster.local",
            port: 6379,
            tls: true,
            passwordKey: "password",
            secret: { name: "redis-credentials", keys: ["password"] },
            network: {
                kind: "pods",
                namespace: "shop",
                labels: { "app.kubernetes.io/name": "redis", "app.kubernetes.io/part-of": "shop" },
            },
            exporterJob: "shop-redis-exporter",
            certificateAuthority: { name: "redis-tls", key: "ca.crt" },
            waitsFor: 2,
        });
    });

    it("offers metrics under the job that the connection names", () => {
        const labels = at(graph.object("Service", "redis"), "metadata.labels") as Record<string, string>;
        assert.equal(labels["platform/exporter-job"], "shop-redis-exporter");
        assert.deepEqual(at(only(graph, "ServiceMonitor"), "spec.endpoints"), [
            { port: "metrics", path: "/metrics", interval: "30s" },
        ]);
    });

    it("is the same on a first preview", async () => {
        const preview = await deployCache({}, {}, { preview: true });
        assert.deepEqual(
            preview.all.map(({ urn }) => urn),
            graph.all.map(({ urn }) => urn),
        );
    });
});

describe("encryption of an in-cluster cache", () => {
    it("comes from an authority of its own, for every name of the Service", async () => {
        const graph = await deployCache();
        const certificate = graph.object("Certificate", "redis");
        assert.deepEqual(at(certificate, "spec.dnsNames"), [
            "redis",
            "redis.shop",
            "redis.shop.svc",
            "redis.shop.svc.cluster.local",
            "localhost",
        ]);
        assert.equal(at(graph.object("Certificate", "redis-authority"), "spec.isCA"), true);
        for (const [kind, name] of [
            ["Issuer", "redis-authority"],
            ["Certificate", "redis-authority"],
            ["Issuer", "redis-self-signed"],
        ] as const) {
            assert.ok(graph.waitsFor(certificate, graph.object(kind, name)), `${kind} ${name}`);
        }
    });

    it("leaves no port for connections in the clear", async () => {
        const config = configOf(await deployCache());
        assert.match(config, /^port 0$/m);
        assert.match(config, /^tls-port 6379$/m);
    });

    it("is missing where nobody can sign a certificate, and the connection says so", async () => {
        const graph = await deployCache({}, without("certManager"));
        assert.match(configOf(graph), /^port 6379$/m);
        assert.equal(graph.plan.outputs.tls, false);
        assert.equal(graph.plan.outputs.certificateAuthority, undefined);
        assert.ok(!graph.all.some(({ inputs }) => inputs.kind === "Certificate" || inputs.kind === "Issuer"));
    });
});

describe("an in-cluster cache elsewhere", () => {
    it("needs no AWS", async () => {
        const graph = await deployCache({}, { aws: false });
        assert.ok(graph.object("Secret", "redis-credentials"));
        assert.deepEqual(
            graph.all.filter(({ type }) => type.startsWith("aws:")),
            [],
        );
    });

    it("has no exporter where nobody scrapes it", async () => {
        const graph = await deployCache({}, without("monitoring"));
        assert.deepEqual(
            containers(graph).map(({ name }) => name),
            ["prepare", "server", "reload"],
        );
        assert.ok(!graph.all.some(({ inputs }) => inputs.kind === "ServiceMonitor"));
        assert.equal(listAt(graph.object("NetworkPolicy", "redis"), "spec.ingress").length, 1);
        assert.equal(listAt(graph.object("Service", "redis"), "spec.ports").length, 1);
    });
});

describe("a change of an in-cluster cache", () => {
    const digest = async (change: CacheOptions): Promise<unknown> =>
        (at(statefulSet(await deployCache(change)), "spec.template.metadata.annotations") as Record<string, string>)[
            "platform/config-digest"
        ];

    it("of its configuration replaces the pod", async () => {
        assert.notEqual(await digest({}), await digest({ evictionPolicy: "noeviction" }));
        assert.equal(await digest({}), await digest({ evictionPolicy: "allkeys-lru" }));
    });

    it("of its memory gives it room for a rewrite of its file", async () => {
        const server = containers(await deployCache({ memoryMiB: 1024 })).find(({ name }) => name === "server");
        assert.equal(server?.resources.requests.memory, "1088Mi");
        assert.equal(server?.resources.limits.memory, "2112Mi");
    });

    it("of its Kubernetes name leaves its name in the system", async () => {
        const graph = await deployCache({ kubernetesName: "cache" });
        assert.equal(graph.plan.outputs.name, "redis");
        assert.equal(graph.plan.outputs.host, "cache.shop.svc.cluster.local");
        assert.ok(graph.object("StatefulSet", "cache"));
        assert.match(JSON.stringify(at(graph.object("NetworkPolicy", "cache"), "spec.ingress")), /connects-to-redis/);
    });

    it("to Valkey runs Valkey's own commands", async () => {
        const [prepare] = containers(await deployCache({ engine: "valkey", version: "8" }));
        assert.equal(prepare?.image, "docker.io/valkey/valkey:8.1.10-alpine");
        const variable = (name: string): string | undefined => prepare?.env?.find((each) => each.name === name)?.value;
        assert.equal(variable("SERVER"), "valkey-server");
        assert.equal(variable("CLI"), "valkey-cli");
    });

    it("to protected lets nobody delete it", async () => {
        assert.equal(statefulSet(await deployCache({ protect: true })).protect, true);
        assert.equal(statefulSet(await deployCache()).protect, false);
    });
});

describe("the variables of the scripts", () => {
    it("are all set in the pod", async () => {
        const used = new Set(
            Object.values(scripts).flatMap((text) =>
                [...text.matchAll(/\$\{?([A-Z][A-Z_]+)/g)].map(([, name]) => name),
            ),
        );
        const [prepare] = containers(await deployCache());
        const set = prepare?.env?.map(({ name }) => name) ?? [];
        assert.deepEqual([...used].sort(), [...set].sort());
    });
});
