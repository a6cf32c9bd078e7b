import { cpuMillicores, mebibytes } from "../components/apiService/quantity";
import { wantedAddons } from "../components/addons/catalogue";
import { demandOf } from "../components/addons/definition";
import { capacityOf } from "../components/cluster/instanceTypes";
import { stackResources, type ContainerResources } from "../components/observability/stackContainers";
import type { PlannedSystem } from "../components/system/declaration";
import { smallestDemand } from "../components/system/demand";
import { addDemand, noDemand, timesDemand, type Demand } from "../components/system/quota";
import type { ConfigIssue } from "../config/errors";
import type { PlatformConfig } from "../config/schema";

/**
 * What the EKS add-ons ask for on every node (VPC CNI with its policy agent 50m, kube-proxy 100m, storage driver 30m/120Mi, Pod Identity
 * agent 10m/32Mi) and once (CoreDNS 2 × 100m/70Mi, storage controller 2 × 60m/240Mi, metrics-server 2 × 100m/200Mi). Source: the
 * manifests of the add-ons' versions that the cluster pins.
 */
const eksDemand = {
    perNode: { pods: 4, cpuMillicores: 190, memoryMiB: 152 },
    once: { pods: 6, cpuMillicores: 520, memoryMiB: 1020 },
} as const;

/** What GuardDuty's agent asks for on every node. Source: Amazon GuardDuty User Guide, "Configure EKS add-on parameters", the defaults. */
const guardDutyAgent: Demand = { pods: 1, cpuMillicores: 200, memoryMiB: 256 };

/** What the platform itself asks for when every node group is at its largest. */
export function platformDemand({ environment, addons, audit, cluster, edge, observability }: PlatformConfig): Demand {
    const nodes = Object.values(cluster.nodeGroups).reduce((sum, group) => sum + group.maxSize, 0);
    const context = {
        edge: { hosts: [], ...(edge.hostedZoneId !== undefined && { hostedZoneId: edge.hostedZoneId }) },
        replicas: environment === "prod" ? 2 : 1,
    };
    return [
        eksDemand.once,
        timesDemand(eksDemand.perNode, nodes),
        audit?.guardDuty?.agentVersion === undefined ? noDemand : timesDemand(guardDutyAgent, nodes),
        demandOf(wantedAddons(addons, context), context, nodes),
        addons.monitoring ? monitoringDemand(environment, observability.replicas, nodes) : noDemand,
    ].reduce<Demand>(addDemand, noDemand);
}

function monitoringDemand(environment: string, replicas: number, nodes: number): Demand {
    const stack = stackResources(environment);
    const podsOf = (count: number, ...containers: readonly ContainerResources[]): Demand =>
        containers
            .map(({ requests }) => ({
                pods: 0,
                cpuMillicores: cpuMillicores(requests.cpu) ?? 0,
                memoryMiB: mebibytes(requests.memory) ?? 0,
            }))
            .map((each) => timesDemand(each, count))
            .reduce(addDemand, { ...noDemand, pods: count });
    return [
        podsOf(replicas, stack.prometheus, stack.sidecar),
        podsOf(replicas, stack.alertmanager, stack.sidecar),
        podsOf(1, stack.grafana, stack.sidecar, stack.sidecar),
        podsOf(1, stack.operator),
        podsOf(1, stack.kubeStateMetrics),
        podsOf(nodes, stack.nodeExporter),
    ].reduce(addDemand, noDemand);
}

/** The stack must fit on its nodes when every system is at its smallest and every node group at its largest. */
export function capacityIssues(config: PlatformConfig, systems: readonly PlannedSystem[]): ConfigIssue[] {
    if (config.environment === "local" || config.platformStack !== undefined) {
        return [];
    }
    const demands = ownDemands(config, systems);
    return shortages(sumOf(demands), capacityOf(config.cluster.nodeGroups)).map(({ what, wanted, held }) => ({
        path: "platform:cluster.nodeGroups",
        message:
            `too small: platform and systems request at least ${wanted} ${what}, all nodes together hold ${held} at maxSize. ` +
            `Raise maxSize or take larger instance types. Requests: ${listed(demands)}`,
    }));
}

/** What the nodes hold at their largest beyond what the platform and its own systems ask for at their smallest. */
export function spareCapacity(config: PlatformConfig, systems: readonly PlannedSystem[]): Demand {
    const taken = sumOf(ownDemands(config, systems));
    return addDemand(capacityOf(config.cluster.nodeGroups), timesDemand(taken, -1));
}

/** A team's systems must fit into what the platform has to spare. */
export function teamCapacityIssues(
    platformStack: string,
    spare: Demand,
    systems: readonly PlannedSystem[],
): ConfigIssue[] {
    const demands = demandsOf(systems);
    return shortages(sumOf(demands), spare).map(({ what, wanted, held }) => ({
        path: "platform:systems",
        message:
            `they request at least ${wanted} ${what}, and the platform stack ${platformStack} has ${held} to spare with every node group at maxSize. ` +
            `Raise platform:cluster.nodeGroups there and deploy it first. Requests: ${listed(demands)}`,
    }));
}

type NamedDemand = Demand & { readonly name: string };

function demandsOf(systems: readonly PlannedSystem[]): NamedDemand[] {
    return systems.map((system) => ({ name: system.name, ...smallestDemand(system) }));
}

/** The platform's demand first, then that of each of its systems. */
function ownDemands(config: PlatformConfig, systems: readonly PlannedSystem[]): NamedDemand[] {
    return [{ name: "platform", ...platformDemand(config) }, ...demandsOf(systems)];
}

function sumOf(demands: readonly Demand[]): Demand {
    return demands.reduce(addDemand, noDemand);
}

interface Shortage {
    readonly what: string;
    /** Amounts with their units. */
    readonly wanted: string;
    readonly held: string;
}

/** What there is too little of. */
function shortages(wanted: Demand, held: Demand): Shortage[] {
    const measures = [
        { what: "CPU", member: "cpuMillicores", unit: "m" },
        { what: "of memory", member: "memoryMiB", unit: "Mi" },
        { what: "pods", member: "pods", unit: "" },
    ] as const;
    return measures
        .filter(({ member }) => wanted[member] > held[member])
        .map(({ what, member, unit }) => ({
            what,
            wanted: `${wanted[member]}${unit}`,
            held: `${held[member]}${unit}`,
        }));
}

function listed(demands: readonly NamedDemand[]): string {
    return demands.map(({ name, cpuMillicores: cpu, memoryMiB }) => `${name} ${cpu}m/${memoryMiB}Mi`).join(", ");
}
