import assert from "node:assert/strict";
import { Network, type NetworkArgs } from "../../../components/network/network";
import { deploy, type ResourceGraph } from "../../harness";

const args: NetworkArgs = {
    tags: { stack: "dev", environment: "dev", extraTags: {} },
    region: "eu-west-1",
    cidr: "10.0.0.0/16",
    availabilityZones: ["b", "a"],
    nat: "instance",
    interfaceEndpoints: [],
    flowLogRetentionDays: 30,
    clusterName: "platform-dev",
    logsKeyArn: "arn:aws:kms:eu-west-1:123456789012:key/logs",
};

const type = {
    instance: "aws:ec2/instance:Instance",
    networkInterface: "aws:ec2/networkInterface:NetworkInterface",
    address: "aws:ec2/eip:Eip",
    route: "aws:ec2/route:Route",
    subnet: "aws:ec2/subnet:Subnet",
    alarm: "aws:cloudwatch/metricAlarm:MetricAlarm",
    ingress: "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
    rolePolicy: "aws:iam/rolePolicy:RolePolicy",
};

describe("NAT by an instance", () => {
    let graph: ResourceGraph;
    before(async () => {
        graph = await deploy(() => void new Network("network", args), { region: args.region });
    });

    it("is one small machine in the first zone's public subnet, and no gateway", () => {
        assert.equal(graph.ofType("aws:ec2/natGateway:NatGateway").length, 0);
        assert.equal(graph.one(type.instance).inputs.instanceType, "t4g.nano");
        const home = graph.one(type.subnet, "network-public-b");
        assert.ok(graph.one(type.networkInterface).dependencies.includes(home.urn));
    });

    it("passes on what is neither from it nor for it", () => {
        assert.equal(graph.one(type.networkInterface).inputs.sourceDestCheck, false);
    });

    it("leads the private subnets of every zone to the interface, and no other subnet", () => {
        const target = graph.one(type.address).inputs.networkInterface;
        const routes = graph.ofType(type.route).filter(({ inputs }) => inputs.networkInterfaceId !== undefined);
        assert.deepEqual(
            routes.map(({ name, inputs }) => [name, inputs.destinationCidrBlock, inputs.networkInterfaceId]),
            [
                ["network-private-a-internet", "0.0.0.0/0", target],
                ["network-private-b-internet", "0.0.0.0/0", target],
            ],
        );
    });

    it("turns routes to it once it runs, and lets it start once it has an address and a way out", () => {
        const instance = graph.one(type.instance);
        for (const route of graph.ofType(type.route).filter(({ name }) => name.includes("private"))) {
            assert.ok(graph.waitsFor(route, instance), route.name);
        }
        const address = graph.one(type.address);
        assert.ok(graph.waitsFor(instance, address));
        assert.ok(graph.waitsFor(address, graph.one(type.route, "network-public-internet")));
    });

    it("keeps interface, address and routes when the machine is replaced: they are not the machine's", () => {
        const { networkInterface } = graph.one(type.address).inputs;
        assert.match(String(networkInterface), /^eni-/);
        assert.deepEqual(graph.one(type.instance).inputs.primaryNetworkInterface, {
            networkInterfaceId: networkInterface,
        });
    });

    it("is reached from private subnets alone, and by no key", () => {
        assert.deepEqual(
            graph.ofType(type.ingress).map(({ inputs }) => [inputs.cidrIpv4, inputs.ipProtocol]),
            [
                ["10.0.0.0/19", "-1"],
                ["10.0.32.0/19", "-1"],
            ],
        );
        assert.equal(graph.one(type.instance).inputs.keyName, undefined);
    });

    it("lets Session Manager in and may do nothing else", () => {
        const { policy } = graph.one(type.rolePolicy, "network-nat-instance-sessions").inputs;
        const { Statement } = JSON.parse(String(policy)) as { Statement: { Action: string[] }[] };
        assert.deepEqual(
            Statement.flatMap(({ Action }) => Action).filter((action) => !action.startsWith("ssmmessages:")),
            ["ssm:UpdateInstanceInformation"],
        );
    });

    it("answers metadata requests with a token only, and encrypts its disk", () => {
        const { metadataOptions, rootBlockDevice } = graph.one(type.instance).inputs as Record<
            string,
            Record<string, unknown>
        >;
        assert.deepEqual([metadataOptions?.httpTokens, metadataOptions?.httpPutResponseHopLimit], ["required", 1]);
        assert.equal(rootBlockDevice?.encrypted, true);
    });

    it("is moved to another host by EC2, and restarted when its system hangs", () => {
        const instance = graph.one(type.instance);
        assert.deepEqual(instance.inputs.maintenanceOptions, { autoRecovery: "default" });
        const { metricName, alarmActions, period, evaluationPeriods } = graph.one(type.alarm).inputs;
        assert.ok(graph.one(type.alarm).dependencies.includes(instance.urn));
        assert.deepEqual(
            { metricName, alarmActions, period, evaluationPeriods },
            {
                metricName: "StatusCheckFailed_Instance",
                alarmActions: ["arn:aws:automate:eu-west-1:ec2:reboot"],
                period: 60,
                evaluationPeriods: 3,
            },
        );
    });

    it("stays when Amazon publishes a newer image", () => {
        assert.deepEqual(graph.one(type.instance).ignoreChanges, ["ami"]);
    });

    it("can be previewed before anything exists", async () => {
        const preview = await deploy(() => void new Network("network", args), { region: args.region, preview: true });
        assert.equal(preview.all.length, graph.all.length);
    });
});
