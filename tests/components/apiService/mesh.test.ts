import assert from "node:assert/strict";
import type { types } from "@pulumi/kubernetes";
import type { EdgeSpec } from "../../../components/apiService/spec";
import type { AddonName } from "../../../config/schema";
import type { ResourceGraph } from "../../harness";
import { allAddons, cache, customObject, deployService, manifest, type ServiceOptions } from "./fixture";

const service: ServiceOptions = {
    name: "user-service",
    port: 3002,
    mesh: "linkerd",
    probes: {
        liveness: { path: "/api/health/live" },
        readiness: { path: "/api/health/ready" },
        startup: { path: "/api/health/live" },
    },
    callers: ["gateway"],
    allowedCallers: [{ namespace: "orders", service: "order-api" }, { namespace: "jobs" }],
};

const group = "policy.linkerd.io";
const meshObjects = (graph: ResourceGraph): ResourceGraph["all"] =>
    graph.all.filter(({ type }) => type.includes("policy.linkerd.io"));

const specOf = (graph: ResourceGraph, kind: string, suffix: string): unknown =>
    customObject(graph, kind, `user-service${suffix}`).spec;

const portsBetween = (rule: types.output.networking.v1.NetworkPolicyIngressRule | undefined): unknown[] =>
    rule?.ports.map(({ port }) => port) ?? [];

