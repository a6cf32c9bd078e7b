import type { NodeGroupConfig, PlatformConfig } from "../../config/schema";

/**
 * The EC2 instance types that node groups may use, with what they hold. A type that is missing here is refused, because a typo looks the
 * same; add its family to the table below. Source of vCPU and memory: Amazon EC2 Instance Types guide, "Specifications".
 */

export type Architecture = "amd64" | "arm64";

export interface InstanceType {
    readonly name: string;
    readonly vcpu: number;
    readonly memoryGiB: number;
    readonly architecture: Architecture;
    /** Whether the type earns CPU credits while idle and spends them under load. */
    readonly burstable: boolean;
    /** Pods that can have an address on it, as the node's own settings count them. */
    readonly podAddresses: number;
    /** Pods that a managed node group lets it run. */
    readonly maxPods: number;
}

/** What one node leaves for pods. */
export interface NodeCapacity {
    readonly cpuMillicores: number;
    readonly memoryMiB: number;
    readonly pods: number;
}

type Size = "medium" | "large" | "xlarge" | "2xlarge" | "4xlarge";

interface Interfaces {
    readonly count: number;
    readonly addresses: number;
}

/** Sizes that people run nodes on: vCPU, and the network interfaces of each class of families. */
const sizes: Readonly<Record<Size, { vcpu: number; network: Readonly<Record<NetworkClass, Interfaces>> }>> = {
    medium: { vcpu: 1, network: network([3, 6], [2, 4], [2, 4]) },
    large: { vcpu: 2, network: network([3, 12], [3, 10], [3, 20]) },
    xlarge: { vcpu: 4, network: network([4, 15], [4, 15], [4, 30]) },
    "2xlarge": { vcpu: 8, network: network([4, 15], [4, 15], [4, 30]) },
    "4xlarge": { vcpu: 16, network: network([8, 30], [8, 30], [8, 50]) },
};

type NetworkClass = "burstable" | "standard" | "wide";

/**
 * Interfaces and addresses per interface. Source: instance-info.jsonl of the EKS node agent (awslabs/amazon-eks-ami), which is what the
 * node itself reads.
 */
function network(
    burstable: [number, number],
    standard: [number, number],
    wide: [number, number],
): Record<NetworkClass, Interfaces> {
    const interfaces = ([count, addresses]: [number, number]): Interfaces => ({ count, addresses });
    return { burstable: interfaces(burstable), standard: interfaces(standard), wide: interfaces(wide) };
}

interface Family {
    readonly architecture: Architecture;
    readonly memoryPerVcpu: number;
    readonly network: NetworkClass;
    readonly smallest: Size;
    readonly largest: Size;
}

function family(
    architecture: Architecture,
    memoryPerVcpu: number,
    smallest: Size,
    networkClass: NetworkClass = "standard",
): Family {
    const largest = networkClass === "burstable" ? "2xlarge" : "4xlarge";
    return { architecture, memoryPerVcpu, network: networkClass, smallest, largest };
}

const families: Readonly<Record<string, Family>> = {
    t3: family("amd64", 4, "medium", "burstable"),
    t3a: family("amd64", 4, "medium", "burstable"),
    t4g: family("arm64", 4, "medium", "burstable"),
    m5: family("amd64", 4, "large"),
    m5a: family("amd64", 4, "large"),
    m6i: family("amd64", 4, "large"),
    m6a: family("amd64", 4, "large"),
    m6g: family("arm64", 4, "medium"),
    m7i: family("amd64", 4, "large"),
    m7a: family("amd64", 4, "medium"),
    m7g: family("arm64", 4, "medium"),
    m8i: family("amd64", 4, "large", "wide"),
    m8g: family("arm64", 4, "medium"),
    c5: family("amd64", 2, "large"),
    c6i: family("amd64", 2, "large"),
    c6a: family("amd64", 2, "large"),
    c6g: family("arm64", 2, "medium"),
    c7i: family("amd64", 2, "large"),
    c7a: family("amd64", 2, "medium"),
    c7g: family("arm64", 2, "medium"),
    c8i: family("amd64", 2, "large", "wide"),
    c8g: family("arm64", 2, "medium"),
    r5: family("amd64", 8, "large"),
    r6i: family("amd64", 8, "large"),
    r6a: family("amd64", 8, "large"),
    r6g: family("arm64", 8, "medium"),
    r7i: family("amd64", 8, "large"),
    r7a: family("amd64", 8, "medium"),
    r7g: family("arm64", 8, "medium"),
    r8i: family("amd64", 8, "large", "wide"),
    r8g: family("arm64", 8, "medium"),
};

