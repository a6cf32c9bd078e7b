import assert from "node:assert/strict";
import * as aws from "@pulumi/aws";
import { Network, type NetworkArgs } from "../../../components/network/network";
import { platformConfig } from "../../../config/schema";
import type { PlannedResource } from "../../../simulation/record";
import { deploy, type ResourceGraph } from "../../harness";

const args: NetworkArgs = {
    tags: { stack: "dev", environment: "dev", extraTags: { team: "platform" } },
    region: "eu-west-1",
    cidr: "10.0.0.0/16",
    availabilityZones: ["a", "b", "c"],
    nat: "single",
    interfaceEndpoints: [],
    flowLogRetentionDays: 30,
    clusterName: "platform-dev",
    logsKeyArn: "arn:aws:kms:eu-west-1:123456789012:key/logs",
};

function network(overrides: Partial<NetworkArgs> = {}, preview = false): Promise<ResourceGraph> {
    return deploy(() => void new Network("network", { ...args, ...overrides }), { region: args.region, preview });
}

const names = (resources: readonly PlannedResource[]) => resources.map((resource) => resource.name).sort();
const tagsOf = (resource: PlannedResource) => resource.inputs.tags as Record<string, string>;
const statements = (policy: unknown) =>
    (JSON.parse(String(policy)) as { Statement: Record<string, unknown>[] }).Statement;

const type = {
    vpc: "aws:ec2/vpc:Vpc",
    subnet: "aws:ec2/subnet:Subnet",
    route: "aws:ec2/route:Route",
    routeTable: "aws:ec2/routeTable:RouteTable",
    association: "aws:ec2/routeTableAssociation:RouteTableAssociation",
    nat: "aws:ec2/natGateway:NatGateway",
    address: "aws:ec2/eip:Eip",
    endpoint: "aws:ec2/vpcEndpoint:VpcEndpoint",
    securityGroup: "aws:ec2/securityGroup:SecurityGroup",
    ingress: "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
    defaultSecurityGroup: "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
    internetGateway: "aws:ec2/internetGateway:InternetGateway",
};

/** The NAT gateway that a zone's private subnet uses, by the ids in the graph; "" without one. */
function natOf(graph: ResourceGraph, zone: string): string {
    const route = graph.ofType(type.route).find((each) => each.name === `network-private-${zone}-internet`);
    const gateway = graph
        .ofType(type.nat)
        .find((each) => route?.dependencies.includes(each.urn) && route.inputs.natGatewayId !== undefined);
    return gateway?.name ?? "";
}

/** The names of the routes in the route table of a subnet. */
function routesOf(graph: ResourceGraph, subnet: string): string[] {
    const association = graph.one(type.association, `network-${subnet}-routes-association`);
    const table = graph.ofType(type.routeTable).find((each) => association.dependencies.includes(each.urn));
    return names(graph.ofType(type.route).filter((each) => table && each.dependencies.includes(table.urn)));
}

