import assert from "node:assert/strict";
import { costOf } from "../../../simulation/cost/cost";
import { priceKeys, pricedRegions, priceOf } from "../../../config/prices";
import { simulateStack, stackNames } from "../../harness";
import { planOf, urnOf, type Sketch } from "../plans";

const hours = 730;

/** The lines of a cost that do not depend on use, as "item: amount". */
function billOf(sketches: readonly Sketch[]): string[] {
    return costOf(planOf(sketches))
        .lines.filter(({ usage }) => !usage)
        .map(({ item, monthly }) => `${item}: ${monthly.toFixed(2)}`);
}

const annotated = (annotations: Record<string, string>, spec: object = {}): { metadata: object; spec: object } => ({
    metadata: { annotations },
    spec,
});

const subnets = ["a", "b"].map((zone) => ({
    type: "aws:ec2/subnet:Subnet",
    name: `public-${zone}`,
    inputs: { tags: { "kubernetes.io/role/elb": "1" } },
}));

describe("the cost of a resource", () => {
    const cases: Readonly<Record<string, { resources: readonly Sketch[]; bill: readonly string[] }>> = {
        "of a control plane is its hours": {
            resources: [{ type: "eks:index:Cluster", name: "cluster" }],
            bill: ["EKS control plane, standard support: 73.00"],
        },
        "of a machine is its hours and its disk; of an alarm, a dime": {
            resources: [
                {
                    type: "aws:ec2/instance:Instance",
                    name: "nat",
                    inputs: { instanceType: "t4g.nano", rootBlockDevice: { volumeSize: 8 } },
                },
                { type: "aws:cloudwatch/metricAlarm:MetricAlarm", name: "hangs" },
            ],
            bill: ["t4g.nano: 3.07", "root volume of 8 GiB: 0.64", "alarm: 0.10"],
        },
        "of a NAT gateway is its hours; its address is a resource of its own": {
            resources: [
                { type: "aws:ec2/natGateway:NatGateway", name: "nat" },
                { type: "aws:ec2/eip:Eip", name: "address" },
            ],
            bill: ["NAT gateway: 32.85", "public IPv4 address: 3.65"],
        },
        "of a node group is its desired size and the disks of its launch template": {
            resources: [
                {
                    type: "aws:eks/nodeGroup:NodeGroup",
                    name: "nodes",
                    inputs: { instanceTypes: ["t4g.large", "m6g.large"], scalingConfig: { desiredSize: 2 } },
                },
                {
                    type: "aws:ec2/launchTemplate:LaunchTemplate",
                    name: "template",
                    inputs: { blockDeviceMappings: [{ ebs: { volumeSize: 50 } }] },
                },
            ],
            bill: [`2 × t4g.large: ${(2 * hours * 0.0672).toFixed(2)}`, "2 root volumes of 50 GiB: 8.00"],
        },
        "of spot nodes is the spot price": {
            resources: [
                {
                    type: "aws:eks/nodeGroup:NodeGroup",
                    name: "nodes",
                    inputs: { instanceTypes: ["t4g.large"], capacityType: "SPOT", scalingConfig: { desiredSize: 1 } },
                },
            ],
            bill: [`1 × t4g.large, spot: ${(hours * 0.0287).toFixed(2)}`, "1 root volumes of 20 GiB: 1.60"],
        },
        "of a node group with a schedule is the hours that the schedule lets it run": {
            resources: [
                {
                    type: "aws:eks/nodeGroup:NodeGroup",
                    name: "nodes",
                    inputs: { instanceTypes: ["t4g.large"], scalingConfig: { desiredSize: 1 } },
                },
                ...[
                    { name: "start", inputs: { recurrence: "0 8 * * 1-5", desiredCapacity: 1 } },
                    { name: "stop", inputs: { recurrence: "0 18 * * MON-FRI", desiredCapacity: 0 } },
                ].map((action) => ({ type: "aws:autoscaling/schedule:Schedule", ...action })),
            ],
            bill: [
                `1 × t4g.large, 50 hours a week: ${((hours * 0.0672 * 50) / 168).toFixed(2)}`,
                `1 root volumes of 20 GiB, 50 hours a week: ${((20 * 0.08 * 50) / 168).toFixed(2)}`,
            ],
        },
        "of a Multi-AZ database is two machines and two volumes": {
            resources: [
                {
                    type: "aws:rds/instance:Instance",
                    name: "database",
                    inputs: { instanceClass: "db.t4g.medium", multiAz: true, allocatedStorage: 20 },
                },
            ],
            bill: ["db.t4g.medium, Multi-AZ: 94.90", "storage, general purpose SSD, gp3: 4.60"],
        },
        "of a cache is each of its nodes": {
            resources: [
                {
                    type: "aws:elasticache/replicationGroup:ReplicationGroup",
                    name: "cache",
                    inputs: { nodeType: "cache.t4g.small", numCacheClusters: 2 },
                },
            ],
            bill: ["2 × cache.t4g.small: 46.72"],
        },
        "of the Ingresses of a group is one load balancer, in equal parts": {
            resources: [
                ...subnets,
                ...["one", "two"].map((name) => ({
                    type: "kubernetes:networking.k8s.io/v1:Ingress",
                    name,
                    inputs: annotated({
                        "alb.ingress.kubernetes.io/group.name": "shared",
                        "alb.ingress.kubernetes.io/scheme": "internet-facing",
                    }),
                })),
            ],
            bill: ["one", "two"].flatMap(() => [
                "application load balancer (1/2 of a shared one): 8.21",
                "its 2 public IPv4 addresses (1/2 of a shared one): 3.65",
            ]),
        },
        "of a Service of type LoadBalancer is a load balancer, without addresses when it is internal": {
            resources: [
                ...subnets,
                {
                    type: "kubernetes:core/v1:Service",
                    name: "internal",
                    inputs: annotated({}, { type: "LoadBalancer" }),
                },
                { type: "kubernetes:core/v1:Service", name: "cluster", inputs: annotated({}, { type: "ClusterIP" }) },
            ],
            bill: ["network load balancer: 16.43"],
        },
        "of shared Gateways is one load balancer, whatever their number": {
            resources: [
                {
                    type: "kubernetes:gateway.envoyproxy.io/v1alpha1:EnvoyProxy",
                    name: "proxies",
                    inputs: {
                        spec: {
                            mergeGateways: true,
                            provider: { kubernetes: { envoyService: { type: "LoadBalancer", annotations: {} } } },
                        },
                    },
                },
                ...["one", "two"].map((name) => ({ type: "kubernetes:gateway.networking.k8s.io/v1:Gateway", name })),
            ],
            bill: ["network load balancer: 16.43"],
        },
        "of a StatefulSet is a volume for each replica": {
            resources: [
                {
                    type: "kubernetes:apps/v1:StatefulSet",
                    name: "store",
                    inputs: {
                        spec: {
                            replicas: 3,
                            volumeClaimTemplates: [{ spec: { resources: { requests: { storage: "10Gi" } } } }],
                        },
                    },
                },
            ],
            bill: ["3 volumes of 10 GiB: 2.40"],
        },
        "of a chart is what its values claim": {
            resources: [
                {
                    type: "kubernetes:helm.sh/v3:Release",
                    name: "chart",
                    inputs: {
                        values: {
                            prometheus: {
                                replicas: 2,
                                storageSpec: {
                                    volumeClaimTemplate: { spec: { resources: { requests: { storage: "100Gi" } } } },
                                },
                            },
                            extraObjects: [
                                {
                                    kind: "PersistentVolumeClaim",
                                    spec: { resources: { requests: { storage: "512Mi" } } },
                                },
                            ],
                        },
                    },
                },
            ],
            bill: ["2 volumes of 100 GiB: 16.00", "volume of 0.5 GiB: 0.04"],
        },
        "of what AWS gives for nothing is nothing": {
            resources: [
                { type: "aws:iam/role:Role", name: "role" },
                { type: "kubernetes:core/v1:ConfigMap", name: "settings" },
                { type: "random:index/randomPassword:RandomPassword", name: "password" },
            ],
            bill: [],
        },
    };
    for (const [title, { resources, bill }] of Object.entries(cases)) {
        it(title, () => {
            assert.deepEqual(billOf(resources), bill);
            assert.deepEqual(costOf(planOf(resources)).unpriced, []);
        });
    }
});

