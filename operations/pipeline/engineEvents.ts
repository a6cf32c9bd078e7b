/** What the engine says it would do, or has found, about one resource. */
export interface Step {
    readonly op: string;
    readonly urn: string;
    readonly type: string;
    /** Properties that differ, as far as the engine says. */
    readonly properties: readonly string[];
}

/** The state of a resource, in an event. */
interface State {
    readonly inputs?: Readonly<Record<string, unknown>>;
    readonly outputs?: Readonly<Record<string, unknown>>;
}

interface Metadata {
    readonly op: string;
    readonly urn: string;
    readonly type: string;
    readonly diffs?: readonly string[];
    readonly detailedDiff?: Readonly<Record<string, unknown>> | null;
    readonly old?: State | null;
    readonly new?: State | null;
}

/** The members of an engine event that are read here. Source: @pulumi/pulumi, automation/events.ts. */
export interface EngineEvent {
    readonly resourcePreEvent?: { readonly metadata: Metadata };
    readonly resOutputsEvent?: { readonly metadata: Metadata };
}

/** Steps of a replacement that come beside the one called `replace`, and steps that change nothing. */
const notCounted: ReadonlySet<string> = new Set([
    "same",
    "read",
    "read-replacement",
    "read-discard",
    "refresh",
    "create-replacement",
    "delete-replaced",
    "discard-replaced",
    "remove-pending-replace",
]);

/** What an update would do: each resource once. */
export function changedSteps(events: readonly EngineEvent[]): Step[] {
    return events.flatMap(({ resourcePreEvent: event }) =>
        event === undefined || notCounted.has(event.metadata.op) ? [] : [stepOf(event.metadata)],
    );
}

/** What a refresh has found: it begins each resource as `refresh` and ends it as `same`, `update` or `delete`. */
export function driftedSteps(events: readonly EngineEvent[]): Step[] {
    return events.flatMap(({ resOutputsEvent: event }) =>
        event === undefined || notCounted.has(event.metadata.op) ? [] : [stepOf(event.metadata)],
    );
}

function stepOf(metadata: Metadata): Step {
    const { op, urn, type } = metadata;
    return { op, urn, type, properties: propertiesOf(metadata) };
}

function propertiesOf({ detailedDiff, diffs, old: before, new: after }: Metadata): string[] {
    const named = detailedDiff == null ? (diffs ?? []) : Object.keys(detailedDiff);
    if (named.length > 0) {
        return [...named].sort();
    }
    const [earlier, later] = [before?.outputs ?? {}, after?.outputs ?? {}];
    return before == null || after == null
        ? []
        : [...new Set([...Object.keys(earlier), ...Object.keys(later)])]
              .filter((key) => JSON.stringify(earlier[key]) !== JSON.stringify(later[key]))
              .sort();
}
