import assert from "node:assert/strict";
import * as k8s from "@pulumi/kubernetes";
import type { types } from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { ResourceGraph } from "../../harness";
import { cache, configMapOf, database, deployService, manifest, type ServiceOptions } from "./fixture";

const edge = { kind: "alb", host: "api.example.com" } as const;

/** A service that uses everything. */
const complete: ServiceOptions = {
    connections: [
        { spec: { to: "postgres" }, connection: database() },
        { spec: { to: "redis" }, connection: cache() },
    ],
    secrets: [{ name: "api-secrets", keys: ["SECRET_KEY", "API_KEY"], dependsOn: [] }],
    settings: { LOG_LEVEL: "INFO" },
    replicas: { min: 3, max: 10 },
    callers: ["web"],
    calls: [{ name: "mail", port: 3000 }],
    edge,
};

type KubernetesObject = Pick<types.output.core.v1.ConfigMap, "metadata"> & { readonly kind: string };

const pod = (graph: ResourceGraph): types.output.core.v1.PodTemplateSpec => manifest(graph, "Deployment").spec.template;

function container(graph: ResourceGraph): types.output.core.v1.Container {
    const [first, ...others] = pod(graph).spec.containers;
    assert.ok(first !== undefined && others.length === 0);
    return first;
}

function kubernetesChildren(graph: ResourceGraph): ResourceGraph["all"] {
    const service = graph.one("platform:apiService:ApiService");
    return graph.all.filter(({ type, parent }) => type.startsWith("kubernetes:") && parent === service.urn);
}

