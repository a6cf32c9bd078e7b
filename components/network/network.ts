import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { PlatformConfig } from "../../config/schema";
import { checkArgs } from "../checkedArgs";
import { Component } from "../component";
import { tagsFor, type TagContext } from "../tags";
import { FlowLogs } from "./flowLogs";
import { NatInstance } from "./natInstance";
import { networkShape } from "./networkShape";
import { guardDutyEndpointPolicy, s3EndpointPolicy } from "./policies";
import { natProblem, planSubnets, type PlannedSubnet } from "./subnetPlan";
import { tierTags } from "./subnetTags";

export interface NetworkArgs {
    readonly tags: TagContext;
    /** AWS region, such as "us-east-1". A change replaces everything. */
    readonly region: string;
    /** Address range of the VPC, /16 to /20. A change replaces the VPC and what is in it. */
    readonly cidr: string;
    /**
     * Letters of the availability zones, two or more of a to f. Adding one adds its subnets and touches no other zone. The first is
     * where a `single` NAT gateway or the NAT `instance` stands: putting another first moves it, which interrupts outgoing connections.
     */
    readonly availabilityZones: readonly string[];
    /**
     * How private subnets reach the internet: not at all, by one small instance for all zones (`NatInstance` says what is weaker), by one
     * NAT gateway for all zones, or by one per zone. Between `single` and `per-az` the first zone's gateway and address stay; connections
     * of the zones that change gateway break once. Between `instance` and a gateway the public address changes, too: routes are turned
     * to the new one once it runs, then the old one goes.
     */
    readonly nat: PlatformConfig["network"]["nat"];
    /** AWS services to reach by an interface endpoint in every zone, such as "ecr.api". Changes apply in place. */
    readonly interfaceEndpoints: readonly string[];
    /** Days that flow logs are kept; one of the periods that CloudWatch Logs accepts. Changes apply in place. */
    readonly flowLogRetentionDays: number;
    /** Physical name of the EKS cluster that will use the subnets; it stands in their tags and in names. */
    readonly clusterName: string;
    /** ARN of the KMS key of logs; its policy has to allow CloudWatch Logs. Changes apply in place, to new entries. */
    readonly logsKeyArn: pulumi.Input<string>;
}

/** A subnet that exists. */
export interface NetworkSubnet {
    readonly id: pulumi.Output<string>;
    /** Address range, such as "10.0.32.0/19". */
    readonly cidr: string;
    /** Letter of its availability zone, such as "a". */
    readonly zone: string;
}

interface RoutedSubnet extends NetworkSubnet {
    readonly routeTable: aws.ec2.RouteTable;
}

/** What a private subnet's route to the internet leads to. */
interface Exit {
    readonly target: Pick<aws.ec2.RouteArgs, "natGatewayId" | "networkInterfaceId">;
    /** What has to run before a route leads to it. */
    readonly dependsOn: readonly pulumi.Resource[];
}

const anywhere = "0.0.0.0/0";

/**
 * The VPC: public subnets for load balancers, private ones for nodes and pods, and data subnets that no route connects to the
 * internet. `subnetPlan.ts` says how the address range is divided.
 *
 * What runs in the network takes `dependsOn: network.ready`, each resource for itself: a component does not hand it on to its children.
 * Subnet ids alone say nothing about routes, so nodes could start before they can pull images, and on destroy lose the way to AWS while
 * controllers are still cleaning up load balancers.
 *
 * The default security group is emptied, so that nothing is reachable because somebody forgot to choose a group. The default network
 * ACL stays as it is: it is stateless, so it would need the reply ports of every connection, and security groups and network policies
 * already say who may talk to whom.
 *
 * Not every zone can hold an EKS control plane (use1-az3, usw1-az2 and cac1-az3 cannot), and which letter such a zone has differs
 * from account to account; EKS then refuses the cluster and names the zones to use.
 *
 * Costs a month in us-east-1, at 730 hours: a NAT gateway $32.85 and $0.045 per GB, its public address $3.65; an interface endpoint
 * $7.30 per zone and $0.01 per GB; flow logs $0.50 per GB. Everything else is free, the S3 gateway endpoint too, which keeps images
 * and backups off the NAT gateway. In two zones, three interface endpoints already cost more than one NAT gateway.
 * Source: Amazon VPC, AWS PrivateLink and Amazon CloudWatch pricing pages, 2026-11.
 *
 * @example
 * const network = new Network("network", {
 *     tags, region: "eu-west-1", cidr: "10.0.0.0/16", availabilityZones: ["a", "b"], nat: "single", interfaceEndpoints: [],
 *     flowLogRetentionDays: 30, clusterName: "platform-dev", logsKeyArn: keys.logsKeyArn,
 * });
 */
