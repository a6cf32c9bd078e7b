import { capacityOf } from "../components/cluster/instanceTypes";
import type { PlannedSystem } from "../components/system/declaration";
import { smallestDemand } from "../components/system/demand";
import { addDemand, type Demand } from "../components/system/quota";
import type { ConfigIssue } from "../config/errors";
import type { PlatformConfig } from "../config/schema";

/**
 * What the add-ons ask for, rounded up: Prometheus, Alertmanager, Grafana, controllers with two replicas each. It is the sum of
 * the requests in the add-ons' values, which a test compares.
 */
export const addonDemand: Demand = { pods: 30, cpuMillicores: 1500, memoryMiB: 3000 };

/** The stack must fit on its nodes when every system is at its smallest and every node group at its largest. */
export function capacityIssues(config: PlatformConfig, systems: readonly PlannedSystem[]): ConfigIssue[] {
    if (config.environment === "local") {
        return [];
    }
    const capacity = capacityOf(config.cluster.nodeGroups);
    const demands = systems.map((system) => ({ name: system.name, ...smallestDemand(system) }));
    const total = demands.reduce<Demand>(addDemand, addonDemand);
    const shortage = (what: string, wanted: number, held: number, unit: string): ConfigIssue[] =>
        wanted <= held
            ? []
            : [
                  {
                      path: "platform:cluster.nodeGroups",
                      message:
                          `too small: add-ons and systems request at least ${wanted}${unit} ${what}, all nodes together hold ${held}${unit} at maxSize. ` +
                          `Raise maxSize or take larger instance types. Requests: add-ons ${describe(addonDemand)}, ` +
                          demands.map((each) => `${each.name} ${describe(each)}`).join(", "),
                  },
              ];
    return [
        ...shortage("CPU", total.cpuMillicores, capacity.cpuMillicores, "m"),
        ...shortage("of memory", total.memoryMiB, capacity.memoryMiB, "Mi"),
    ];
}

function describe({ cpuMillicores, memoryMiB }: Demand): string {
    return `${cpuMillicores}m/${memoryMiB}Mi`;
}
