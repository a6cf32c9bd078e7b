import { listAddress, resourceAddress } from "../model/addresses";
import { sharedSystem, type PlanView, type Resource } from "../model/resource";
import { systemsOf, type System } from "../model/systems";
import { counted, listAt, text, textAt } from "../model/values";
import type { Box, Drawing, Network, Tier, ZoneBox } from "./drawing";
import { systemColumn } from "./systemColumn";

/** More systems than this are not drawn side by side: nobody could read them. */
const mostColumns = 12;

/** The drawing of a whole stack, made from what its plan says. */
export function architecture(plan: PlanView): Drawing {
    const systems = systemsOf(plan);
    const columns = systems
        .slice(0, mostColumns)
        .map((system) => systemColumn(plan, system))
        .sort((a, b) => compare(a.column.balancers[0]?.key ?? "~", b.column.balancers[0]?.key ?? "~"));
    const network = networkOf(plan);
    return {
        internet: { id: "internet", kind: "outside", title: "Internet", href: listAddress({ text: "route53" }) },
        network,
        cluster: clusterBox(plan),
        columns: columns.map(({ column }) => column),
        platformBox: {
            id: "platform",
            kind: "system",
            title: "Platform",
            href: listAddress({ system: sharedSystem }),
        },
        platform: [...nodeBoxes(plan), ...addonBoxes(plan), ...restBox(systems)],
        regionalBox: regionalBox(plan),
        regional: regionalBoxes(plan),
        calledBox: {
            id: "called",
            kind: "outside",
            title: "Called outside",
            href: listAddress({ type: "kubernetes:networking.k8s.io/v1:NetworkPolicy" }),
        },
        edges: columns.flatMap(({ edges }) => edges),
    };
}

function compare(a: string, b: string): number {
    return a === b ? 0 : a < b ? -1 : 1;
}

/** Says how many systems are not drawn, and leads to them. */
function restBox(systems: readonly System[]): Box[] {
    const rest = systems.length - mostColumns;
    return rest <= 0
        ? []
        : [
              {
                  id: "rest",
                  kind: "namespace",
                  title: `${counted(rest, "more system")}`,
                  detail: "listed under Systems",
                  href: "#/systems",
              },
          ];
}

/** AWS region of the stack, where it says one. */
export function regionOf(plan: PlanView): string {
    const stated = textAt(plan.outputs, "platform", "aws", "region");
    const zone = text(plan.ofType("aws:ec2/subnet:Subnet")[0]?.inputs.availabilityZone);
    return stated || zone.replace(/[a-z]$/, "");
}

function networkOf(plan: PlanView): Network | undefined {
    const vpc = plan.ofType("aws:ec2/vpc:Vpc")[0];
    if (vpc === undefined) {
        return undefined;
    }
    const gateways = plan.ofType("aws:ec2/internetGateway:InternetGateway");
    const endpoints = plan.ofType("aws:ec2/vpcEndpoint:VpcEndpoint");
    const region = regionOf(plan);
    return {
        region: { id: "region", kind: "region", title: `AWS region ${region}`, href: listAddress({ text: "aws:" }) },
        vpc: {
            id: "vpc",
            kind: "vpc",
            title: `VPC ${text(vpc.inputs.cidrBlock)}`,
            href: listAddress({ component: vpc.component }),
        },
        public: tierOf(plan, "public", "Public subnets", [
            ...gateways.map((each) => plainBox(each, "network", "Internet gateway")),
            ...endpoints.map((each) => plainBox(each, "network", `${endpointName(each)} endpoint`)),
        ]),
        private: tierOf(plan, "private", "Private subnets", []),
        data: tierOf(plan, "data", "Isolated data subnets", []),
    };
}

function endpointName(endpoint: Resource): string {
    const service = text(endpoint.inputs.serviceName);
    return service.slice(service.lastIndexOf(".") + 1).toUpperCase() || endpoint.name;
}

function plainBox(resource: Resource, kind: Box["kind"], title: string, detail?: string): Box {
    return {
        id: resource.address,
        kind,
        title,
        ...(detail !== undefined && { detail }),
        href: resourceAddress(resource),
    };
}

