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

/** What the platform itself asks for when every node group is at its largest. */
export function platformDemand({ environment, addons, cluster, edge, observability }: PlatformConfig): Demand {
    const nodes = Object.values(cluster.nodeGroups).reduce((sum, group) => sum + group.maxSize, 0);
    const context = {
        edge: { hosts: [], ...(edge.hostedZoneId !== undefined && { hostedZoneId: edge.hostedZoneId }) },
        replicas: environment === "prod" ? 2 : 1,
    };
    return [
        eksDemand.once,
        timesDemand(eksDemand.perNode, nodes),
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
    const capacity = capacityOf(config.cluster.nodeGroups);
    const own = platformDemand(config);
    const demands = systems.map((system) => ({ name: system.name, ...smallestDemand(system) }));
    const total = demands.reduce<Demand>(addDemand, own);
    const shortage = (what: string, wanted: number, held: number, unit: string): ConfigIssue[] =>
        wanted <= held
            ? []
            : [
                  {
                      path: "platform:cluster.nodeGroups",
                      message:
                          `too small: platform and systems request at least ${wanted}${unit} ${what}, all nodes together hold ${held}${unit} at maxSize. ` +
                          `Raise maxSize or take larger instance types. Requests: platform ${describe(own)}` +
                          demands.map((each) => `, ${each.name} ${describe(each)}`).join(""),
                  },
              ];
    return [
        ...shortage("CPU", total.cpuMillicores, capacity.cpuMillicores, "m"),
        ...shortage("of memory", total.memoryMiB, capacity.memoryMiB, "Mi"),
        ...shortage("pods", total.pods, capacity.pods, ""),
    ];
}

function describe({ cpuMillicores: cpu, memoryMiB }: Demand): string {
    return `${cpu}m/${memoryMiB}Mi`;
}
