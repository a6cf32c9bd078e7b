import assert from "node:assert/strict";
import fc from "fast-check";
import { networkPolicySpec, type NetworkFlows } from "../../../components/apiService/networkPolicy";
import type { Manifests } from "./fixture";

const alone: NetworkFlows = {
    pods: { app: "api" },
    port: 8000,
    callers: [],
    outsideCallers: [],
    loadBalancerCidrs: [],
    scraped: false,
    proxyScraped: false,
    stores: [],
    calls: [],
    outsideCalls: [],
    kubernetesApi: false,
    mesh: false,
    awsIdentity: false,
    internet: false,
    awsEndpointCidrs: [],
};

const policy = (flows: Partial<NetworkFlows> = {}): Manifests["NetworkPolicy"]["spec"] =>
    networkPolicySpec({ ...alone, ...flows }) as Manifests["NetworkPolicy"]["spec"];

describe("network policy of a service", () => {
    it("lets nothing in and nothing out when nothing is declared", () => {
        assert.deepEqual(policy(), {
            podSelector: { matchLabels: { app: "api" } },
            policyTypes: ["Ingress", "Egress"],
        });
    });

    it("lets callers, load balancers and Prometheus in, on the container's port alone", () => {
        const { ingress } = policy({
            callers: [{ app: "web" }],
            loadBalancerCidrs: ["10.0.0.0/24", "10.0.1.0/24"],
            scraped: true,
            proxyScraped: true,
        });
        assert.deepEqual(ingress, [
            {
                from: [
                    { podSelector: { matchLabels: { app: "web" } } },
                    { ipBlock: { cidr: "10.0.0.0/24" } },
                    { ipBlock: { cidr: "10.0.1.0/24" } },
                    {
                        namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "monitoring" } },
                        podSelector: { matchLabels: { "app.kubernetes.io/name": "prometheus" } },
                    },
                ],
                ports: [{ protocol: "TCP", port: 8000 }],
            },
        ]);
    });

    it("lets it out to stores in the cluster by their labels and to managed ones by their subnets", () => {
        const { egress } = policy({
            stores: [
                { network: { kind: "pods", namespace: "data", labels: { app: "redis" } }, port: 6379 },
                { network: { kind: "cidrs", cidrs: ["10.0.8.0/24", "10.0.9.0/24"] }, port: 5432 },
            ],
        });
        assert.deepEqual(egress, [
            {
                to: [
                    {
                        namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "data" } },
                        podSelector: { matchLabels: { app: "redis" } },
                    },
                ],
                ports: [{ protocol: "TCP", port: 6379 }],
            },
            {
                to: [{ ipBlock: { cidr: "10.0.8.0/24" } }, { ipBlock: { cidr: "10.0.9.0/24" } }],
                ports: [{ protocol: "TCP", port: 5432 }],
            },
        ]);
    });

    it("lets it call other services on their containers' ports", () => {
        assert.deepEqual(policy({ calls: [{ pods: { app: "mail" }, port: 3000 }] }).egress, [
            { to: [{ podSelector: { matchLabels: { app: "mail" } } }], ports: [{ protocol: "TCP", port: 3000 }] },
        ]);
    });

    it("lets pods of other systems in, one service or all of a namespace", () => {
        const { ingress } = policy({
            outsideCallers: [{ namespace: "frontend", service: "nginx-front" }, { namespace: "jobs" }],
        });
        assert.deepEqual(ingress[0]?.from, [
            {
                namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "frontend" } },
                podSelector: { matchLabels: { "app.kubernetes.io/name": "nginx-front" } },
            },
            { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "jobs" } } },
        ]);
    });

    it("lets it call services of other systems on their containers' ports", () => {
        const outsideCalls = [{ namespace: "backend", service: "flask-app", port: 5000 }];
        assert.deepEqual(policy({ outsideCalls }).egress, [
            {
                to: [
                    {
                        namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "backend" } },
                        podSelector: { matchLabels: { "app.kubernetes.io/name": "flask-app" } },
                    },
                ],
                ports: [{ protocol: "TCP", port: 5000 }],
            },
        ]);
    });

    it("lets it ask the API server, of EKS and of a local cluster, but not the instance metadata service", () => {
        const [rule] = policy({ kubernetesApi: true }).egress;
        assert.deepEqual(
            rule?.ports.map(({ port }) => port),
            [443, 6443],
        );
        assert.deepEqual(rule?.to[0]?.ipBlock.except, ["169.254.0.0/16"]);
    });

    it("lets it fetch AWS credentials from the agent of its node", () => {
        assert.deepEqual(policy({ awsIdentity: true }).egress, [
            { to: [{ ipBlock: { cidr: "169.254.170.23/32" } }], ports: [{ protocol: "TCP", port: 80 }] },
        ]);
    });

    it("takes the internet for what it is: HTTPS to everything but private and link-local addresses", () => {
        const [rule, ...rest] = policy({ internet: true }).egress;
        assert.ok(rule !== undefined && rest.length === 0);
        assert.deepEqual(rule.ports, [{ protocol: "TCP", port: 443 }]);
        const [block] = rule.to.map(({ ipBlock }) => ipBlock);
        assert.ok(block !== undefined && rule.to.length === 1);
        assert.equal(block.cidr, "0.0.0.0/0");
        for (const cidr of ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16"]) {
            assert.ok(block.except.includes(cidr), cidr);
        }
    });

    it("opens AWS endpoints inside the VPC without opening the internet", () => {
        assert.deepEqual(policy({ awsEndpointCidrs: ["10.0.4.0/24"] }).egress, [
            { to: [{ ipBlock: { cidr: "10.0.4.0/24" } }], ports: [{ protocol: "TCP", port: 443 }] },
        ]);
    });

    it("never has a rule without peers or ports, which would allow everything", () => {
        const labels = fc.constant({ app: "x" });
        const port = fc.integer({ min: 1, max: 65535 });
        const cidrs = fc.array(fc.constant("10.0.0.0/24"), { maxLength: 2 });
        const flows: fc.Arbitrary<NetworkFlows> = fc.record({
            pods: labels,
            port,
            callers: fc.array(labels, { maxLength: 2 }),
            outsideCallers: fc.array(fc.record({ namespace: fc.constant("other") }), { maxLength: 2 }),
            loadBalancerCidrs: cidrs,
            scraped: fc.boolean(),
            proxyScraped: fc.boolean(),
            stores: fc.array(fc.record({ network: fc.record({ kind: fc.constant("cidrs" as const), cidrs }), port }), {
                maxLength: 2,
            }),
            calls: fc.array(fc.record({ pods: labels, port }), { maxLength: 2 }),
            outsideCalls: fc.array(fc.record({ namespace: fc.constant("other"), service: fc.constant("x"), port }), {
                maxLength: 2,
            }),
            kubernetesApi: fc.boolean(),
            mesh: fc.boolean(),
            awsIdentity: fc.boolean(),
            internet: fc.boolean(),
            awsEndpointCidrs: cidrs,
        });
        fc.assert(
            fc.property(flows, (each) => {
                const { policyTypes, ingress = [], egress = [] } = policy(each);
                // Without it, a direction that has no rules would be open.
                assert.deepEqual(policyTypes, ["Ingress", "Egress"]);
                const rules = [
                    ...ingress.map(({ from, ports }) => ({ peers: from, ports })),
                    ...egress.map(({ to, ports }) => ({ peers: to, ports })),
                ];
                for (const { peers, ports } of rules) {
                    assert.ok(peers.length > 0 && ports.length > 0);
                    assert.ok(peers.every((peer) => Object.keys(peer).length > 0));
                }
            }),
        );
    });
});
