import assert from "node:assert/strict";
import type { GatewayContext } from "../../../components/context";
import type { GatewayEdge } from "../../../components/apiService/spec";
import { trafficSpec, type GatewayModel } from "../../../components/apiService/gateway";
import { clientTrafficPolicySpec } from "../../../components/gateway/bodies";
import { proxyPodLabels } from "../../../components/gateway/names";
import { customObject, deployService, manifest, type PlatformOptions } from "./fixture";

const gateway: GatewayContext = {
    className: "platform",
    clusterIssuer: "letsencrypt",
    namespace: "envoy-gateway-system",
};
const host = "employee-mgmt.example.com";
const edge: GatewayEdge = {
    kind: "gateway",
    host,
    requestsPerMinute: 100,
    cors: { origins: ["https://app.example.com"] },
};

const model = (change: Partial<GatewayModel> = {}): GatewayModel => ({
    edge,
    name: "api",
    servicePort: 80,
    className: "platform",
    globalRateLimit: true,
    ...change,
});

describe("gateway of a service", () => {
    it("holds its host and its certificate in its own namespace", async () => {
        const graph = await deployService({ edge }, { gateway });
        const { apiVersion, metadata, spec } = customObject(graph, "Gateway");
        assert.equal(apiVersion, "gateway.networking.k8s.io/v1");
        assert.equal(metadata.namespace, "shop");
        assert.equal(metadata.annotations["cert-manager.io/cluster-issuer"], "letsencrypt");
        const allowedRoutes = { namespaces: { from: "Same" } };
        assert.deepEqual(spec, {
            gatewayClassName: "platform",
            listeners: [
                {
                    name: "https",
                    protocol: "HTTPS",
                    port: 443,
                    hostname: host,
                    allowedRoutes,
                    tls: { mode: "Terminate", certificateRefs: [{ kind: "Secret", name: "api-gateway-tls" }] },
                },
            ],
        });
    });

    it("sends every path to the service, gives up after a minute and keeps browsers at HTTPS", async () => {
        const { spec } = customObject(await deployService({ edge }, { gateway }), "HTTPRoute");
        assert.deepEqual(spec, {
            parentRefs: [{ name: "api", sectionName: "https" }],
            hostnames: [host],
            rules: [
                {
                    matches: [{ path: { type: "PathPrefix", value: "/" } }],
                    filters: [
                        {
                            type: "ResponseHeaderModifier",
                            responseHeaderModifier: {
                                set: [{ name: "Strict-Transport-Security", value: "max-age=31536000" }],
                            },
                        },
                    ],
                    backendRefs: [{ name: "api", port: 80 }],
                    timeouts: { request: "60s" },
                },
            ],
        });
    });

    it("leaves port 80 to the platform, which sends everybody on and proves that the host is ours", async () => {
        const graph = await deployService({ edge }, { gateway });
        const { listeners } = customObject(graph, "Gateway").spec as { listeners: { port: number }[] };
        assert.deepEqual(
            listeners.map(({ port }) => port),
            [443],
        );
    });

    it("treats clients as the shared gateway does: TLS 1.2 at least, patience with limits, addresses from the connection", async () => {
        const graph = await deployService({ edge }, { gateway });
        const { apiVersion, metadata, spec } = customObject(graph, "ClientTrafficPolicy");
        assert.equal(apiVersion, "gateway.envoyproxy.io/v1alpha1");
        assert.equal(metadata.namespace, "shop");
        assert.deepEqual(spec, clientTrafficPolicySpec("api"));
        const { targetRefs, tls, timeout, clientIPDetection } = spec as Record<string, unknown>;
        assert.deepEqual(targetRefs, [{ group: "gateway.networking.k8s.io", kind: "Gateway", name: "api" }]);
        assert.equal((tls as { minVersion: string }).minVersion, "1.2");
        assert.ok(timeout !== undefined && clientIPDetection === undefined);
        assert.ok(graph.waitsFor(graph.object("ClientTrafficPolicy", "api"), graph.object("Gateway", "api")));
    });

    it("believes the proxies that it is told of, and nobody else, when they say whom they ask for", async () => {
        const trustedProxyCidrs = ["130.176.0.0/17"];
        const { spec } = customObject(
            await deployService({ edge, trustedProxyCidrs }, { gateway }),
            "ClientTrafficPolicy",
        );
        assert.deepEqual(spec, {
            ...clientTrafficPolicySpec("api"),
            clientIPDetection: { xForwardedFor: { trustedCIDRs: trustedProxyCidrs } },
        });
    });

    it("limits requests of each client address and the size of bodies", async () => {
        const { apiVersion, spec } = customObject(await deployService({ edge }, { gateway }), "BackendTrafficPolicy");
        assert.equal(apiVersion, "gateway.envoyproxy.io/v1alpha1");
        const limit = { requests: 100, unit: "Minute" };
        assert.deepEqual(spec, {
            targetRefs: [{ group: "gateway.networking.k8s.io", kind: "HTTPRoute", name: "api" }],
            rateLimit: {
                global: {
                    rules: [
                        { clientSelectors: [{ sourceCIDR: { type: "Distinct", value: "0.0.0.0/0" } }], limit },
                        { clientSelectors: [{ sourceCIDR: { type: "Distinct", value: "::/0" } }], limit },
                    ],
                },
            },
            requestBuffer: { limit: "10Mi" },
        });
    });

    it("lets each proxy count by itself where they have no store", async () => {
        const graph = await deployService({ edge }, { gateway: { ...gateway, globalRateLimit: false } });
        const { rateLimit } = customObject(graph, "BackendTrafficPolicy").spec as { rateLimit: object };
        assert.deepEqual(Object.keys(rateLimit), ["local"]);
    });

    it("takes bodies of any size and streams them when told so", () => {
        assert.equal(trafficSpec(model({ edge: { ...edge, maxBodyMiB: null } })).requestBuffer, undefined);
    });

    it("keeps a client with one pod for as long as the service asks", () => {
        assert.deepEqual(trafficSpec(model({ sessionAffinitySeconds: 10_800 })).loadBalancer, {
            type: "ConsistentHash",
            consistentHash: { type: "Cookie", cookie: { name: "api-affinity", ttl: "10800s" } },
        });
    });

    it("tells browsers which origins may call", async () => {
        const { spec } = customObject(await deployService({ edge }, { gateway }), "SecurityPolicy");
        assert.deepEqual((spec as { cors: unknown }).cors, {
            allowOrigins: ["https://app.example.com"],
            allowMethods: ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"],
            allowHeaders: ["Authorization", "Content-Type"],
            maxAge: "3600s",
            allowCredentials: false,
        });
        const closed = await deployService({ edge: { kind: "gateway", host } }, { gateway });
        assert.ok(!closed.all.some(({ type }) => type.endsWith(":SecurityPolicy")));
    });

    it("is the only one outside the system that reaches the pods", async () => {
        const graph = await deployService({ edge, metricsPath: null }, { gateway });
        assert.deepEqual(manifest(graph, "NetworkPolicy").spec.ingress, [
            {
                from: [
                    {
                        namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "envoy-gateway-system" } },
                        podSelector: { matchLabels: { ...proxyPodLabels } },
                    },
                ],
                ports: [{ protocol: "TCP", port: 8000 }],
            },
        ]);
    });

    it("comes last and goes first, and is the service's address", async () => {
        const graph = await deployService({ edge }, { gateway });
        assert.equal(graph.plan.outputs.url, `https://${host}`);
        const entry = graph.object("Gateway", "api");
        const controller = graph.one("kubernetes:core/v1:ServiceAccount", "controller");
        assert.ok(graph.waitsFor(entry, controller));
        assert.ok(graph.waitsFor(entry, graph.one("kubernetes:apps/v1:Deployment")));
        assert.ok(graph.waitsFor(graph.object("HTTPRoute", "api"), entry));
    });

    it("can be previewed before anything exists", async () => {
        const preview = await deployService({ edge }, { gateway }, { preview: true });
        assert.equal(preview.plan.outputs.url, `https://${host}`);
        assert.ok(preview.object("BackendTrafficPolicy", "api"));
    });

    it("is refused on AWS without Envoy Gateway", async () => {
        await assert.rejects(deployService({ edge }), /edge\.kind is "gateway": needs the add-on envoyGateway/);
    });

    it("works on a local cluster that has one, and is a port of every node elsewhere", async () => {
        const local: PlatformOptions = { aws: null, addons: [] };
        assert.ok((await deployService({ edge }, { ...local, gateway })).object("Gateway", "api"));
        const graph = await deployService({ edge }, local);
        assert.equal(manifest(graph, "Service", "api-public").spec.type, "NodePort");
        assert.ok(!graph.all.some(({ type }) => type.includes("gateway")));
    });
});
