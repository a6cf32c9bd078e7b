import type { ServiceSpec } from "../apiService/spec";
import { minimumRequests as serviceRequests } from "../apiService/validation";
import { minimumRequests as cacheRequests } from "../cache/validation";
import { minimumRequests as databaseRequests } from "../database/validation";
import type { PlannedSystem } from "./declaration";
import { addDemand, noDemand, type Demand } from "./quota";

/** What a system asks for with as few pods as it may have. */
export function smallestDemand(system: PlannedSystem): Demand {
    return demand(system, (replicas) => (typeof replicas === "object" ? replicas.min : (replicas ?? 2)));
}

/** What a system asks for with as many pods as it may have. */
export function largestDemand(system: PlannedSystem): Demand {
    return demand(system, (replicas) => (typeof replicas === "object" ? replicas.max : (replicas ?? 2)));
}

function demand(
    { declaration, placement }: PlannedSystem,
    podsOf: (replicas: ServiceSpec["replicas"]) => number,
): Demand {
    const services = Object.values(declaration.services).map((spec): Demand => {
        const pods = podsOf(spec.replicas);
        return { pods, ...serviceRequests({ ...spec, replicas: pods }) };
    });
    // Managed stores leave an exporter in the namespace, which asks for next to nothing but is a pod all the same.
    const databases = Object.values(declaration.databases ?? {}).map((spec): Demand => ({
        pods: 1,
        ...databaseRequests(spec, placement),
    }));
    const caches = Object.values(declaration.caches ?? {}).map((spec): Demand => ({
        pods: 1,
        ...cacheRequests(spec, placement),
    }));
    return [...services, ...databases, ...caches].reduce(addDemand, noDemand);
}