/** Most pods of a managed node with fewer than 30 vCPUs. Source: Amazon EKS User Guide, "Choose an optimal EC2 instance type". */
const managedNodeGroupPods = 110;

const catalogue: ReadonlyMap<string, InstanceType> = new Map(
    Object.entries(families).flatMap(([name, each]) => typesOf(name, each).map((type) => [type.name, type] as const)),
);

function typesOf(name: string, each: Family): InstanceType[] {
    const order = Object.keys(sizes) as Size[];
    return order.slice(order.indexOf(each.smallest), order.indexOf(each.largest) + 1).map((size) => {
        const burstable = each.network === "burstable";
        // The burstable medium has two vCPUs where every other family's has one.
        const vcpu = burstable && size === "medium" ? 2 : sizes[size].vcpu;
        const memoryGiB = burstable && size === "medium" ? 4 : vcpu * each.memoryPerVcpu;
        const { count, addresses } = sizes[size].network[each.network];
        // One address of each interface is its own; kube-proxy and the CNI use the node's (nodeadm, CalcMaxPods).
        const podAddresses = count * (addresses - 1) + 2;
        return {
            name: `${name}.${size}`,
            vcpu,
            memoryGiB,
            architecture: each.architecture,
            burstable,
            podAddresses,
            maxPods: Math.min(podAddresses, managedNodeGroupPods),
        };
    });
}

/** The instance type of a name such as "t4g.medium"; undefined when the catalogue does not know it. */
export function instanceType(name: string): InstanceType | undefined {
    return catalogue.get(name);
}

/** Share of the nominal memory that the hypervisor and the kernel keep. Source: Karpenter's default `vmMemoryOverheadPercent`. */
const machineOverhead = 0.075;

/** Free memory in MiB below which the kubelet evicts pods. Source: the kubelet settings of AL2023 (nodeadm). */
const evictionThresholdMiB = 100;

/**
 * What a node of the type leaves for pods once the kubelet has taken its share.
 * Source: awslabs/amazon-eks-ami, nodeadm/internal/kubelet: 6 % of the first core, 1 % of the second, 0.5 % of the next two, 0.25 % of
 * the rest, and 255 MiB plus 11 MiB for each pod it may run.
 */
export function allocatable(type: InstanceType): NodeCapacity {
    const cpu = type.vcpu * 1000;
    const between = (from: number, to: number): number => Math.max(0, Math.min(cpu, to) - from);
    const reservedCpu =
        Math.floor(between(0, 1000) * 0.06) +
        Math.floor(between(1000, 2000) * 0.01) +
        Math.floor(between(2000, 4000) * 0.005) +
        Math.floor(between(4000, cpu) * 0.0025);
    const reservedMemory = 255 + 11 * type.podAddresses + evictionThresholdMiB;
    return {
        cpuMillicores: cpu - reservedCpu,
        memoryMiB: Math.floor(type.memoryGiB * 1024 * (1 - machineOverhead)) - reservedMemory,
        pods: type.maxPods,
    };
}

/** Pods that run on every node: CNI, kube-proxy, EBS driver, Pod Identity agent, log shipper, node exporter. */
export const podsOnEveryNode = 6;

export interface NodeGroupProblem {
    /** Where in the node group, such as `instanceTypes[0]`. */
    readonly path: string;
    readonly value: unknown;
    readonly message: string;
}

