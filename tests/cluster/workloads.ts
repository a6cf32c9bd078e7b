import { isDeepStrictEqual } from "node:util";
import { setTimeout as wait } from "node:timers/promises";
import type { KubernetesObject } from "../../simulation/manifests";
import type { Client, LiveObject } from "./client";
import { isTrue, nameOf } from "./testCluster";

type Labels = Readonly<Record<string, string>>;

interface WorkloadSpec {
    readonly replicas?: number;
    readonly template?: { readonly metadata?: { readonly labels?: Labels }; readonly spec?: PodSpec };
}

interface PodSpec {
    readonly nodeName?: string;
    readonly [member: string]: unknown;
}

export function replicasOf({ spec }: KubernetesObject): number {
    return (spec as WorkloadSpec).replicas ?? 1;
}

/** What the pods of a workload are made from. */
export function templateOf({ spec }: KubernetesObject): NonNullable<WorkloadSpec["template"]> {
    return (spec as WorkloadSpec).template ?? {};
}

/** Whether a selector takes the pods of a workload. */
export function selects(selector: { readonly matchLabels?: Labels }, workload: KubernetesObject): boolean {
    const labels = templateOf(workload).metadata?.labels ?? {};
    const wanted = Object.entries(selector.matchLabels ?? {});
    return wanted.length > 0 && wanted.every(([key, value]) => labels[key] === value);
}

/** What a Deployment or StatefulSet lacks; undefined when all of its pods are there, at its newest version, and available. */
export function lack(workload: LiveObject): string | undefined {
    const { metadata, status } = workload;
    const {
        observedGeneration,
        availableReplicas = 0,
        updatedReplicas = 0,
        replicas = 0,
    } = status as Record<string, number | undefined>;
    const wanted = replicasOf(workload);
    const seen = observedGeneration === metadata.generation;
    const complete = [availableReplicas, updatedReplicas, replicas].every((count) => count === wanted);
    return seen && complete
        ? undefined
        : `${nameOf(workload)}: ${availableReplicas} of ${wanted} available, ${updatedReplicas} updated, ${replicas} there`;
}

/** Why an autoscaler does not reach what it scales. Without metrics it may not scale, but it reads the scale of its target. */
export function unreached(autoscaler: LiveObject): string | undefined {
    return isTrue(autoscaler, "AbleToScale") ? undefined : `${nameOf(autoscaler)} does not reach its target`;
}

/** An object without what controllers write. */
function withoutStatus({ metadata, status: _, ...members }: LiveObject): unknown {
    const {
        resourceVersion: _version,
        managedFields: _fields,
        ...kept
    } = metadata as LiveObject["metadata"] & {
        managedFields?: unknown;
    };
    return { ...members, metadata: kept };
}

/** What a second apply of the same object changed, if anything. */
export async function changedBy(client: Client, object: KubernetesObject): Promise<string | undefined> {
    const before = await client.read(object);
    const after = await client.apply(object);
    if (before === undefined) {
        return `${nameOf(object)} is gone`;
    }
    // A status moves the version, and not the generation, which some kinds do not have.
    const { generation, resourceVersion } = before.metadata;
    return resourceVersion === after.metadata.resourceVersion ||
        (generation === after.metadata.generation && isDeepStrictEqual(withoutStatus(before), withoutStatus(after)))
        ? undefined
        : `${nameOf(object)} changed`;
}

/** The budgets that have fewer healthy pods than they want. */
export function violated(budgets: readonly LiveObject[]): string[] {
    return budgets
        .filter(({ status }) => {
            const { currentHealthy, desiredHealthy } = status as Record<string, number>;
            return (currentHealthy ?? 0) < (desiredHealthy ?? 0);
        })
        .map(nameOf);
}

/** Evicts every pod of a node, as often as the budgets make it wait. Gives back the budgets that were violated on the way. */
export async function drain(client: Client, node: LiveObject): Promise<{ evicted: number; violations: string[] }> {
    await client.merge(node, { spec: { unschedulable: true } });
    const violations = new Set<string>();
    let evicted = 0;
    for (const until = Date.now() + 180_000; ; await wait(200)) {
        const pods = (await client.list("v1", "Pod")).filter(
            ({ spec }) => (spec as PodSpec).nodeName === node.metadata.name,
        );
        if (pods.length === 0) {
            break;
        }
        if (Date.now() > until) {
            throw new Error(`${nameOf(node)} cannot be drained; left: ${pods.map(nameOf).join(", ")}`);
        }
        const answers = await Promise.all(pods.map((pod) => client.evict(pod)));
        evicted += answers.filter(Boolean).length;
        violated(await client.list("policy/v1", "PodDisruptionBudget")).forEach((name) => violations.add(name));
    }
    await client.merge(node, { spec: { unschedulable: null } });
    return { evicted, violations: [...violations] };
}