describe("API service", () => {
    it("needs nothing but a name, an image and a port", async () => {
        const graph = await deployService();
        assert.deepEqual(
            kubernetesChildren(graph)
                .map(({ inputs }) => (inputs as unknown as KubernetesObject).kind)
                .sort(),
            [
                "ConfigMap",
                "Deployment",
                "NetworkPolicy",
                "PodDisruptionBudget",
                "Role",
                "RoleBinding",
                "Service",
                "ServiceAccount",
                "ServiceMonitor",
                "VerticalPodAutoscaler",
            ],
        );
        assert.equal(container(graph).image, "ghcr.io/your-org/api:1.4.2");
        assert.equal(manifest(graph, "Deployment").spec.replicas, 2);
        assert.deepEqual(container(graph).resources, {
            requests: { cpu: "100m", memory: "256Mi", "ephemeral-storage": "256Mi" },
            limits: { cpu: "500m", memory: "512Mi", "ephemeral-storage": "1Gi" },
        });
        assert.deepEqual(manifest(graph, "Service").spec.ports, [
            { name: "http", port: 80, targetPort: 8000, protocol: "TCP" },
        ]);
        assert.equal(graph.plan.outputs.url, "http://api.shop.svc.cluster.local");
        assert.ok(graph.plan.registeredOutputs.has(graph.one("platform:apiService:ApiService").urn));
    });

    it("keeps its objects together, in order and on its own cluster", async () => {
        const graph = await deployService(complete);
        const platform = graph.one("kubernetes:core/v1:ServiceAccount", "controller");
        const namespace = graph.one("kubernetes:core/v1:Namespace");
        const provider = graph.one("pulumi:providers:kubernetes").urn;
        assert.equal(kubernetesChildren(graph).length, 12);
        for (const resource of kubernetesChildren(graph)) {
            const { metadata } = resource.inputs as unknown as KubernetesObject;
            assert.ok(resource.name.startsWith("shop-api-"), resource.name);
            assert.ok(resource.provider.startsWith(provider), resource.name);
            assert.ok(resource.dependencies.includes(namespace.urn), resource.name);
            assert.ok(resource.dependencies.includes(platform.urn), resource.name);
            assert.equal(metadata.namespace, "shop");
            assert.match(metadata.name, /^api(-[0-9a-f]{10})?$/);
            assert.equal(metadata.labels["app.kubernetes.io/part-of"], "shop");
        }
    });

    it("can be previewed before anything exists, even with a database of unknown address", async () => {
        const withUnknownHost = (): ServiceOptions => {
            const unknown = new k8s.core.v1.ConfigMap("unknown", {}).metadata.uid;
            return {
                ...complete,
                connections: [{ spec: { to: "postgres" }, connection: database({ host: unknown }) }],
            };
        };
        const preview = await deployService(withUnknownHost, {}, { preview: true });
        const update = await deployService(withUnknownHost);
        const names = (graph: ResourceGraph): string[] => kubernetesChildren(graph).map(({ name }) => name);
        assert.equal(kubernetesChildren(preview).length, 12);
        assert.deepEqual(names(preview).sort(), names(update).sort());
    });

    it("has its public address as URL when it has an edge", async () => {
        assert.equal((await deployService({ edge })).plan.outputs.url, "https://api.example.com");
        const onOtherPort = await deployService({ servicePort: 8080 });
        assert.equal(onOtherPort.plan.outputs.url, "http://api.shop.svc.cluster.local:8080");
    });

    it("keeps requests of a client with one pod when asked to", async () => {
        const { spec } = manifest(await deployService({ sessionAffinitySeconds: 10_800 }), "Service");
        assert.equal(spec.sessionAffinity, "ClientIP");
        assert.equal(spec.sessionAffinityConfig.clientIP.timeoutSeconds, 10_800);
        assert.equal(manifest(await deployService(), "Service").spec.sessionAffinity, undefined);
    });

    it("refuses what cannot work, all of it at once", async () => {
        await assert.rejects(
            deployService({ port: 0, preStopSeconds: 60, image: "api:latest" }),
            (error: Error) =>
                /Service "shop-api"/.test(error.message) &&
                /port is 0: must be a whole number from 1 to 65535/.test(error.message) &&
                /preStopSeconds is 60: must be less than gracePeriodSeconds, which is 45/.test(error.message) &&
                /image is "api:latest": must have no tag/.test(error.message),
        );
    });

    it("refuses a variable that two of its parts set", async () => {
        await assert.rejects(
            deployService({ ...complete, settings: { SECRET_KEY_ID: "x", REDIS_HOST: "elsewhere" } }),
            /REDIS_HOST.*must not be set twice; it already comes from settings\.REDIS_HOST/,
        );
    });
});

