import type { Plan, PlannedResource } from "../record";
import { costOf } from "../cost/cost";
import { timelineOf } from "../timeline/timeline";
import { isStateful, replacingProperties } from "./replacements";

/** A property that differs between two plans. */
export interface PropertyChange {
    /** Such as `spec.replicas` or `ingress[0].cidrBlocks`. */
    readonly path: string;
    /** Absent where the property is new. */
    readonly before?: unknown;
    /** Absent where the property is gone. */
    readonly after?: unknown;
    /** Whether the resource is replaced because of it. */
    readonly replaces: boolean;
}

export interface ResourceChange {
    /** What a resource is known by in both plans: its type and name. */
    readonly type: string;
    readonly name: string;
    readonly urn: string;
    readonly kind: "added" | "removed" | "changed" | "replaced";
    /** Of what is changed or replaced. */
    readonly properties: readonly PropertyChange[];
    /** Whether it holds data that a replacement or removal would lose. */
    readonly stateful: boolean;
}

export interface Difference {
    readonly before: PlanName;
    readonly after: PlanName;
    /** In the order of their names. */
    readonly changes: readonly ResourceChange[];
    readonly unchanged: number;
    /** US dollars a month, after less before. */
    readonly monthly: { readonly before: number; readonly after: number; readonly difference: number };
    /** Predicted seconds of creating everything anew. */
    readonly seconds: { readonly before: number; readonly after: number; readonly difference: number };
}

export interface PlanName {
    readonly project: string;
    readonly stack: string;
}

/** What changes from one plan to another. Resources are the same when their URNs are, apart from the stack in them. */
export function differenceBetween(before: Plan, after: Plan): Difference {
    const old = byIdentity(before);
    const current = byIdentity(after);
    const changes: ResourceChange[] = [];
    let unchanged = 0;
    for (const [identity, resource] of current) {
        const earlier = old.get(identity) ?? aliased(resource, old);
        const change = earlier === undefined ? whole(resource, "added") : changeOf(earlier, resource);
        if (change === undefined) {
            unchanged++;
        } else {
            changes.push(change);
        }
    }
    const kept = new Set([...current].flatMap(([identity, resource]) => [identity, ...aliasesOf(resource)]));
    for (const [identity, resource] of old) {
        if (!kept.has(identity)) {
            changes.push(whole(resource, "removed"));
        }
    }
    return {
        before: { project: before.project, stack: before.stack },
        after: { project: after.project, stack: after.stack },
        changes: changes.sort((a, b) => (`${a.type}\0${a.name}` < `${b.type}\0${b.name}` ? -1 : 1)),
        unchanged,
        monthly: amounts(costOf(before).monthly, costOf(after).monthly),
        seconds: amounts(timelineOf(before).seconds, timelineOf(after).seconds),
    };
}

function amounts(before: number, after: number): Difference["monthly"] {
    return { before, after, difference: after - before };
}

/** The stack itself is no change, and its name is another one where two stacks are compared. */
function byIdentity({ resources }: Plan): Map<string, PlannedResource> {
    return new Map(
        resources
            .filter(({ type }) => type !== "pulumi:pulumi:Stack")
            .map((resource) => [identityOf(resource.urn), resource]),
    );
}

/** A URN without its stack and project. */
function identityOf(urn: string): string {
    return urn.split("::").slice(2).join("::");
}

function aliasesOf({ aliases }: PlannedResource): string[] {
    return aliases.map(identityOf);
}

function aliased(resource: PlannedResource, old: ReadonlyMap<string, PlannedResource>): PlannedResource | undefined {
    return aliasesOf(resource)
        .map((identity) => old.get(identity))
        .find((found) => found !== undefined);
}

function whole(resource: PlannedResource, kind: "added" | "removed"): ResourceChange {
    const { type, name, urn } = resource;
    return { type, name, urn, kind, properties: [], stateful: isStateful(resource) };
}

function changeOf(before: PlannedResource, after: PlannedResource): ResourceChange | undefined {
    const replacing = replacingProperties(after.type);
    const ignored = after.ignoreChanges;
    const properties = [...changesIn(before.inputs, after.inputs, ""), ...optionChanges(before, after)]
        .filter(({ path }) => !ignored.some((each) => isWithin(path, each)))
        .map((change) => ({ ...change, replaces: replacing.some((each) => isWithin(change.path, each)) }));
    if (properties.length === 0) {
        return undefined;
    }
    const { type, name, urn } = after;
    return {
        type,
        name,
        urn,
        kind: properties.some(({ replaces }) => replaces) ? "replaced" : "changed",
        properties,
        stateful: isStateful(after),
    };
}

/** Whether a path is a property or inside it: `spec.selector.matchLabels` is within `spec.selector`, for which an index may be left out. */
function isWithin(path: string, property: string): boolean {
    return path === property || path.startsWith(`${property}.`) || path.startsWith(`${property}[`);
}

type Change = Omit<PropertyChange, "replaces">;

function optionChanges(before: PlannedResource, after: PlannedResource): Change[] {
    return (["protect", "retainOnDelete"] as const).flatMap((option) =>
        before[option] === after[option]
            ? []
            : [{ path: `options.${option}`, before: before[option], after: after[option] }],
    );
}

function changesIn(before: unknown, after: unknown, path: string): Change[] {
    if (isCollection(before) && isCollection(after) && Array.isArray(before) === Array.isArray(after)) {
        const list = Array.isArray(after);
        const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
        return keys.flatMap((key) =>
            changesIn(memberOf(before, key), memberOf(after, key), list ? `${path}[${key}]` : joined(path, key)),
        );
    }
    return before === after
        ? []
        : [{ path, ...(before !== undefined && { before }), ...(after !== undefined && { after }) }];
}

function isCollection(value: unknown): value is object {
    return value !== null && typeof value === "object";
}

function memberOf(collection: object, key: string): unknown {
    return (collection as Readonly<Record<string, unknown>>)[key];
}

function joined(path: string, key: string): string {
    const plain = /^[A-Za-z_$][\w$-]*$/.test(key);
    return plain ? (path === "" ? key : `${path}.${key}`) : `${path}["${key}"]`;
}
