import type { ServiceSpec } from "../apiService/spec";
import { minimumRequests as serviceRequests } from "../apiService/validation";
import { minimumRequests as cacheRequests } from "../cache/validation";
import { minimumRequests as databaseRequests } from "../database/validation";
import type { PlannedSystem } from "./declaration";
import { addDemand, noDemand, type Demand } from "./quota";

type PodCount = (replicas: ServiceSpec["replicas"]) => number;

const fewest: PodCount = (replicas) => (typeof replicas === "object" ? replicas.min : (replicas ?? 2));
const most: PodCount = (replicas) => (typeof replicas === "object" ? replicas.max : (replicas ?? 2));

/** What a system asks for with as few pods as it may have. */
export function smallestDemand(system: PlannedSystem): Demand {
    return [servicesDemand(system, fewest), storesDemand(system)].reduce(addDemand, noDemand);
}

/** What the part of a system in one of its namespaces asks for with as many pods as it may have. */
export function largestDemand(system: PlannedSystem, namespace: string): Demand {
    const stores = namespace === system.namespace ? storesDemand(system) : noDemand;
    return addDemand(servicesDemand(system, most, namespace), stores);
}

function servicesDemand({ declaration, namespace }: PlannedSystem, podsOf: PodCount, only?: string): Demand {
    return Object.values(declaration.services)
        .filter((spec) => only === undefined || (spec.namespace ?? namespace) === only)
        .map((spec): Demand => {
            const pods = podsOf(spec.replicas);
            return { pods, ...serviceRequests({ ...spec, replicas: pods }) };
        })
        .reduce(addDemand, noDemand);
}

/** Managed stores leave an exporter in the namespace, which asks for next to nothing but is a pod all the same. */
function storesDemand({ declaration, placement }: PlannedSystem): Demand {
    const databases = Object.values(declaration.databases ?? {}).map((spec) => databaseRequests(spec, placement));
    const caches = Object.values(declaration.caches ?? {}).map((spec) => cacheRequests(spec, placement));
    return [...databases, ...caches].map((each) => ({ pods: 1, ...each })).reduce<Demand>(addDemand, noDemand);
}