describe("pods of an API service", () => {
    it("meet the restricted Pod Security Standard", async () => {
        const graph = await deployService();
        const { spec } = pod(graph);
        assert.equal(spec.automountServiceAccountToken, false);
        assert.equal(spec.serviceAccountName, "api");
        assert.equal(manifest(graph, "ServiceAccount").automountServiceAccountToken, false);
        assert.equal(spec.enableServiceLinks, false);
        assert.deepEqual(spec.securityContext, {
            runAsNonRoot: true,
            runAsUser: 1000,
            runAsGroup: 1000,
            fsGroup: 1000,
            seccompProfile: { type: "RuntimeDefault" },
        });
        assert.deepEqual(container(graph).securityContext, {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ["ALL"] },
        });
    });

    it("may listen below 1024 without any capability", async () => {
        const { securityContext } = pod(await deployService({ port: 80, runAsUser: 101 })).spec;
        assert.equal(securityContext.runAsUser, 101);
        assert.deepEqual(securityContext.sysctls, [{ name: "net.ipv4.ip_unprivileged_port_start", value: "80" }]);
    });

    it("may write to the named directories only, as much as their limit allows", async () => {
        const graph = await deployService({ writablePaths: ["/tmp", "/var/cache"] });
        assert.deepEqual(container(graph).volumeMounts, [
            { name: "scratch-0", mountPath: "/tmp" },
            { name: "scratch-1", mountPath: "/var/cache" },
        ]);
        assert.deepEqual(pod(graph).spec.volumes, [
            { name: "scratch-0", emptyDir: { sizeLimit: "1Gi" } },
            { name: "scratch-1", emptyDir: { sizeLimit: "1Gi" } },
        ]);
    });

    it("are asked whether they live at one path, with more patience at the start", async () => {
        const { livenessProbe, readinessProbe, startupProbe } = container(await deployService({ probes: "/up" }));
        const usual = {
            httpGet: { path: "/up", port: "http", scheme: "HTTP" },
            initialDelaySeconds: 0,
            periodSeconds: 10,
            timeoutSeconds: 2,
            failureThreshold: 3,
        };
        assert.deepEqual(livenessProbe, usual);
        assert.deepEqual(readinessProbe, usual);
        assert.deepEqual(startupProbe, { ...usual, periodSeconds: 5, failureThreshold: 30 });
    });

    it("are asked at paths of their own where the service has some", async () => {
        const probes = {
            liveness: { path: "/live", initialDelaySeconds: 30 },
            readiness: { path: "/ready", initialDelaySeconds: 5, periodSeconds: 5 },
        };
        const { livenessProbe, readinessProbe, startupProbe } = container(await deployService({ probes }));
        assert.deepEqual([livenessProbe.httpGet.path, livenessProbe.initialDelaySeconds], ["/live", 30]);
        assert.deepEqual([readinessProbe.httpGet.path, readinessProbe.periodSeconds], ["/ready", 5]);
        assert.deepEqual([startupProbe.httpGet.path, startupProbe.initialDelaySeconds], ["/ready", 0]);
    });

    it("go on serving while load balancers forget them, without needing a shell", async () => {
        const graph = await deployService({ preStopSeconds: 20, gracePeriodSeconds: 50 });
        assert.deepEqual(container(graph).lifecycle, { preStop: { sleep: { seconds: 20 } } });
        assert.equal(pod(graph).spec.terminationGracePeriodSeconds, 50);
        assert.equal(container(await deployService({ preStopSeconds: 0 })).lifecycle, undefined);
    });

    it("are spread over zones and nodes, each version by itself", async () => {
        const constraints = pod(await deployService()).spec.topologySpreadConstraints;
        assert.deepEqual(
            constraints.map(({ topologyKey }) => topologyKey),
            ["topology.kubernetes.io/zone", "kubernetes.io/hostname"],
        );
        for (const constraint of constraints) {
            assert.equal(constraint.whenUnsatisfiable, "ScheduleAnyway");
            assert.deepEqual(constraint.matchLabelKeys, ["pod-template-hash"]);
        }
    });

    it("are replaced without ever being fewer", async () => {
        const { spec } = manifest(await deployService(), "Deployment");
        assert.deepEqual(spec.strategy, {
            type: "RollingUpdate",
            rollingUpdate: { maxUnavailable: 0, maxSurge: "25%" },
        });
        assert.equal(spec.revisionHistoryLimit, 5);
        assert.ok(spec.minReadySeconds > 0);
        // A start may take 150 seconds by default; a rollout must not be called failed before.
        assert.ok(spec.progressDeadlineSeconds > 150);
    });

    it("wait longer for a start that may take longer", async () => {
        const probes = { readiness: { path: "/ready" }, startup: { path: "/ready", failureThreshold: 200 } };
        const { spec } = manifest(await deployService({ probes }), "Deployment");
        assert.equal(spec.progressDeadlineSeconds, 5 * 200 + 300);
    });

    it("carry a label for each store, by which it lets them in, and their version", async () => {
        const { labels } = pod(await deployService(complete)).metadata;
        assert.equal(labels["platform/connects-to-postgres"], "true");
        assert.equal(labels["platform/connects-to-redis"], "true");
        assert.equal(labels["app.kubernetes.io/version"], "1.4.2");
        const { selector } = manifest(await deployService(complete), "Deployment").spec;
        assert.deepEqual(selector.matchLabels, {
            "app.kubernetes.io/name": "api",
            "app.kubernetes.io/part-of": "shop",
        });
    });

    it("carry no version label that Kubernetes would refuse", async () => {
        const labelOf = async (version: string): Promise<string | undefined> =>
            pod(await deployService({ version })).metadata.labels["app.kubernetes.io/version"];
        assert.equal(await labelOf(`1.0.0@sha256:${"a".repeat(64)}`), "1.0.0");
        assert.equal(await labelOf("v".repeat(64)), undefined);
        assert.equal(await labelOf("1.0."), undefined);
    });

    it("carry the annotations that a mesh reads", async () => {
        const graph = await deployService({ podAnnotations: { "linkerd.io/inject": "enabled" } });
        assert.equal(pod(graph).metadata.annotations["linkerd.io/inject"], "enabled");
    });
});

