import assert from "node:assert/strict";
import * as k8s from "@pulumi/kubernetes";
import { envoyGateway } from "../../../components/addons/envoyGateway";
import { clientTrafficPolicySpec, issuerName, issuerSpec, type Issuer } from "../../../components/gateway/bodies";
import { SharedGateway, type SharedGatewayArgs } from "../../../components/gateway/gateway";
import { gatewayNamespace, rateLimitStore } from "../../../components/gateway/names";
import { storeConfiguration } from "../../../components/gateway/rateLimitPod";
import { deploy, type ResourceGraph } from "../../harness";
import { context } from "../addons/fixture";

const zone = "Z0123456789ABCDEFGHIJ";
const byDns: Issuer = { kind: "letsencrypt", region: "eu-central-1", hostedZoneId: zone };

function deployGateway(change: Partial<SharedGatewayArgs> = {}, preview = false): Promise<ResourceGraph> {
    return deploy(
        () => {
            const provider = new k8s.Provider("kubernetes", {});
            const addons = new k8s.core.v1.Namespace("addons", {}, { provider });
            const gateway = new SharedGateway("gateway", {
                environment: "prod",
                provider,
                exposure: "nlb",
                issuer: byDns,
                dependsOn: [addons],
                ...change,
            });
            return { context: gateway.context, ready: gateway.ready.length };
        },
        { preview },
    );
}

/** A member deep inside an object. */
function at(value: unknown, path: string): unknown {
    return path
        .split("/")
        .reduce<unknown>((found, key) => (found as Record<string, unknown> | undefined)?.[key], value);
}

const kubernetesSettings = async (change: Partial<SharedGatewayArgs> = {}): Promise<unknown> =>
    at((await deployGateway(change)).object("EnvoyProxy", "platform").inputs, "spec/provider/kubernetes");

