import type { ServiceSpec } from "../apiService/spec";
import { minimumRequests as serviceRequests } from "../apiService/validation";
import { minimumRequests as cacheRequests } from "../cache/validation";
import { minimumRequests as databaseRequests } from "../database/validation";
import type { PlannedSystem } from "./declaration";
import { addDemand, noDemand, timesDemand, type Demand } from "./quota";

/** What the proxy of a meshed pod asks for, as its annotations say (components/apiService/mesh.ts). */
const meshProxy: Demand = { pods: 0, cpuMillicores: 25, memoryMiB: 32 };

type PodCount = (replicas: ServiceSpec["replicas"]) => number;

const fewest: PodCount = (replicas) => (typeof replicas === "object" ? replicas.min : (replicas ?? 2));
const most: PodCount = (replicas) => (typeof replicas === "object" ? replicas.max : (replicas ?? 2));

/** What a system asks for with as few pods as it may have. */
export function smallestDemand(system: PlannedSystem): Demand {
    return [servicesDemand(system, fewest), storesDemand(system)].reduce(addDemand, noDemand);
}

/**
 * What the part of a system in one of its namespaces asks for with as many pods as it may have; twice as many where an update runs the new
 * version beside the old one.
 */
export function largestDemand(system: PlannedSystem, namespace: string): Demand {
    const stores = namespace === system.namespace ? storesDemand(system) : noDemand;
    const beside = servicesDemand(system, most, namespace, ({ strategy }) => strategy?.kind === "blue-green");
    return [servicesDemand(system, most, namespace), beside, stores].reduce(addDemand, noDemand);
}

function servicesDemand(
    { declaration, namespace }: PlannedSystem,
    podsOf: PodCount,
    only?: string,
    which: (spec: ServiceSpec) => boolean = () => true,
): Demand {
    return Object.values(declaration.services)
        .filter(which)
        .filter((spec) => only === undefined || (spec.namespace ?? namespace) === only)
        .map((spec): Demand => {
            const pods = podsOf(spec.replicas);
            const requests = { pods, ...serviceRequests({ ...spec, replicas: pods }) };
            return spec.mesh === undefined ? requests : addDemand(requests, timesDemand(meshProxy, pods));
        })
        .reduce(addDemand, noDemand);
}

/** Managed stores leave an exporter in the namespace, which asks for next to nothing but is a pod all the same. */
function storesDemand({ declaration, placement }: PlannedSystem): Demand {
    const databases = Object.values(declaration.databases ?? {}).map((spec) => databaseRequests(spec, placement));
    const caches = Object.values(declaration.caches ?? {}).map((spec) => cacheRequests(spec, placement));
    return [...databases, ...caches].map((each) => ({ pods: 1, ...each })).reduce<Demand>(addDemand, noDemand);
}