describe("configuration of an API service", () => {
    it("is a ConfigMap of settings and addresses, and references to secrets", async () => {
        const graph = await deployService(complete);
        const { metadata, data } = configMapOf(graph);
        assert.deepEqual(container(graph).envFrom, [{ configMapRef: { name: metadata.name } }]);
        assert.equal(data.LOG_LEVEL, "INFO");
        assert.equal(data.DATABASE_HOST, "shop.c1.eu-central-1.rds.amazonaws.com");
        assert.equal(data.REDIS_PORT, "6379");
        assert.deepEqual(container(graph).env, [
            {
                name: "DATABASE_PASSWORD",
                valueFrom: { secretKeyRef: { name: "postgres-credentials", key: "password" } },
            },
            { name: "REDIS_PASSWORD", valueFrom: { secretKeyRef: { name: "redis-credentials", key: "password" } } },
            { name: "SECRET_KEY", valueFrom: { secretKeyRef: { name: "api-secrets", key: "SECRET_KEY" } } },
            { name: "API_KEY", valueFrom: { secretKeyRef: { name: "api-secrets", key: "API_KEY" } } },
        ]);
    });

    it("rolls the pods when it changes, and leaves the old ConfigMap to the old pods", async () => {
        const before = await deployService({ settings: { LOG_LEVEL: "INFO" } });
        const after = await deployService({ settings: { LOG_LEVEL: "DEBUG" } });
        const [old, changed] = [before, after].map((graph) => graph.one("kubernetes:core/v1:ConfigMap"));
        assert.notDeepEqual(pod(after), pod(before));
        assert.notEqual(configMapOf(after).metadata.name, configMapOf(before).metadata.name);
        // Another Pulumi resource: the old one is deleted after the update of the Deployment, not replaced before it.
        assert.notEqual(changed?.urn, old?.urn);
    });

    it("stays the same when only the version changes", async () => {
        const [before, after] = [await deployService({ version: "1.0.0" }), await deployService({ version: "1.1.0" })];
        assert.deepEqual(configMapOf(after), configMapOf(before));
        assert.notDeepEqual(pod(after), pod(before));
    });

    it("rolls the pods when an address changes that only the cloud knows", async () => {
        const at = (host: string): Promise<ResourceGraph> =>
            deployService(() => ({
                connections: [{ spec: { to: "postgres" }, connection: database({ host: pulumi.output(host) }) }],
            }));
        const [before, after] = [await at("old.example.com"), await at("new.example.com")];
        assert.equal(configMapOf(after).metadata.name, configMapOf(before).metadata.name);
        assert.notDeepEqual(pod(after).metadata.annotations, pod(before).metadata.annotations);
    });

    it("may be read by its own service account, by name, and nothing else may", async () => {
        const graph = await deployService(complete);
        assert.deepEqual(manifest(graph, "Role").rules, [
            {
                apiGroups: [""],
                resources: ["configmaps"],
                resourceNames: [configMapOf(graph).metadata.name],
                verbs: ["get"],
            },
            {
                apiGroups: [""],
                resources: ["secrets"],
                resourceNames: ["api-secrets", "postgres-credentials", "redis-credentials"],
                verbs: ["get"],
            },
        ]);
        const binding = manifest(graph, "RoleBinding");
        assert.deepEqual(binding.subjects, [{ kind: "ServiceAccount", name: "api", namespace: "shop" }]);
        assert.equal(binding.roleRef.name, "api");
        // A rule without names would open every Secret of the namespace.
        assert.equal(manifest(await deployService(), "Role").rules.length, 1);
    });

    it("starts pods anew when one of its own secrets is rotated", async () => {
        const annotation = "secret.reloader.stakater.com/reload";
        const annotations = async (...args: Parameters<typeof deployService>): Promise<Record<string, string>> =>
            manifest(await deployService(...args), "Deployment").metadata.annotations ?? {};
        assert.equal((await annotations(complete))[annotation], "api-secrets,postgres-credentials,redis-credentials");
        assert.equal((await annotations())[annotation], undefined);
        const addons = ["awsLoadBalancerController"] as const;
        assert.equal((await annotations(complete, { addons }))[annotation], undefined);
    });

    it("includes the certificate of a store's own authority, and nothing else of its Secret", async () => {
        const graph = await deployService(() => {
            const certificate = new k8s.core.v1.ConfigMap("certificate", {});
            const secret = { name: "redis-tls", keys: ["ca.crt"], dependsOn: [certificate] };
            const connection = cache({ tls: true, certificateAuthority: { secret, key: "ca.crt" } });
            return { connections: [{ spec: { to: "redis" }, connection }], writablePaths: [] };
        });
        assert.deepEqual(pod(graph).spec.volumes, [
            {
                name: "secret-file-0",
                secret: { secretName: "redis-tls", items: [{ key: "ca.crt", path: "ca.crt" }], defaultMode: 0o444 },
            },
        ]);
        assert.deepEqual(container(graph).volumeMounts, [
            { name: "secret-file-0", mountPath: "/etc/platform/certificates/redis", readOnly: true },
        ]);
        // The server's private key lies in the same Secret, so its name is in no role; and a renewal rolls no pods.
        assert.ok(!JSON.stringify(manifest(graph, "Role").rules).includes("redis-tls"));
        assert.ok(!JSON.stringify(manifest(graph, "Deployment").metadata.annotations).includes("redis-tls"));
        const deployment = graph.one("kubernetes:apps/v1:Deployment");
        const certificate = graph.one("kubernetes:core/v1:ConfigMap", "certificate");
        assert.ok(deployment.dependencies.includes(certificate.urn));
    });

    it("exists before the pods that read it, as do secrets and stores", async () => {
        const graph = await deployService(() => {
            const make = (name: string): k8s.core.v1.ConfigMap => new k8s.core.v1.ConfigMap(name, {});
            const [store, password, secret] = [make("store"), make("password"), make("secret")] as const;
            const credentials = { name: "postgres-credentials", keys: ["password"], dependsOn: [password] };
            return {
                connections: [
                    {
                        spec: { to: "postgres" },
                        connection: database({ dependsOn: [store], secret: credentials }),
                    },
                ],
                secrets: [{ name: "api-secrets", keys: ["SECRET_KEY"], dependsOn: [secret] }],
            };
        });
        const deployment = graph.one("kubernetes:apps/v1:Deployment");
        const configMap = graph.all.find(({ name }) => name.startsWith("shop-api-config"));
        const others = ["store", "password", "secret"].map((name) => graph.one("kubernetes:core/v1:ConfigMap", name));
        for (const needed of [...others, configMap, graph.one("kubernetes:networking.k8s.io/v1:NetworkPolicy")]) {
            assert.ok(needed !== undefined && deployment.dependencies.includes(needed.urn), needed?.name);
        }
    });
});