/** The tier a subnet is of stands in its name, as components/network/network.ts gives it: `network-private-a`. */
function tierOf(plan: PlanView, tier: string, title: string, shared: readonly Box[]): Tier | undefined {
    const subnets = plan.ofType("aws:ec2/subnet:Subnet").filter(({ name }) => name.split("-").includes(tier));
    if (subnets.length === 0) {
        return undefined;
    }
    return {
        box: {
            id: `tier-${tier}`,
            kind: "tier",
            title,
            href: listAddress({ type: "aws:ec2/subnet:Subnet", text: `-${tier}-` }),
        },
        zones: subnets.map((subnet) => zoneOf(plan, subnet)),
        shared,
    };
}

function zoneOf(plan: PlanView, subnet: Resource): ZoneBox {
    const zone = text(subnet.inputs.availabilityZone);
    const interfaces = plan
        .ofType("aws:ec2/networkInterface:NetworkInterface")
        .filter((each) => each.dependencies.includes(subnet));
    const translators = [
        ...plan.ofType("aws:ec2/natGateway:NatGateway").filter((each) => each.dependencies.includes(subnet)),
        ...plan
            .ofType("aws:ec2/instance:Instance")
            .filter((each) => each.dependencies.some((dependency) => interfaces.includes(dependency))),
    ];
    return {
        box: {
            id: `zone-${subnet.address}`,
            kind: "zone",
            title: zone,
            href: listAddress({ text: zone, inputs: true }),
        },
        inside: [
            plainBox(subnet, "network", text(subnet.inputs.cidrBlock)),
            ...translators.map((each) => plainBox(each, "network", "NAT")),
        ],
    };
}

function clusterBox(plan: PlanView): Box {
    const eks = plan.ofType("eks:index:Cluster")[0];
    if (eks !== undefined) {
        const version = text(eks.inputs.version);
        return {
            id: "cluster",
            kind: "cluster",
            title: `EKS cluster ${text(eks.inputs.name)}, Kubernetes ${version}`,
            href: listAddress({ component: eks.component }),
        };
    }
    const provider = plan.ofType("pulumi:providers:kubernetes")[0];
    const context = text(provider?.inputs.context);
    return {
        id: "cluster",
        kind: "cluster",
        title: context === "" ? "Existing cluster" : `Existing cluster, context ${context}`,
        href: provider === undefined ? listAddress({}) : resourceAddress(provider),
    };
}

function nodeBoxes(plan: PlanView): Box[] {
    return plan.ofType("aws:eks/nodeGroup:NodeGroup").map((group) => {
        const types = listAt(group.inputs, "instanceTypes").map(text);
        const spot = text(group.inputs.capacityType) === "SPOT" ? ", spot" : "";
        const { minSize, maxSize } = (group.inputs.scalingConfig ?? {}) as Record<string, unknown>;
        const title = `${text(minSize)}–${text(maxSize)} nodes`;
        return plainBox(group, "nodes", title, `${types[0] ?? ""}${types.length > 1 ? " …" : ""}${spot}`);
    });
}

/** A box for each namespace that serves all systems. */
function addonBoxes(plan: PlanView): Box[] {
    return plan
        .ofType("kubernetes:core/v1:Namespace")
        .filter(({ system }) => system === sharedSystem)
        .map(({ namespace }) => ({
            id: `namespace-${namespace}`,
            kind: "addon",
            title: namespace,
            href: listAddress({ namespace }),
        }));
}

function regionalBox(plan: PlanView): Box | undefined {
    const hasAws = plan.resources.some(({ type }) => type.startsWith("aws:"));
    const region = regionOf(plan);
    return hasAws
        ? {
              id: "regional",
              kind: "tier",
              title: `Regional services${region === "" ? "" : ` of ${region}`}`,
              href: listAddress({ text: "aws:" }),
          }
        : undefined;
}

const regionalTypes: readonly (readonly [type: string, title: string, noun: string])[] = [
    ["aws:kms/key:Key", "KMS", "key"],
    ["aws:cloudwatch/logGroup:LogGroup", "CloudWatch Logs", "group"],
    ["aws:acm/certificate:Certificate", "ACM", "certificate"],
    ["aws:iam/role:Role", "IAM", "role"],
    ["aws:sns/topic:Topic", "SNS", "topic"],
    ["aws:budgets/budget:Budget", "Budgets", "budget"],
];

/** Services of the region that the systems have in common, one box each. */
function regionalBoxes(plan: PlanView): Box[] {
    return regionalTypes.flatMap(([type, title, noun]) => {
        const count = plan.ofType(type).length;
        return count === 0
            ? []
            : [
                  {
                      id: `regional-${type}`,
                      kind: "regional" as const,
                      title,
                      detail: counted(count, noun),
                      href: listAddress({ type }),
                  },
              ];
    });
}
