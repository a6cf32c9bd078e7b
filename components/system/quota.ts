/** What pods ask the scheduler for. */
export interface Demand {
    readonly pods: number;
    readonly cpuMillicores: number;
    readonly memoryMiB: number;
}

export const noDemand: Demand = { pods: 0, cpuMillicores: 0, memoryMiB: 0 };

export function addDemand(a: Demand, b: Demand): Demand {
    return {
        pods: a.pods + b.pods,
        cpuMillicores: a.cpuMillicores + b.cpuMillicores,
        memoryMiB: a.memoryMiB + b.memoryMiB,
    };
}

export function timesDemand(demand: Demand, factor: number): Demand {
    return {
        pods: Math.ceil(demand.pods * factor),
        cpuMillicores: Math.ceil(demand.cpuMillicores * factor),
        memoryMiB: Math.ceil(demand.memoryMiB * factor),
    };
}

/** What may open a namespace to the outside, from the edges that are declared in it. */
export interface Openings {
    /** Services of type LoadBalancer. */
    readonly loadBalancers: number;
    /** Services that are a port of every node. */
    readonly nodePorts: number;
}

/** Room for what is not declared: backup and restore jobs, an operator's debugging pod. */
const spare: Demand = { pods: 5, cpuMillicores: 1000, memoryMiB: 2048 };

/**
 * The hard limits of a namespace: everything the system may run at its largest, a rolling update on top (a quarter more pods), and
 * some spare. A quota is there to stop a mistake from eating the cluster, not to pinch a healthy system.
 */
export function quotaFor(largest: Demand, openings: Openings): Record<string, string> {
    const total = addDemand(timesDemand(largest, 1.25), spare);
    return {
        pods: String(total.pods),
        "requests.cpu": `${total.cpuMillicores}m`,
        "requests.memory": `${total.memoryMiB}Mi`,
        "services.loadbalancers": String(openings.loadBalancers),
        "services.nodeports": String(openings.nodePorts),
    };
}

/** What a container gets that names no resources of its own, such as an operator's debugging container. */
export const containerDefaults = {
    default: { cpu: "250m", memory: "256Mi", "ephemeral-storage": "1Gi" },
    defaultRequest: { cpu: "50m", memory: "64Mi", "ephemeral-storage": "128Mi" },
} as const;
