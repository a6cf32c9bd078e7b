import assert from "node:assert/strict";
import { nlbAnnotations, type NlbModel } from "../../../components/apiService/networkLoadBalancer";
import type { EdgeSpec } from "../../../components/apiService/spec";
import { deployService, manifest, type PlatformOptions } from "./fixture";

const host = "shop.example.com";
const prefix = "service.beta.kubernetes.io/aws-load-balancer-";

const model: NlbModel = {
    edge: { kind: "nlb", host },
    loadBalancer: "shop-frontend-dev",
    healthPath: "/ready",
    deregistrationDelaySeconds: 10,
    tags: { Name: "shop-frontend-dev", Team: "a, b" },
};

describe("network load balancer of a service", () => {
    for (const [key, value] of [
        ["type", "external"],
        ["nlb-target-type", "ip"],
        ["scheme", "internet-facing"],
        ["name", "shop-frontend-dev"],
        ["attributes", "load_balancing.cross_zone.enabled=true"],
        ["target-group-attributes", "preserve_client_ip.enabled=false,deregistration_delay.timeout_seconds=10"],
        ["healthcheck-protocol", "http"],
        ["healthcheck-path", "/ready"],
        ["healthcheck-success-codes", "200-399"],
        ["ssl-ports", "443"],
        ["ssl-negotiation-policy", "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09"],
        ["additional-resource-tags", "Name=shop-frontend-dev,Team=a\\, b"],
    ] as const) {
        it(`has ${key} ${value}`, () => assert.equal(nlbAnnotations(model)[`${prefix}${key}`], value));
    }

    it("says nothing of TLS without a host", () => {
        const keys = Object.keys(nlbAnnotations({ ...model, edge: { kind: "nlb" } }));
        assert.ok(!keys.some((key) => key.includes("ssl")));
    });

    it("keeps a client with one pod by its address", () => {
        const annotations = nlbAnnotations({ ...model, edge: { kind: "nlb" }, sessionAffinitySeconds: 60 });
        assert.match(String(annotations[`${prefix}target-group-attributes`]), /stickiness\.type=source_ip/);
    });

    it("ends TLS with the platform's certificate on port 443, and has a DNS record", async () => {
        const { metadata, spec } = manifest(
            await deployService({ edge: { kind: "nlb", host } }),
            "Service",
            "api-public",
        );
        assert.equal(spec.type, "LoadBalancer");
        assert.equal(spec.loadBalancerClass, "service.k8s.aws/nlb");
        assert.equal(spec.allocateLoadBalancerNodePorts, false);
        assert.deepEqual(spec.ports, [{ name: "http", port: 443, targetPort: 8000, protocol: "TCP" }]);
        assert.match(String(metadata.annotations[`${prefix}ssl-cert`]), /certificate\/platform$/);
        assert.equal(metadata.annotations["external-dns.alpha.kubernetes.io/hostname"], host);
    });

    it("passes plain HTTP on at the service's port without a host", async () => {
        const graph = await deployService({ edge: { kind: "nlb" } });
        const { metadata, spec } = manifest(graph, "Service", "api-public");
        assert.equal(spec.ports[0]?.port, 80);
        assert.equal(metadata.annotations[`${prefix}ssl-cert`], undefined);
        assert.match(String(graph.plan.outputs.url), /^http:\/\//);
    });

    it("leaves the service inside the cluster as it is, and its pods are scraped once", async () => {
        const graph = await deployService({ edge: { kind: "nlb" } });
        const [inside, outside] = [manifest(graph, "Service"), manifest(graph, "Service", "api-public")];
        assert.equal(inside.spec.type, "ClusterIP");
        assert.deepEqual(outside.spec.selector, inside.spec.selector);
        assert.notEqual(outside.metadata.labels["app.kubernetes.io/name"], "api");
    });

    it("reaches the pods from the public subnets, and nothing else from outside does", async () => {
        const graph = await deployService({ edge: { kind: "nlb" }, metricsPath: null });
        const { ingress } = manifest(graph, "NetworkPolicy").spec;
        assert.deepEqual(
            ingress.flatMap(({ from }) => from),
            [{ ipBlock: { cidr: "10.0.0.0/24" } }, { ipBlock: { cidr: "10.0.1.0/24" } }],
        );
    });

    it("comes last and goes first: after the pods, before the controller that has to remove it", async () => {
        const graph = await deployService({ edge: { kind: "nlb" } });
        const entry = graph.object("Service", "api-public");
        assert.ok(graph.waitsFor(entry, graph.one("kubernetes:core/v1:ServiceAccount", "controller")));
        assert.ok(graph.waitsFor(entry, graph.one("kubernetes:apps/v1:Deployment")));
    });

    it("has a name within AWS' limit, whatever the stack is called", async () => {
        const stack = "Feature_a-very-long-name-for-a-stack-of-one-developer";
        const { metadata } = manifest(
            await deployService({ edge: { kind: "nlb" } }, { stack }),
            "Service",
            "api-public",
        );
        assert.match(String(metadata.annotations[`${prefix}name`]), /^[a-z0-9-]{1,32}$/);
    });

    it("can be previewed before it has an address", async () => {
        const graph = await deployService({ edge: { kind: "nlb" } }, {}, { preview: true });
        assert.ok(graph.object("Service", "api-public"));
    });

    it("is refused where nothing could make it, or without a certificate for its host", async () => {
        await assert.rejects(
            deployService({ edge: { kind: "nlb" } }, { addons: [] }),
            /needs the add-on awsLoadBalancer/,
        );
        await assert.rejects(
            deployService({ edge: { kind: "nlb", host } }, { aws: { certificateArn: undefined } }),
            /edge\.host is "shop\.example\.com": needs a certificate/,
        );
    });
});

describe("edge of a service on a local cluster", () => {
    const local: PlatformOptions = { aws: null, addons: [] };
    const edges: readonly EdgeSpec[] = [{ kind: "alb", host }, { kind: "nlb" }, { kind: "nlb", host }];

    for (const edge of edges) {
        it(`is a port of every node in place of ${JSON.stringify(edge)}`, async () => {
            const graph = await deployService({ edge, servicePort: 8080 }, local);
            const { metadata, spec } = manifest(graph, "Service", "api-public");
            assert.equal(spec.type, "NodePort");
            assert.deepEqual(spec.ports, [{ name: "http", port: 8080, targetPort: 8000, protocol: "TCP" }]);
            assert.ok(!JSON.stringify(metadata).includes("aws"));
            assert.match(String(graph.plan.outputs.url), /^http:\/\/localhost:\d+$/);
            assert.deepEqual(manifest(graph, "NetworkPolicy").spec.ingress[0]?.from, [
                { ipBlock: { cidr: "0.0.0.0/0" } },
            ]);
        });
    }
});