/** Everything wrong with a node group's configuration. */
export function nodeGroupProblems(config: NodeGroupConfig): NodeGroupProblem[] {
    return [...sizeProblems(config), ...typeProblems(config), ...mixProblems(config), ...taintProblems(config)];
}

function sizeProblems({ minSize, desiredSize, maxSize }: NodeGroupConfig): NodeGroupProblem[] {
    if (minSize > maxSize) {
        return [{ path: "minSize", value: minSize, message: `must be at most maxSize (${maxSize})` }];
    }
    if (desiredSize < minSize || desiredSize > maxSize) {
        return [
            {
                path: "desiredSize",
                value: desiredSize,
                message: `must be from minSize (${minSize}) to maxSize (${maxSize})`,
            },
        ];
    }
    return [];
}

function typeProblems({ instanceTypes, architecture }: NodeGroupConfig): NodeGroupProblem[] {
    return instanceTypes.flatMap((name, index) => {
        const path = `instanceTypes[${index}]`;
        const type = instanceType(name);
        if (type === undefined) {
            return [
                {
                    path,
                    value: name,
                    message: `is not in the catalogue, so its capacity cannot be checked; known are medium to 4xlarge of ${Object.keys(families).join(", ")}`,
                },
            ];
        }
        if (type.architecture !== architecture) {
            return [{ path, value: name, message: `is ${type.architecture}, but the node group is ${architecture}` }];
        }
        if (type.maxPods < 2 * podsOnEveryNode) {
            return [
                {
                    path,
                    value: name,
                    message: `has addresses for ${type.maxPods} pods only, and ${podsOnEveryNode} run on every node; use a larger size`,
                },
            ];
        }
        return [];
    });
}

/** The autoscaler plans with one type of a group; a smaller one would leave pods pending on a node that was meant to hold them. */
function mixProblems({ instanceTypes }: NodeGroupConfig): NodeGroupProblem[] {
    const known = instanceTypes.map(instanceType).filter((type) => type !== undefined);
    const shapes = new Set(known.map((type) => `${type.vcpu} vCPU / ${type.memoryGiB} GiB`));
    return shapes.size <= 1
        ? []
        : [
              {
                  path: "instanceTypes",
                  value: instanceTypes,
                  message: `must all have the same vCPU and memory, because the autoscaler counts on it; these have ${[...shapes].join(", ")}`,
              },
          ];
}

function taintProblems({ taints }: NodeGroupConfig): NodeGroupProblem[] {
    const seen = new Set<string>();
    return taints.flatMap((taint, index) => {
        const identity = `${taint.key}:${taint.effect}`;
        const duplicate = seen.has(identity);
        seen.add(identity);
        return duplicate
            ? [
                  {
                      path: `taints[${index}]`,
                      value: taint,
                      message: "must not repeat the key and effect of another taint",
                  },
              ]
            : [];
    });
}

/**
 * What all node groups together leave for pods when every group is at its largest. The smallest type of a group counts; a group whose
 * types are all unknown counts nothing.
 */
export function capacityOf(nodeGroups: PlatformConfig["cluster"]["nodeGroups"]): NodeCapacity {
    return Object.values(nodeGroups).reduce<NodeCapacity>(
        (sum, group) => {
            const nodes = group.instanceTypes
                .map(instanceType)
                .filter((type) => type !== undefined)
                .map(allocatable);
            if (nodes.length === 0) {
                return sum;
            }
            const least = (of: (node: NodeCapacity) => number): number => group.maxSize * Math.min(...nodes.map(of));
            return {
                cpuMillicores: sum.cpuMillicores + least((node) => node.cpuMillicores),
                memoryMiB: sum.memoryMiB + least((node) => node.memoryMiB),
                pods: sum.pods + least((node) => node.pods),
            };
        },
        { cpuMillicores: 0, memoryMiB: 0, pods: 0 },
    );
}