export class Network extends Component {
    readonly vpcId: pulumi.Output<string>;
    /** Address range of the VPC. */
    readonly cidr: string;
    /** Where load balancers and NAT stand. */
    readonly publicSubnets: NetworkSubnet[];
    /** Where nodes and pods run. */
    readonly privateSubnets: NetworkSubnet[];
    /** Where managed databases and caches stand, without a way to the internet. */
    readonly dataSubnets: NetworkSubnet[];
    /** What nodes wait for: subnets with all routes, gateways and endpoints. */
    readonly ready: readonly pulumi.Resource[];

    private readonly args: NetworkArgs;
    private readonly accountId: pulumi.Output<string>;

    constructor(name: string, args: NetworkArgs, opts?: pulumi.ComponentResourceOptions) {
        checkArgs(name, networkShape, args);
        const problem = natProblem(args.nat, args.interfaceEndpoints);
        if (problem !== undefined) {
            throw new Error(`${name}: nat "${args.nat}" ${problem}.`);
        }
        const plan = planSubnets(args);
        super("platform:network:Network", name, opts);
        this.args = args;
        this.cidr = args.cidr;
        this.accountId = aws.getCallerIdentityOutput({}, { parent: this }).accountId;

        const vpc = this.createVpc();
        this.vpcId = vpc.id;
        this.emptyDefaultSecurityGroup();
        this.recordFlows();

        const publicRoutes = this.createRouteTable("public");
        const internetRoute = this.createInternetRoute(publicRoutes);
        const publicSubnets = this.createSubnets("public", plan.public, () => publicRoutes);
        const exitOf =
            args.nat === "instance"
                ? this.createNatInstance(publicSubnets, plan.private, internetRoute)
                : this.createNatGateways(publicSubnets, internetRoute);
        const privateSubnets = this.createSubnets("private", plan.private, (zone) =>
            this.createPrivateRouteTable(zone, exitOf(zone)),
        );
        const dataRoutes = this.createRouteTable("data");
        const dataSubnets = this.createSubnets("data", plan.data, () => dataRoutes);
        this.publicSubnets = publicSubnets.map(withoutRoutes);
        this.privateSubnets = privateSubnets.map(withoutRoutes);
        this.dataSubnets = dataSubnets.map(withoutRoutes);

        this.createS3Endpoint([...privateSubnets.map((subnet) => subnet.routeTable), dataRoutes]);
        this.createInterfaceEndpoints();

        this.ready = [this];
        this.registerOutputs({
            vpcId: this.vpcId,
            publicSubnetIds: this.publicSubnets.map((subnet) => subnet.id),
            privateSubnetIds: this.privateSubnets.map((subnet) => subnet.id),
            dataSubnetIds: this.dataSubnets.map((subnet) => subnet.id),
        });
    }

    /** The tags of a resource; the console shows it as `<cluster>-<suffix>`. */
    private tags(suffix: string): Record<string, string> {
        return tagsFor(this.args.tags, `${this.args.clusterName}-${suffix}`);
    }

    private createVpc(): aws.ec2.Vpc {
        return new aws.ec2.Vpc(
            this.childName("vpc"),
            {
                cidrBlock: this.args.cidr,
                // Nodes register with the private API endpoint, and interface endpoints take over AWS names, by the VPC's DNS.
                enableDnsSupport: true,
                enableDnsHostnames: true,
                tags: this.tags("vpc"),
            },
            this.childOptions(),
        );
    }