describe("what has no price", () => {
    const named = (plan: Parameters<typeof costOf>[0], region?: string): string[] =>
        costOf(plan, region).unpriced.map(({ name, item }) => `${name}: ${item}`);

    it("is named: a type that nobody has priced", () => {
        const plan = planOf([{ type: "aws:msk/cluster:Cluster", name: "kafka" }]);
        assert.deepEqual(named(plan), ["kafka: the resource"]);
        assert.equal(costOf(plan).monthly, 0);
    });

    it("is named: a machine that the table does not have", () => {
        const inputs = { nodeType: "cache.x9.large", numCacheClusters: 1 };
        const plan = planOf([{ type: "aws:elasticache/replicationGroup:ReplicationGroup", name: "cache", inputs }]);
        assert.deepEqual(named(plan), ["cache: 1 × cache.x9.large"]);
    });

    it("is everything that costs, in a region that the table does not have", () => {
        const plan = planOf([{ type: "eks:index:Cluster", name: "cluster" }]);
        assert.deepEqual(named(plan, "sa-east-1"), ["cluster: EKS control plane, standard support"]);
    });
});

describe("the price table", () => {
    for (const key of priceKeys) {
        it(`has a positive price for ${key} in at least us-east-1, with the page that states it`, () => {
            for (const region of pricedRegions) {
                const price = priceOf(key, region);
                assert.ok(region !== "us-east-1" || price !== undefined);
                assert.ok(
                    price === undefined || (price.usd > 0 && price.source.url.startsWith("https://aws.amazon.com/")),
                );
            }
        });
    }

    it("never has a spot machine dearer than the same on demand", () => {
        const dearer = priceKeys
            .filter((key) => key.startsWith("spot:"))
            .flatMap((key) =>
                pricedRegions.map((region) => [priceOf(key, region), priceOf(key.replace("spot:", "ec2:"), region)]),
            )
            .filter(([spot, demand]) => spot !== undefined && spot.usd >= (demand?.usd ?? 0));
        assert.deepEqual(dearer, []);
    });
});

for (const stack of stackNames()) {
    describe(`the cost of the ${stack} stack`, () => {
        it("has a price for everything, and adds up by system and by component", async () => {
            const { plan } = await simulateStack(stack);
            const cost = costOf(plan);
            assert.deepEqual(cost.unpriced, []);
            for (const shares of [cost.bySystem, cost.byComponent]) {
                const sum = shares.reduce((total, { monthly }) => total + monthly, 0);
                assert.ok(Math.abs(sum - cost.monthly) < 0.001);
            }
            assert.ok(Math.abs(cost.fixed + cost.usage - cost.monthly) < 0.001);
            assert.equal(cost.lines.length > 0, stack !== "local");
        });
    });
}

it("a cost names the resource that causes it", () => {
    const cluster = { type: "eks:index:Cluster", name: "cluster" };
    assert.equal(costOf(planOf([cluster])).lines[0]?.urn, urnOf(cluster));
});
