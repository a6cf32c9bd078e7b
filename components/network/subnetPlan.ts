import type { AddonName, PlatformConfig } from "../../config/schema";

/**
 * Which subnets a VPC has, and whether a network's settings can work. Everything here is arithmetic; `Network` turns it into resources.
 *
 * The address range of a VPC is cut the same way whatever zones are in use. Zone `a` has slot 0 of each kind, zone `f` slot 5, so a
 * zone's subnets follow from the VPC's range and the zone's letter alone, and adding or removing a zone moves nothing.
 *
 *     VPC /16          10.0.0.0/16            VPC /20 (the smallest)
 *     private /19 ×6   10.0.0.0    ...        /23: 507 usable addresses a zone
 *     public  /22 ×6   10.0.192.0  ...        /26:  59
 *     data    /22 ×6   10.0.216.0  ...        /26:  59
 *     spare   /20 ×1   10.0.240.0/20          /24: never given out, free for what nobody thought of
 *
 * Private subnets get three quarters of the range because the VPC CNI gives every pod an address of its subnet.
 */

/** A subnet of one availability zone. */
export interface PlannedSubnet {
    /** Letter of the zone, such as "a". */
    readonly zone: string;
    /** Address range, such as "10.0.32.0/19". */
    readonly cidr: string;
}

/** The subnets of a VPC. Each list is in the order of the zones' letters. */
export interface SubnetPlan {
    /** Load balancers and NAT gateways. */
    readonly public: readonly PlannedSubnet[];
    /** Nodes and pods. */
    readonly private: readonly PlannedSubnet[];
    /** Managed databases and caches, without a route to the internet. */
    readonly data: readonly PlannedSubnet[];
    /** The sixteenth of the VPC that no zone ever uses. */
    readonly spare: string;
}

export interface SubnetPlanArgs {
    /** Address range of the VPC, /16 to /20. */
    readonly cidr: string;
    /** Letters of the availability zones, a to f, in any order. */
    readonly availabilityZones: readonly string[];
}

/** The letters that have a slot. us-east-1 has the most zones of all regions: six. */
export const zoneLetters = ["a", "b", "c", "d", "e", "f"] as const;

/** AWS allows VPCs of /16 to /28; below /20 a zone's private subnet would hold fewer than 507 pods and nodes. */
const largestPrefix = 16;
const smallestPrefix = 20;

/** Where each kind of subnet begins, counted in subnets of its own size, and how much longer its prefix is than the VPC's. */
const layout = {
    private: { extraBits: 3, firstSlot: 0 },
    public: { extraBits: 6, firstSlot: 48 },
    data: { extraBits: 6, firstSlot: 54 },
    spare: { extraBits: 4, firstSlot: 15 },
} as const;

/** RFC 1918 and, from RFC 6598, the shared range that AWS recommends for pods. */
const privateRanges = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"];

/**
 * The subnets of a VPC, for the zones it uses.
 *
 * @throws Error when `subnetPlanProblem` names one.
 */
export function planSubnets(args: SubnetPlanArgs): SubnetPlan {
    const problem = subnetPlanProblem(args);
    const vpc = parseCidr(args.cidr);
    if (problem !== undefined || vpc === undefined) {
        throw new Error(
            `cidr "${args.cidr}" with availabilityZones [${args.availabilityZones.join(", ")}] cannot be used: ${problem}.`,
        );
    }
    const block = (kind: keyof typeof layout, slot: number): string => {
        const prefix = vpc.prefix + layout[kind].extraBits;
        return `${formatAddress(vpc.first + (layout[kind].firstSlot + slot) * blockSize(prefix))}/${prefix}`;
    };
    const zones = [...args.availabilityZones].sort();
    const subnets = (kind: "private" | "public" | "data"): PlannedSubnet[] =>
        zones.map((zone) => ({ zone, cidr: block(kind, slotOf(zone)) }));
    return {
        public: subnets("public"),
        private: subnets("private"),
        data: subnets("data"),
        spare: block("spare", 0),
    };
}

/** What keeps a VPC of this range and these zones from being built: what is allowed, in words; or nothing. */
export function subnetPlanProblem({ cidr, availabilityZones }: SubnetPlanArgs): string | undefined {
    return cidrProblem(cidr) ?? zonesProblem(availabilityZones);
}

