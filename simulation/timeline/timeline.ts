import { ownersOf, type Owner } from "../ownership";
import type { Plan, PlannedResource } from "../record";
import { creationSeconds } from "./durations";

/** When a resource is created, in seconds from the start of `pulumi up` on an empty account. */
export interface TimelineEntry extends Owner {
    readonly urn: string;
    readonly type: string;
    readonly name: string;
    readonly start: number;
    readonly seconds: number;
    readonly end: number;
    /** URN of the dependency that is ready last; absent for what can start at once. */
    readonly waitsFor?: string;
    /** Seconds that it could take longer without making the whole longer. */
    readonly slack: number;
}

export interface Timeline {
    /** Predicted duration of the whole. */
    readonly seconds: number;
    /** Every resource of a provider, by start. */
    readonly entries: readonly TimelineEntry[];
    /** The chain that decides the duration, in order. Only what takes time is in it. */
    readonly criticalPath: readonly TimelineEntry[];
}

/**
 * How long creating a stack takes, and why. Assumes that everything whose dependencies are there is created at the same time, as
 * `pulumi up` does, and the usual creation times of `durations.ts`.
 */
export function timelineOf(plan: Plan): Timeline {
    const graph = graphOf(plan);
    const owners = ownersOf(plan);
    const scheduled = new Map<string, { start: number; end: number; waitsFor?: string }>();
    for (const node of graph.order) {
        const { start, last } = startOf(node, scheduled);
        scheduled.set(node.urn, { start, end: start + node.seconds, ...(last !== undefined && { waitsFor: last }) });
    }
    const total = Math.max(0, ...[...scheduled.values()].map(({ end }) => end));
    const latest = latestEnds(graph.order, total);
    const entries = graph.order.map((node): TimelineEntry => {
        const { start = 0, end = 0, waitsFor } = scheduled.get(node.urn) ?? {};
        return {
            urn: node.urn,
            type: node.resource.type,
            name: node.resource.name,
            ...(owners.get(node.urn) ?? { system: "", component: "" }),
            start,
            seconds: node.seconds,
            end,
            slack: (latest.get(node.urn) ?? total) - end,
            ...(waitsFor !== undefined && { waitsFor }),
        };
    });
    return {
        seconds: total,
        entries: [...entries].sort((a, b) => a.start - b.start || b.end - a.end || (a.urn < b.urn ? -1 : 1)),
        criticalPath: criticalPath(entries),
    };
}

interface Node {
    readonly urn: string;
    readonly resource: PlannedResource;
    readonly seconds: number;
    readonly dependencies: readonly string[];
}

/** The resources that take part, each after everything it depends on. */
function graphOf({ resources }: Plan): { readonly order: readonly Node[] } {
    const byUrn = new Map(resources.map((resource) => [resource.urn, resource]));
    const order: Node[] = [];
    const state = new Map<string, "open" | "done">();
    const visit = (resource: PlannedResource): void => {
        if (state.get(resource.urn) === "done") {
            return;
        }
        if (state.get(resource.urn) === "open") {
            throw new Error(`${resource.urn} depends on itself`);
        }
        state.set(resource.urn, "open");
        const dependencies = dependenciesOf(resource).filter((urn) => byUrn.has(urn));
        for (const urn of dependencies) {
            const dependency = byUrn.get(urn);
            if (dependency !== undefined) {
                visit(dependency);
            }
        }
        state.set(resource.urn, "done");
        order.push({ urn: resource.urn, resource, seconds: creationSeconds(resource), dependencies });
    };
    resources.filter(({ custom, remote }) => custom || remote).forEach(visit);
    return { order };
}

/** A resource waits for its explicit provider, too: the provider is configured with what its own dependencies give. */
function dependenciesOf({ dependencies, provider }: PlannedResource): string[] {
    const end = provider.lastIndexOf("::");
    return end < 0 ? [...dependencies] : [...dependencies, provider.slice(0, end)];
}

function startOf(
    { dependencies }: Node,
    scheduled: ReadonlyMap<string, { readonly end: number }>,
): { start: number; last?: string } {
    let start = 0;
    let last: string | undefined;
    for (const urn of dependencies) {
        const end = scheduled.get(urn)?.end ?? 0;
        if (last === undefined || end > start) {
            start = end;
            last = urn;
        }
    }
    return { start, ...(last !== undefined && { last }) };
}

/** When each resource has to be there at the latest. */
function latestEnds(order: readonly Node[], total: number): Map<string, number> {
    const latest = new Map<string, number>();
    for (const node of [...order].reverse()) {
        const end = latest.get(node.urn) ?? total;
        latest.set(node.urn, end);
        for (const urn of node.dependencies) {
            latest.set(urn, Math.min(latest.get(urn) ?? total, end - node.seconds));
        }
    }
    return latest;
}

function criticalPath(entries: readonly TimelineEntry[]): TimelineEntry[] {
    const byUrn = new Map(entries.map((entry) => [entry.urn, entry]));
    const path: TimelineEntry[] = [];
    let current = entries.reduce<TimelineEntry | undefined>(
        (last, entry) => (last === undefined || entry.end > last.end ? entry : last),
        undefined,
    );
    while (current !== undefined) {
        if (current.seconds > 0) {
            path.unshift(current);
        }
        current = current.waitsFor === undefined ? undefined : byUrn.get(current.waitsFor);
    }
    return path;
}