    private emptyDefaultSecurityGroup(): void {
        new aws.ec2.DefaultSecurityGroup(
            this.childName("default-security-group"),
            { vpcId: this.vpcId, ingress: [], egress: [], tags: this.tags("default-unused") },
            this.childOptions(),
        );
    }

    private recordFlows(): void {
        const { tags, region, clusterName, flowLogRetentionDays, logsKeyArn } = this.args;
        new FlowLogs(
            this.childName("flow-logs"),
            {
                tags,
                region,
                accountId: this.accountId,
                vpcId: this.vpcId,
                vpcName: clusterName,
                retentionDays: flowLogRetentionDays,
                keyArn: logsKeyArn,
            },
            this.childOptions(),
        );
    }

    private createRouteTable(suffix: string): aws.ec2.RouteTable {
        return new aws.ec2.RouteTable(
            this.childName(`${suffix}-routes`),
            { vpcId: this.vpcId, tags: this.tags(suffix) },
            this.childOptions(),
        );
    }

    private createInternetRoute(routeTable: aws.ec2.RouteTable): aws.ec2.Route {
        const gateway = new aws.ec2.InternetGateway(
            this.childName("internet-gateway"),
            { vpcId: this.vpcId, tags: this.tags("internet-gateway") },
            this.childOptions(),
        );
        return new aws.ec2.Route(
            this.childName("public-internet"),
            { routeTableId: routeTable.id, destinationCidrBlock: anywhere, gatewayId: gateway.id },
            this.childOptions(),
        );
    }

    private createSubnets(
        tier: keyof typeof tierTags,
        planned: readonly PlannedSubnet[],
        routeTableOf: (zone: string) => aws.ec2.RouteTable,
    ): RoutedSubnet[] {
        return planned.map(({ zone, cidr }) => {
            const routeTable = routeTableOf(zone);
            const suffix = `${tier}-${zone}`;
            const subnet = new aws.ec2.Subnet(
                this.childName(suffix),
                {
                    vpcId: this.vpcId,
                    cidrBlock: cidr,
                    availabilityZone: `${this.args.region}${zone}`,
                    // Load balancers and NAT gateways bring their own public addresses; nothing else should get one.
                    mapPublicIpOnLaunch: false,
                    tags: { ...this.tags(suffix), ...tierTags[tier](this.args.clusterName) },
                },
                this.childOptions(),
            );
            new aws.ec2.RouteTableAssociation(
                this.childName(`${suffix}-routes-association`),
                { subnetId: subnet.id, routeTableId: routeTable.id },
                this.childOptions(),
            );
            return { id: subnet.id, cidr, zone, routeTable };
        });
    }

    /** Creates the NAT gateways and says which one a zone uses; none without NAT. */
    private createNatGateways(
        publicSubnets: readonly NetworkSubnet[],
        internetRoute: aws.ec2.Route,
    ): (zone: string) => Exit | undefined {
        const { availabilityZones, nat } = this.args;
        const zones = nat === "none" ? [] : nat === "single" ? availabilityZones.slice(0, 1) : availabilityZones;
        const gateways = new Map(
            publicSubnets
                .filter((subnet) => zones.includes(subnet.zone))
                .map((subnet) => [subnet.zone, this.createNatGateway(subnet, internetRoute)]),
        );
        return (zone) => {
            const gateway = gateways.get(zone) ?? gateways.get(zones[0] ?? zone);
            return gateway && { target: { natGatewayId: gateway.id }, dependsOn: [] };
        };
    }

    /** Creates the NAT instance in the first zone, which all zones use. */
    private createNatInstance(
        publicSubnets: readonly NetworkSubnet[],
        clients: readonly PlannedSubnet[],
        internetRoute: aws.ec2.Route,
    ): () => Exit | undefined {
        const { tags, region, cidr, clusterName, availabilityZones } = this.args;
        const home = publicSubnets.find(({ zone }) => zone === availabilityZones[0]);
        if (home === undefined) {
            return () => undefined;
        }
        const instance = new NatInstance(
            this.childName("nat-instance"),
            {
                tags,
                region,
                accountId: this.accountId,
                vpcId: this.vpcId,
                vpcCidr: cidr,
                vpcName: clusterName,
                subnetId: home.id,
                clientCidrs: clients.map((subnet) => subnet.cidr),
                dependsOn: [internetRoute],
            },
            this.childOptions(),
        );
        const exit = { target: { networkInterfaceId: instance.networkInterfaceId }, dependsOn: instance.ready };
        return () => exit;
    }

