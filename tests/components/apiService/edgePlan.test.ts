import assert from "node:assert/strict";
import { edgeKindOf, edgeOn, edgeSourcesOf } from "../../../components/apiService/edgePlan";
import type { EdgeSpec } from "../../../components/apiService/spec";
import type { AwsContext, GatewayContext } from "../../../components/context";
import { defineSystem } from "../../../components/system/declaration";
import { openingsOf } from "../../../components/system/openings";
import { planSystems } from "../../../stacks/plan";
import { platformConfig } from "../../../config/schema";
import { deployService } from "./fixture";

const gateway: GatewayContext = { className: "shared", clusterIssuer: "letsencrypt", namespace: "edge" };
const shared: GatewayContext = { ...gateway, takesAllHosts: true };
const aws = { publicSubnetCidrs: ["10.0.0.0/24"] } as unknown as AwsContext;
const host = "shop.example.com";

const edges = {
    alb: { kind: "alb", host },
    nlb: { kind: "nlb", host },
    "nlb without a host": { kind: "nlb" },
    gateway: { kind: "gateway", host, requestsPerMinute: 100 },
} as const satisfies Record<string, EdgeSpec>;

describe("what an edge becomes", () => {
    const platforms = {
        "on AWS": { aws, gateway },
        "on AWS, where the gateway takes all hosts": { aws, gateway: shared },
        "on AWS without a gateway": { aws },
        "on a cluster of one's own": { gateway },
        "on a cluster of one's own without a gateway": {},
    };
    const expected: Record<keyof typeof platforms, Record<keyof typeof edges, string>> = {
        "on AWS": { alb: "alb", nlb: "nlb", "nlb without a host": "nlb", gateway: "gateway" },
        "on AWS, where the gateway takes all hosts": {
            alb: "gateway",
            nlb: "gateway",
            "nlb without a host": "nlb",
            gateway: "gateway",
        },
        "on AWS without a gateway": { alb: "alb", nlb: "nlb", "nlb without a host": "nlb", gateway: "gateway" },
        "on a cluster of one's own": {
            alb: "node-port",
            nlb: "node-port",
            "nlb without a host": "node-port",
            gateway: "gateway",
        },
        "on a cluster of one's own without a gateway": {
            alb: "node-port",
            nlb: "node-port",
            "nlb without a host": "node-port",
            gateway: "node-port",
        },
    };
    for (const [where, platform] of Object.entries(platforms)) {
        it(where, () => {
            assert.deepEqual(
                Object.fromEntries(Object.entries(edges).map(([name, edge]) => [name, edgeKindOf(edge, platform)])),
                expected[where as keyof typeof platforms],
            );
        });
    }

    it("keeps the limits that a service has asked for, and adds none to a load balancer's host", () => {
        assert.equal(edgeOn(edges.gateway, { aws, gateway: shared }), edges.gateway);
        assert.deepEqual(edgeOn(edges.alb, { aws, gateway: shared }), {
            kind: "gateway",
            host,
            timeoutSeconds: 3600,
            maxBodyMiB: null,
        });
    });

    it("lets requests in from where they then come", () => {
        assert.deepEqual(edgeSourcesOf(edges.alb, { aws, gateway }), { cidrs: ["10.0.0.0/24"] });
        assert.deepEqual(edgeSourcesOf(edges.alb, { aws, gateway: shared }), { cidrs: [], gatewayNamespace: "edge" });
    });

    it("takes a load balancer out of the quota of the namespace", () => {
        const services = { api: { image: "ghcr.io/your-org/api", port: 80, edge: edges.nlb } };
        const definition = defineSystem("shop", () => ({ description: "Shop", owner: "commerce", services }));
        const config = platformConfig.parse({ environment: "dev", systems: { shop: { version: "1.0.0" } } });
        const [system] = planSystems(config, [definition]).systems;
        assert.ok(system !== undefined);
        assert.equal(openingsOf(system, "shop", { aws, gateway }).loadBalancers, 1);
        assert.equal(openingsOf(system, "shop", { aws, gateway: shared }).loadBalancers, 0);
    });
});

describe("a host that the gateway takes", () => {
    it("needs no certificate of AWS, and makes no load balancer", async () => {
        const withoutCertificate = { certificateArn: undefined as unknown as string };
        const graph = await deployService({ edge: edges.nlb }, { gateway: shared, aws: withoutCertificate });
        assert.deepEqual((graph.object("HTTPRoute", "api").inputs.spec as { hostnames: string[] }).hostnames, [host]);
        const services = graph.ofType("kubernetes:core/v1:Service").map(({ inputs }) => inputs.spec);
        assert.ok(services.every((spec) => (spec as { type?: string }).type !== "LoadBalancer"));
    });
});