describe("service in the mesh", () => {
    it("gets a proxy with resources of its own, and stays restricted", async () => {
        const { metadata, spec } = manifest(await deployService(service), "Deployment", "user-service").spec.template;
        assert.equal(metadata.annotations["linkerd.io/inject"], "enabled");
        for (const part of ["cpu", "memory", "ephemeral-storage"]) {
            for (const kind of ["request", "limit"]) {
                assert.ok(metadata.annotations[`config.linkerd.io/proxy-${part}-${kind}`], `${part} ${kind}`);
            }
        }
        assert.equal(spec.initContainers, undefined);
        assert.equal(spec.securityContext.runAsNonRoot, true);
    });

    it("may be told more by its own annotations", async () => {
        const podAnnotations = { "config.linkerd.io/proxy-cpu-request": "100m" };
        const graph = await deployService({ ...service, podAnnotations });
        const { annotations } = manifest(graph, "Deployment", "user-service").spec.template.metadata;
        assert.equal(annotations["config.linkerd.io/proxy-cpu-request"], "100m");
    });

    it("answers nobody on its port that it does not name", async () => {
        const graph = await deployService(service);
        assert.equal(customObject(graph, "Server", "user-service").apiVersion, "policy.linkerd.io/v1beta3");
        assert.deepEqual(specOf(graph, "Server", ""), {
            podSelector: {
                matchLabels: { "app.kubernetes.io/name": "user-service", "app.kubernetes.io/part-of": "shop" },
            },
            port: 3002,
            proxyProtocol: "HTTP/1",
            accessPolicy: "deny",
        });
    });

    it("answers its callers, by the identities of their pods", async () => {
        const graph = await deployService(service);
        assert.deepEqual(specOf(graph, "MeshTLSAuthentication", "-callers"), {
            identityRefs: [
                { kind: "ServiceAccount", namespace: "shop", name: "gateway" },
                { kind: "ServiceAccount", namespace: "orders", name: "order-api" },
                { kind: "Namespace", name: "jobs" },
            ],
        });
        assert.deepEqual(specOf(graph, "AuthorizationPolicy", "-callers"), {
            targetRef: { group, kind: "HTTPRoute", name: "user-service-all" },
            requiredAuthenticationRefs: [{ group, kind: "MeshTLSAuthentication", name: "user-service-callers" }],
        });
    });

    it("tells the kubelet and Prometheus, who have no identity, how it is, and nothing else", async () => {
        const graph = await deployService(service);
        const { parentRefs, rules } = specOf(graph, "HTTPRoute", "-open") as {
            parentRefs: unknown;
            rules: [{ matches: { method: string; path: { type: string; value: string } }[] }];
        };
        assert.deepEqual(parentRefs, [{ group, kind: "Server", name: "user-service" }]);
        assert.deepEqual(
            rules[0].matches.map(({ method, path }) => `${method} ${path.type} ${path.value}`),
            ["GET Exact /api/health/live", "GET Exact /api/health/ready", "GET Exact /metrics"],
        );
        assert.deepEqual(specOf(graph, "AuthorizationPolicy", "-open"), {
            targetRef: { group, kind: "HTTPRoute", name: "user-service-open" },
            requiredAuthenticationRefs: [{ group, kind: "NetworkAuthentication", name: "user-service-open" }],
        });
    });

    it("answers no call at all when nobody is named", async () => {
        const graph = await deployService({ ...service, callers: [], allowedCallers: [] });
        assert.ok(!meshObjects(graph).some(({ type }) => type.endsWith(":MeshTLSAuthentication")));
        const targets = meshObjects(graph)
            .filter(({ type }) => type.endsWith(":AuthorizationPolicy"))
            .map(({ inputs }) => (inputs.spec as { targetRef: { name: string } }).targetRef.name);
        assert.deepEqual(targets, ["user-service-open"]);
    });

    it("answers the load balancer, by the subnets it stands in", async () => {
        const edge: EdgeSpec = { kind: "alb", host: "users.example.com" };
        const graph = await deployService({ ...service, edge });
        assert.deepEqual(specOf(graph, "NetworkAuthentication", "-edge"), {
            networks: [{ cidr: "10.0.0.0/24" }, { cidr: "10.0.1.0/24" }],
        });
    });

    it("lets proxies talk to each other and to their control plane", async () => {
        const graph = await deployService({
            ...service,
            calls: [{ name: "mail", port: 3000 }],
            outsideCalls: [{ namespace: "orders", service: "order-api", port: 5001 }],
            connections: [{ spec: { to: "redis" }, connection: cache() }],
        });
        const { ingress, egress } = manifest(graph, "NetworkPolicy", "user-service").spec;
        assert.deepEqual(portsBetween(ingress[0]), [3002, 4143]);
        assert.deepEqual(
            egress.map(({ ports }) => ports.map(({ port }) => port)),
            [[6379], [3000, 4143], [5001, 4143], [8080, 8086, 8090], [80]],
        );
        assert.deepEqual(egress[3]?.to, [
            { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "linkerd" } } },
        ]);
    });

    it("lets Prometheus ask the proxies how they do, where there is a Prometheus", async () => {
        const ingress = async (addons: readonly AddonName[]): Promise<unknown[][]> =>
            manifest(
                await deployService({ ...service, metricsPath: null }, { addons }),
                "NetworkPolicy",
                "user-service",
            ).spec.ingress.map(portsBetween);
        assert.deepEqual(await ingress(allAddons), [[3002, 4143], [4191]]);
        assert.deepEqual(await ingress(allAddons.filter((each) => each !== "monitoring")), [[3002, 4143]]);
        const { ingress: rules } = manifest(await deployService(service), "NetworkPolicy", "user-service").spec;
        assert.deepEqual(rules[1]?.from, [
            {
                namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "monitoring" } },
                podSelector: { matchLabels: { "app.kubernetes.io/name": "prometheus" } },
            },
        ]);
    });

    it("has its rules before its first pod", async () => {
        const graph = await deployService(service);
        const deployment = graph.one("kubernetes:apps/v1:Deployment");
        assert.equal(meshObjects(graph).length, 7);
        for (const each of meshObjects(graph)) {
            assert.ok(graph.waitsFor(deployment, each), each.name);
        }
    });

    it("can be previewed before anything exists", async () => {
        assert.equal(meshObjects(await deployService(service, {}, { preview: true })).length, 7);
    });

    it("is refused where it could not work", async () => {
        const addons = allAddons.filter((each) => each !== "linkerd");
        await assert.rejects(deployService(service, { addons }), /mesh is "linkerd": needs the add-on linkerd/);
        const gateway = { className: "platform", clusterIssuer: "letsencrypt", namespace: "envoy-gateway" };
        const edge: EdgeSpec = { kind: "gateway", host: "users.example.com" };
        await assert.rejects(
            deployService({ ...service, edge }, { gateway }),
            /must be left out with a "gateway" edge/,
        );
        await assert.rejects(
            deployService({ ...service, strategy: { kind: "blue-green", smokeTest: { path: "/" } } }),
            /must be left out with a "blue-green" strategy/,
        );
    });

    it("is none by default", async () => {
        const graph = await deployService();
        assert.deepEqual(meshObjects(graph), []);
        const { annotations } = manifest(graph, "Deployment").spec.template.metadata;
        assert.equal(annotations["linkerd.io/inject"], undefined);
    });
});