describe("the shared gateway", () => {
    it("tells systems what to build on", async () => {
        const { outputs } = (await deployGateway()).plan;
        assert.deepEqual(outputs.context, {
            className: "platform",
            clusterIssuer: "letsencrypt",
            namespace: gatewayNamespace,
        });
    });

    it("is one set of proxies for the Gateways of all systems", async () => {
        const graph = await deployGateway();
        assert.equal(at(graph.object("EnvoyProxy", "platform").inputs, "spec/mergeGateways"), true);
        const gatewayClass = graph.object("GatewayClass", "platform");
        assert.deepEqual(at(gatewayClass.inputs, "spec/parametersRef"), {
            group: "gateway.envoyproxy.io",
            kind: "EnvoyProxy",
            name: "platform",
            namespace: gatewayNamespace,
        });
        assert.ok(graph.waitsFor(gatewayClass, graph.object("EnvoyProxy", "platform")));
    });

    it("keeps the client's address through a load balancer that knows pods", async () => {
        const service = at(await kubernetesSettings(), "envoyService") as { annotations: Record<string, string> };
        const annotation = (name: string): string | undefined =>
            service.annotations[`service.beta.kubernetes.io/aws-load-balancer-${name}`];
        assert.equal(at(service, "type"), "LoadBalancer");
        assert.equal(at(service, "loadBalancerClass"), "service.k8s.aws/nlb");
        assert.equal(annotation("scheme"), "internet-facing");
        assert.equal(annotation("nlb-target-type"), "ip");
        assert.equal(annotation("attributes"), "load_balancing.cross_zone.enabled=true");
        assert.match(String(annotation("target-group-attributes")), /preserve_client_ip\.enabled=true/);
        assert.equal(clientTrafficPolicySpec("any").clientIPDetection, undefined);
    });

    it("gives the load balancer no longer to deregister than the proxies take to drain", async () => {
        const graph = await deployGateway();
        const spec = graph.object("EnvoyProxy", "platform").inputs;
        const drain = Number.parseInt(String(at(spec, "spec/shutdown/drainTimeout")), 10);
        const attributes = JSON.stringify(spec).match(/deregistration_delay\.timeout_seconds=(\d+)/);
        assert.ok(Number(attributes?.[1]) <= drain);
    });

    it("is a port of every node where there is no AWS", async () => {
        assert.deepEqual(at(await kubernetesSettings({ exposure: "node-port" }), "envoyService"), { type: "NodePort" });
    });

    it("has two proxies in prod, one of which may always go, and one elsewhere", async () => {
        const prod = await kubernetesSettings();
        assert.equal(at(prod, "envoyDeployment/replicas"), 2);
        assert.deepEqual(at(prod, "envoyPDB"), { maxUnavailable: 1 });
        const dev = await kubernetesSettings({ environment: "dev" });
        assert.equal(at(dev, "envoyDeployment/replicas"), 1);
        assert.equal(at(dev, "envoyPDB"), undefined);
    });

    it("hardens and bounds the proxies and what runs beside them", async () => {
        const deployment = at(await kubernetesSettings(), "envoyDeployment");
        const security = at(deployment, "container/securityContext");
        assert.deepEqual(
            [at(security, "runAsNonRoot"), at(security, "allowPrivilegeEscalation"), at(security, "capabilities/drop")],
            [true, false, ["ALL"]],
        );
        assert.equal(at(deployment, "container/resources/limits/memory"), "1024Mi");
        const [beside] = at(deployment, "patch/value/spec/template/spec/containers") as unknown[];
        assert.equal(at(beside, "name"), "shutdown-manager");
        assert.equal(at(beside, "resources/limits/memory"), "64Mi");
    });

    it("answers on port 80 with the way to HTTPS and nothing else", async () => {
        const graph = await deployGateway();
        const gateway = graph.object("Gateway", "http").inputs;
        assert.deepEqual(at(gateway, "spec/listeners"), [
            { name: "http", protocol: "HTTP", port: 80, allowedRoutes: { namespaces: { from: "Same" } } },
        ]);
        const [rule] = at(graph.object("HTTPRoute", "redirect-to-https").inputs, "spec/rules") as unknown[];
        assert.deepEqual(rule, {
            filters: [{ type: "RequestRedirect", requestRedirect: { scheme: "https", statusCode: 301 } }],
        });
    });

    it("refuses old TLS and slow headers", () => {
        const policy = clientTrafficPolicySpec("shop");
        assert.deepEqual(policy.targetRefs, [{ group: "gateway.networking.k8s.io", kind: "Gateway", name: "shop" }]);
        assert.equal(at(policy, "tls/minVersion"), "1.2");
        assert.deepEqual(at(policy, "tls/alpnProtocols"), ["h2", "http/1.1"]);
        assert.equal(at(policy, "timeout/http/requestHeadersReceivedTimeout"), "10s");
    });

    it("waits for the add-ons with everything it makes", async () => {
        const graph = await deployGateway();
        const addons = graph.one("kubernetes:core/v1:Namespace", "addons");
        for (const each of graph.all.filter(({ type, name }) => type.startsWith("kubernetes:") && name !== "addons")) {
            if (!each.type.startsWith("pulumi:")) {
                assert.ok(graph.waitsFor(each, addons), each.name);
            }
        }
    });

    it("can be previewed before anything exists", async () => {
        const [real, preview] = [await deployGateway(), await deployGateway({}, true)];
        assert.deepEqual(preview.all.map(({ urn }) => urn).sort(), real.all.map(({ urn }) => urn).sort());
    });
});