describe("Network", () => {
    it("creates a VPC whose DNS works, so that nodes find the API server and endpoints", async () => {
        const { inputs } = (await network()).one(type.vpc);
        assert.deepEqual(
            [inputs.cidrBlock, inputs.enableDnsSupport, inputs.enableDnsHostnames],
            ["10.0.0.0/16", true, true],
        );
    });

    it("creates the planned subnets in the zones of its region, none of which gives out public addresses", async () => {
        const subnets = (await network({ availabilityZones: ["a", "c"] })).ofType(type.subnet);
        assert.deepEqual(
            Object.fromEntries(
                subnets.map(({ name, inputs }) => [
                    name,
                    `${String(inputs.cidrBlock)} ${String(inputs.availabilityZone)}`,
                ]),
            ),
            {
                "network-public-a": "10.0.192.0/22 eu-west-1a",
                "network-public-c": "10.0.200.0/22 eu-west-1c",
                "network-private-a": "10.0.0.0/19 eu-west-1a",
                "network-private-c": "10.0.64.0/19 eu-west-1c",
                "network-data-a": "10.0.216.0/22 eu-west-1a",
                "network-data-c": "10.0.224.0/22 eu-west-1c",
            },
        );
        assert.ok(subnets.every(({ inputs }) => inputs.mapPublicIpOnLaunch === false));
    });

    it("adds a zone without touching the subnets, routes and gateways of the others", async () => {
        const before = await network({ availabilityZones: ["b", "c"], nat: "per-az" });
        const after = await network({ availabilityZones: ["b", "c", "a"], nat: "per-az" });
        const keyed = (graph: ResourceGraph) =>
            new Map(graph.all.map(({ name, type: kind, inputs }) => [`${kind} ${name}`, inputs]));
        const now = keyed(after);
        for (const [key, inputs] of keyed(before)) {
            if (!key.endsWith("endpoint-s3")) {
                assert.deepEqual(now.get(key), inputs, key);
            }
        }
        assert.ok(after.all.length > before.all.length);
    });

    it("keeps a single NAT gateway in place when a zone is appended, whatever its letter", async () => {
        const before = await network({ availabilityZones: ["b", "c"] });
        const after = await network({ availabilityZones: ["b", "c", "a"] });
        assert.deepEqual(names(before.ofType(type.nat)), ["network-nat-b"]);
        assert.deepEqual(names(after.ofType(type.nat)), ["network-nat-b"]);
    });

    it("keeps the first zone's gateway and address when every zone gets one of its own", async () => {
        const single = await network({ nat: "single" });
        const perZone = await network({ nat: "per-az" });
        for (const [kind, name] of [
            [type.nat, "network-nat-a"],
            [type.address, "network-nat-a-address"],
            [type.route, "network-private-a-internet"],
        ] as const) {
            assert.deepEqual(perZone.one(kind, name).inputs, single.one(kind, name).inputs);
        }
    });

    describe("the tags of subnets", () => {
        const shared = ["kubernetes.io/cluster/platform-dev", "shared"];
        for (const [tier, expected] of [
            ["public", [shared, ["kubernetes.io/role/elb", "1"]]],
            ["private", [["karpenter.sh/discovery", "platform-dev"], shared, ["kubernetes.io/role/internal-elb", "1"]]],
            ["data", []],
        ] as const) {
            it(`say what controllers may put into ${tier} subnets`, async () => {
                const graph = await network();
                for (const zone of args.availabilityZones) {
                    const tags = Object.entries(tagsOf(graph.one(type.subnet, `network-${tier}-${zone}`)));
                    assert.deepEqual(
                        tags.filter(([key]) => /^(kubernetes\.io|karpenter\.sh)\//.test(key)).sort(),
                        expected,
                    );
                }
            });
        }
    });

    describe("NAT", () => {
        for (const [nat, gateways, used] of [
            ["none", [], ["", "", ""]],
            ["single", ["network-nat-a"], ["network-nat-a", "network-nat-a", "network-nat-a"]],
            [
                "per-az",
                ["network-nat-a", "network-nat-b", "network-nat-c"],
                ["network-nat-a", "network-nat-b", "network-nat-c"],
            ],
        ] as const) {
            it(`"${nat}" makes ${gateways.length} gateways, each with an address, in public subnets`, async () => {
                const interfaceEndpoints = ["ecr.api", "ecr.dkr", "ec2", "sts", "logs", "eks-auth"];
                const graph = await network({ nat, interfaceEndpoints });
                assert.deepEqual(names(graph.ofType(type.nat)), gateways);
                assert.deepEqual(
                    names(graph.ofType(type.address)),
                    gateways.map((name) => `${name}-address`),
                );
                assert.deepEqual(
                    args.availabilityZones.map((zone) => natOf(graph, zone)),
                    used,
                );
                for (const gateway of graph.ofType(type.nat)) {
                    const zone = gateway.name.slice(-1);
                    assert.ok(gateway.dependencies.includes(graph.one(type.subnet, `network-public-${zone}`).urn));
                    assert.ok(graph.waitsFor(gateway, graph.one(type.internetGateway)));
                    assert.ok(graph.waitsFor(gateway, graph.one(type.address, `${gateway.name}-address`)));
                }
            });
        }

        it('"none" without the endpoints that nodes need is refused', async () => {
            await assert.rejects(
                network({ nat: "none", interfaceEndpoints: ["sts"] }),
                /network: nat "none" must be instance, single or per-az, or interfaceEndpoints must have ec2, ecr\.api, ecr\.dkr, eks-auth, logs:/,
            );
        });
    });

    it("leads public subnets to the internet, private ones to NAT, data subnets nowhere", async () => {
        const graph = await network();
        for (const zone of args.availabilityZones) {
            assert.deepEqual(routesOf(graph, `public-${zone}`), ["network-public-internet"]);
            assert.deepEqual(routesOf(graph, `private-${zone}`), [`network-private-${zone}-internet`]);
            assert.deepEqual(routesOf(graph, `data-${zone}`), []);
        }
        assert.ok(graph.ofType(type.routeTable).every(({ inputs }) => inputs.routes === undefined));
    });

    it("leads S3 traffic of private and data subnets past NAT, writing only to buckets of this account", async () => {
        const graph = await network();
        const endpoint = graph.one(type.endpoint, "network-endpoint-s3");
        assert.deepEqual(
            [endpoint.inputs.vpcEndpointType, endpoint.inputs.serviceName],
            ["Gateway", "com.amazonaws.eu-west-1.s3"],
        );
        assert.deepEqual(
            names(graph.ofType(type.routeTable).filter((table) => endpoint.dependencies.includes(table.urn))),
            ["network-data-routes", "network-private-a-routes", "network-private-b-routes", "network-private-c-routes"],
        );
        const [read, own, ...others] = statements(endpoint.inputs.policy);
        assert.deepEqual([read?.Action, read?.Condition], ["s3:GetObject", undefined]);
        assert.deepEqual(
            [own?.Action, own?.Condition],
            ["s3:*", { StringEquals: { "aws:ResourceAccount": "123456789012" } }],
        );
        assert.deepEqual(others, []);
    });

    describe("interface endpoints", () => {
        it("do not exist unless asked for, and neither does their security group", async () => {
            const graph = await network();
            assert.deepEqual(names(graph.ofType(type.endpoint)), ["network-endpoint-s3"]);
            assert.deepEqual(graph.ofType(type.securityGroup), []);
        });

        it("serve this account alone where GuardDuty's agent sends what it saw", async () => {
            const graph = await network({ interfaceEndpoints: ["sts", "guardduty-data"] });
            const [allow, deny] = statements(graph.one(type.endpoint, "network-endpoint-guardduty-data").inputs.policy);
            assert.equal(allow?.Effect, "Allow");
            assert.equal(deny?.Effect, "Deny");
            assert.match(JSON.stringify(deny.Condition), /StringNotEquals.*aws:PrincipalAccount.*\d{12}/);
            assert.equal(graph.one(type.endpoint, "network-endpoint-sts").inputs.policy, undefined);
        });

        it("stand in every private subnet, under AWS's own names, open to the VPC on 443 alone", async () => {
            const graph = await network({ interfaceEndpoints: ["ecr.api", "sts"] });
            const endpoint = graph.one(type.endpoint, "network-endpoint-ecr-api");
            assert.deepEqual(
                [endpoint.inputs.vpcEndpointType, endpoint.inputs.serviceName, endpoint.inputs.privateDnsEnabled],
                ["Interface", "com.amazonaws.eu-west-1.ecr.api", true],
            );
            assert.deepEqual(
                names(graph.ofType(type.subnet).filter((subnet) => endpoint.dependencies.includes(subnet.urn))),
                ["network-private-a", "network-private-b", "network-private-c"],
            );
            const group = graph.one(type.securityGroup);
            assert.deepEqual([group.inputs.ingress, group.inputs.egress], [undefined, undefined]);
            const { ipProtocol, fromPort, toPort, cidrIpv4, securityGroupId } = graph.one(type.ingress).inputs;
            assert.deepEqual([ipProtocol, fromPort, toPort, cidrIpv4], ["tcp", 443, 443, "10.0.0.0/16"]);
            assert.deepEqual(endpoint.inputs.securityGroupIds, [securityGroupId]);
        });

        it("are made once each, however often they are named", async () => {
            const graph = await network({ interfaceEndpoints: ["sts", "sts"] });
            assert.deepEqual(names(graph.ofType(type.endpoint)), ["network-endpoint-s3", "network-endpoint-sts"]);
        });

        it("can be everything that the configuration allows", async () => {
            const offered = platformConfig.shape.network.unwrap().shape.interfaceEndpoints.unwrap().element.options;
            const graph = await network({ nat: "none", interfaceEndpoints: offered });
            assert.equal(graph.ofType(type.endpoint).length, offered.length + 1);
        });
    });

    it("empties the default security group", async () => {
        const { inputs } = (await network()).one(type.defaultSecurityGroup);
        assert.deepEqual([inputs.ingress, inputs.egress], [[], []]);
    });

    describe("flow logs", () => {
        it("record all traffic into an encrypted log group with the asked-for retention", async () => {
            const graph = await network();
            const group = graph.one("aws:cloudwatch/logGroup:LogGroup");
            assert.deepEqual(
                [group.inputs.name, group.inputs.retentionInDays, group.inputs.kmsKeyId],
                ["/aws/vpc/platform-dev/flow-logs", 30, args.logsKeyArn],
            );
            const log = graph.one("aws:ec2/flowLog:FlowLog");
            assert.deepEqual([log.inputs.trafficType, log.inputs.logDestinationType], ["ALL", "cloud-watch-logs"]);
            assert.ok(graph.waitsFor(log, group));
            assert.ok(graph.waitsFor(log, graph.one("aws:iam/rolePolicy:RolePolicy")));
        });

        it("are written by a role that only the flow log service of this account can assume", async () => {
            const role = (await network()).one("aws:iam/role:Role");
            assert.equal(role.inputs.name, "platform-dev-flow-logs");
            assert.deepEqual(statements(role.inputs.assumeRolePolicy), [
                {
                    Effect: "Allow",
                    Principal: { Service: "vpc-flow-logs.amazonaws.com" },
                    Action: "sts:AssumeRole",
                    Condition: {
                        StringEquals: { "aws:SourceAccount": "123456789012" },
                        ArnLike: { "aws:SourceArn": "arn:aws:ec2:eu-west-1:123456789012:vpc-flow-log/*" },
                    },
                },
            ]);
        });

        it("are written into their group only, which the role cannot create anew", async () => {
            const policy = statements((await network()).one("aws:iam/rolePolicy:RolePolicy").inputs.policy);
            const group = "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/vpc/platform-dev/flow-logs";
            assert.deepEqual(
                policy.map(({ Action, Resource }) => [Action, Resource]),
                [
                    [
                        ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
                        [group, `${group}:*`],
                    ],
                    [["logs:DescribeLogGroups"], ["arn:aws:logs:eu-west-1:123456789012:log-group:*"]],
                ],
            );
        });
    });

    it("offers its subnets with id, range and zone", async () => {
        const graph = await deploy(() => {
            const { vpcId, cidr, publicSubnets, privateSubnets, dataSubnets } = new Network("network", args);
            return { vpcId, cidr, public: publicSubnets, private: privateSubnets, data: dataSubnets };
        });
        const { outputs } = graph.plan;
        assert.equal(outputs.cidr, "10.0.0.0/16");
        assert.match(String(outputs.vpcId), /^vpc-/);
        for (const [tier, first] of [
            ["public", "10.0.192.0/22"],
            ["private", "10.0.0.0/19"],
            ["data", "10.0.216.0/22"],
        ] as const) {
            const subnets = outputs[tier] as { id: string; cidr: string; zone: string }[];
            assert.deepEqual(
                subnets.map((subnet) => subnet.zone),
                ["a", "b", "c"],
            );
            assert.deepEqual(Object.keys(subnets[0] ?? {}).sort(), ["cidr", "id", "zone"]);
            assert.equal(subnets[0]?.cidr, first);
            assert.match(String(subnets[0]?.id), /^subnet-/);
        }
    });

    it("makes what waits for it wait for its routes, gateways and endpoints", async () => {
        const graph = await deploy(() => {
            const made = new Network("network", { ...args, nat: "per-az", interfaceEndpoints: ["sts"] });
            new aws.sqs.Queue("later", {}, { dependsOn: [...made.ready] });
        });
        const later = graph.one("aws:sqs/queue:Queue");
        for (const kind of [type.route, type.association, type.nat, type.endpoint]) {
            for (const resource of graph.ofType(kind)) {
                assert.ok(graph.waitsFor(later, resource), resource.name);
            }
        }
    });

    it("tags everything that can be tagged, and names it after the cluster", async () => {
        const graph = await network({ nat: "per-az", interfaceEndpoints: ["sts"] });
        const untaggable = [type.route, type.association, "aws:iam/rolePolicy:RolePolicy"];
        for (const resource of graph.all.filter((each) => each.custom && !untaggable.includes(each.type))) {
            assert.equal(tagsOf(resource)["platform:stack"], "dev", resource.name);
            assert.equal(tagsOf(resource).team, "platform", resource.name);
            assert.match(tagsOf(resource).Name ?? "", /platform-dev/, resource.name);
        }
    });

    it("puts everything below itself and registers its outputs", async () => {
        const graph = await network({ interfaceEndpoints: ["sts"] });
        for (const resource of graph.all.filter((each) => each.type.startsWith("aws:"))) {
            assert.match(resource.parent, /platform:network:(Network|Network\$platform:network:FlowLogs)::network/);
            assert.match(resource.name, /^network-/);
        }
        const components = graph.all.filter((each) => each.type.startsWith("platform:"));
        assert.equal(components.length, 2);
        assert.ok(components.every((each) => graph.plan.registeredOutputs.has(each.urn)));
    });

    it("can be previewed before anything exists", async () => {
        const overrides = { nat: "per-az", interfaceEndpoints: ["sts"] } as const;
        assert.deepEqual(names((await network(overrides, true)).all), names((await network(overrides)).all));
    });
});