function cidrProblem(cidr: string): string | undefined {
    const vpc = parseCidr(cidr);
    if (vpc === undefined) {
        return "cidr must be an IPv4 network such as 10.0.0.0/16";
    }
    if (vpc.prefix < largestPrefix || vpc.prefix > smallestPrefix) {
        return `cidr must be a /${largestPrefix} to /${smallestPrefix} network, to have room for six zones and for pods`;
    }
    const size = blockSize(vpc.prefix);
    if (vpc.first % size !== 0) {
        const network = formatAddress(Math.floor(vpc.first / size) * size);
        return `cidr must be a network without host bits: ${network}/${vpc.prefix}`;
    }
    if (!privateRanges.some((range) => contains(range, vpc))) {
        return `cidr must be inside a private range: ${privateRanges.join(", ")}`;
    }
    return undefined;
}

function zonesProblem(zones: readonly string[]): string | undefined {
    const unknown = zones.find((zone) => slotOf(zone) < 0);
    if (unknown !== undefined) {
        return `availabilityZones must be letters of zones, ${zoneLetters.join(", ")}; "${unknown}" is not one`;
    }
    const twice = zones.find((zone, index) => zones.indexOf(zone) !== index);
    if (twice !== undefined) {
        return `availabilityZones must name each zone once; "${twice}" is there twice`;
    }
    // EKS and the subnet groups of RDS both refuse fewer. Source: Amazon EKS User Guide, "Subnet requirements for clusters".
    return zones.length < 2 ? "availabilityZones must name two or more zones" : undefined;
}

/**
 * AWS services that nodes and pods call whatever runs on them: images, pod addresses and volumes, credentials, logs. Images' layers come
 * from S3, whose gateway endpoint every network has. Source: Amazon EKS User Guide, "Deploy private clusters with limited internet
 * access" and "EKS Pod Identity".
 */
const endpointsOfNodes = ["ec2", "ecr.api", "ecr.dkr", "eks-auth", "logs", "sts"] as const;

/** AWS services that an add-on calls. */
const endpointsOfAddons: Partial<Record<AddonName, readonly string[]>> = {
    awsLoadBalancerController: ["elasticloadbalancing"],
    clusterAutoscaler: ["autoscaling"],
    externalSecrets: ["secretsmanager"],
};

/**
 * Why nodes could not work without NAT: the interface endpoints that are missing, in words; or nothing.
 *
 * Interface endpoints lead to AWS alone. Without NAT, images of other registries (ghcr.io, quay.io, registry.k8s.io) have to be
 * copied to the account's own ECR.
 *
 * @param addons the add-ons that are switched on; each may need an endpoint more. Default: none.
 */
export function natProblem(
    nat: PlatformConfig["network"]["nat"],
    interfaceEndpoints: readonly string[],
    addons: Partial<Record<AddonName, boolean>> = {},
): string | undefined {
    if (nat !== "none") {
        return undefined;
    }
    const ofAddons = Object.entries(endpointsOfAddons).flatMap(([name, endpoints]) =>
        addons[name as AddonName] ? endpoints : [],
    );
    const missing = [...endpointsOfNodes, ...ofAddons].filter((endpoint) => !interfaceEndpoints.includes(endpoint));
    return missing.length === 0
        ? undefined
        : `must be instance, single or per-az, or interfaceEndpoints must have ${missing.join(", ")}: without NAT, nodes reach AWS by endpoints alone`;
}

/** A range of addresses; `first` is the address as a number, host bits included. */
interface Range {
    readonly first: number;
    readonly prefix: number;
}

function parseCidr(cidr: string): Range | undefined {
    const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(cidr);
    if (match === null) {
        return undefined;
    }
    const [first = NaN, second = NaN, third = NaN, fourth = NaN, prefix = NaN] = match.slice(1).map(Number);
    const octets = [first, second, third, fourth];
    if (octets.some((octet) => octet > 255) || prefix > 32) {
        return undefined;
    }
    return { first: octets.reduce((sum, octet) => sum * 256 + octet, 0), prefix };
}

function contains(outer: string, inner: Range): boolean {
    const range = parseCidr(outer);
    return (
        range !== undefined &&
        inner.first >= range.first &&
        inner.first + blockSize(inner.prefix) <= range.first + blockSize(range.prefix)
    );
}

function blockSize(prefix: number): number {
    return 2 ** (32 - prefix);
}

function formatAddress(address: number): string {
    return [24, 16, 8, 0].map((bits) => Math.floor(address / 2 ** bits) % 256).join(".");
}

function slotOf(zone: string): number {
    return (zoneLetters as readonly string[]).indexOf(zone);
}