describe("the issuer of certificates", () => {
    it("has hosts proven by DNS where there is a zone", () => {
        assert.deepEqual(at(issuerSpec(byDns), "acme/solvers"), [
            { dns01: { route53: { region: "eu-central-1", hostedZoneID: zone } } },
        ]);
    });

    it("has hosts proven on port 80 where there is none, and opens it to the answers", async () => {
        const issuer: Issuer = { kind: "letsencrypt", region: "eu-central-1" };
        const [solver] = at(issuerSpec(issuer), "acme/solvers") as unknown[];
        const [parent] = at(solver, "http01/gatewayHTTPRoute/parentRefs") as unknown[];
        assert.deepEqual([at(parent, "name"), at(parent, "namespace")], ["http", gatewayNamespace]);
        const [listener] = at((await deployGateway({ issuer })).object("Gateway", "http").inputs, "spec/listeners") as [
            unknown,
        ];
        assert.equal(at(listener, "allowedRoutes/namespaces/from"), "All");
    });

    for (const [staging, name, host] of [
        [false, "letsencrypt", "acme-v02.api.letsencrypt.org"],
        [true, "letsencrypt-staging", "acme-staging-v02.api.letsencrypt.org"],
    ] as const) {
        it(`is ${name} with an account of its own`, () => {
            const issuer: Issuer = { ...byDns, staging, email: "ops@example.com" };
            assert.equal(issuerName(issuer), name);
            assert.ok(String(at(issuerSpec(issuer), "acme/server")).includes(host));
            assert.equal(at(issuerSpec(issuer), "acme/privateKeySecretRef/name"), `${name}-account`);
            assert.equal(at(issuerSpec(issuer), "acme/email"), "ops@example.com");
        });
    }

    it("signs its own where no host points to the cluster", async () => {
        const graph = await deployGateway({ issuer: { kind: "self-signed" }, exposure: "node-port" });
        assert.deepEqual(at(graph.object("ClusterIssuer", "self-signed").inputs, "spec"), { selfSigned: {} });
    });
});

describe("the counters of requests", () => {
    const settings = at(envoyGateway.values(context), "config/envoyGateway");

    it("are shared by all proxies", () => {
        assert.deepEqual(at(settings, "rateLimit/backend"), {
            type: "Redis",
            redis: { url: "rate-limit-store.envoy-gateway.svc.cluster.local:6379" },
        });
    });

    it("let requests pass while they cannot be asked", () => {
        assert.equal(at(settings, "rateLimit/failClosed"), false);
    });

    it("are reached with a password that stands in a Secret alone", async () => {
        const [variable] = at(settings, "provider/kubernetes/rateLimitDeployment/container/env") as {
            valueFrom: { secretKeyRef: { name: string; key: string } };
        }[];
        const graph = await deployGateway();
        const reference = variable?.valueFrom.secretKeyRef;
        const secret = graph.object("Secret", String(reference?.name), gatewayNamespace).inputs;
        assert.ok(Object.keys(secret.stringData as object).includes(String(reference?.key)));
        const [pod] = [at(graph.object("Deployment", rateLimitStore.name).inputs, "spec/template/spec")];
        const [volume] = at(pod, "volumes") as { secret: { secretName: string } }[];
        assert.equal(volume?.secret.secretName, reference?.name);
        assert.match(storeConfiguration("hidden"), /^requirepass hidden$/m);
    });

    it("are reached by the rate limit service alone, and reach nothing", async () => {
        const { spec } = (await deployGateway()).object("NetworkPolicy", rateLimitStore.name).inputs;
        assert.deepEqual(at(spec, "policyTypes"), ["Ingress", "Egress"]);
        assert.equal(at(spec, "egress"), undefined);
        assert.deepEqual(at(spec, "ingress"), [
            {
                from: [{ podSelector: { matchLabels: { "app.kubernetes.io/name": "envoy-ratelimit" } } }],
                ports: [{ protocol: "TCP", port: 6379 }],
            },
        ]);
    });

    it("are kept in memory, within bounds", () => {
        const lines = storeConfiguration("hidden").split("\n");
        assert.ok(lines.includes('save ""') && lines.includes("appendonly no") && lines.includes("maxmemory 48mb"));
    });
});