    private createNatGateway(subnet: NetworkSubnet, internetRoute: aws.ec2.Route): aws.ec2.NatGateway {
        // An address, like the gateway that uses it, works only while the VPC has its internet gateway.
        const afterInternet = this.childOptions({ dependsOn: [internetRoute] });
        const suffix = `nat-${subnet.zone}`;
        const address = new aws.ec2.Eip(
            this.childName(`${suffix}-address`),
            { domain: "vpc", tags: this.tags(suffix) },
            afterInternet,
        );
        return new aws.ec2.NatGateway(
            this.childName(suffix),
            { allocationId: address.id, subnetId: subnet.id, tags: this.tags(suffix) },
            afterInternet,
        );
    }

    private createPrivateRouteTable(zone: string, exit: Exit | undefined): aws.ec2.RouteTable {
        const routeTable = this.createRouteTable(`private-${zone}`);
        if (exit !== undefined) {
            new aws.ec2.Route(
                this.childName(`private-${zone}-internet`),
                { routeTableId: routeTable.id, destinationCidrBlock: anywhere, ...exit.target },
                this.childOptions({ dependsOn: [...exit.dependsOn] }),
            );
        }
        return routeTable;
    }

    private createS3Endpoint(routeTables: readonly aws.ec2.RouteTable[]): void {
        new aws.ec2.VpcEndpoint(
            this.childName("endpoint-s3"),
            {
                vpcId: this.vpcId,
                vpcEndpointType: "Gateway",
                serviceName: `com.amazonaws.${this.args.region}.s3`,
                routeTableIds: routeTables.map((table) => table.id),
                policy: this.accountId.apply((id) => JSON.stringify(s3EndpointPolicy(id))),
                tags: this.tags("s3"),
            },
            this.childOptions(),
        );
    }

    private createInterfaceEndpoints(): void {
        const services = [...new Set(this.args.interfaceEndpoints)];
        if (services.length === 0) {
            return;
        }
        const securityGroup = this.createEndpointSecurityGroup();
        for (const service of services) {
            new aws.ec2.VpcEndpoint(
                this.childName(`endpoint-${service.replace(/\./g, "-")}`),
                {
                    vpcId: this.vpcId,
                    vpcEndpointType: "Interface",
                    serviceName: `com.amazonaws.${this.args.region}.${service}`,
                    subnetIds: this.privateSubnets.map((subnet) => subnet.id),
                    securityGroupIds: [securityGroup.id],
                    privateDnsEnabled: true,
                    ...(service === "guardduty-data" && {
                        policy: this.accountId.apply((id) => JSON.stringify(guardDutyEndpointPolicy(id))),
                    }),
                    tags: this.tags(service),
                },
                this.childOptions(),
            );
        }
    }

    private createEndpointSecurityGroup(): aws.ec2.SecurityGroup {
        // Named by Pulumi: a group that has to be replaced and the one that replaces it exist side by side for a while.
        const group = new aws.ec2.SecurityGroup(
            this.childName("endpoints"),
            { vpcId: this.vpcId, description: "HTTPS from inside the VPC to AWS", tags: this.tags("endpoints") },
            this.childOptions(),
        );
        new aws.vpc.SecurityGroupIngressRule(
            this.childName("endpoints-https"),
            {
                securityGroupId: group.id,
                description: "HTTPS from inside the VPC",
                cidrIpv4: this.args.cidr,
                ipProtocol: "tcp",
                fromPort: 443,
                toPort: 443,
                tags: this.tags("endpoints-https"),
            },
            this.childOptions(),
        );
        return group;
    }
}

function withoutRoutes({ id, cidr, zone }: RoutedSubnet): NetworkSubnet {
    return { id, cidr, zone };
}
