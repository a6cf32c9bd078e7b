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
    /** What holds data first, then in the order of types and names. */
    readonly changes: readonly ResourceChange[];
    readonly unchanged: number;
    /** US dollars a month, after less before. */
    readonly monthly: { readonly before: number; readonly after: number; readonly difference: number };
    /** Predicted seconds of creating everything anew. */
    readonly seconds: { readonly before: number; readonly after: number; readonly difference: number };
}

export interface PlanName {
    /** What it is called where the difference is shown: its stack, or what it was read from. */
    readonly name: string;
    readonly stack: string;
}

/**
 * What changes from one plan to another. Resources are the same when their URNs are, apart from the stack in them; and where two stacks
 * are compared, the stack's own name in a value is no difference.
 *
 * @param names what the plans are called; default their stacks.
 */
export function differenceBetween(
    before: Plan,
    after: Plan,
    names: { readonly before: string; readonly after: string } = { before: before.stack, after: after.stack },
): Difference {
    const rename = renaming(before.stack, after.stack);
    const old = byIdentity(before);
    const current = byIdentity(after);
    const changes: ResourceChange[] = [];
    let unchanged = 0;
    for (const [identity, resource] of current) {
        const earlier = old.get(identity) ?? aliased(resource, old);
        const change = earlier === undefined ? whole(resource, "added") : changeOf(earlier, resource, rename);
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
        before: { name: names.before, stack: before.stack },
        after: { name: names.after, stack: after.stack },
        changes: changes.sort(byWeight),
        unchanged,
        monthly: amounts(costOf(before).monthly, costOf(after).monthly),
        seconds: amounts(timelineOf(before).seconds, timelineOf(after).seconds),
    };
}

function byWeight(a: ResourceChange, b: ResourceChange): number {
    const byData = Number(b.stateful) - Number(a.stateful);
    return byData !== 0 ? byData : `${a.type}\0${a.name}` < `${b.type}\0${b.name}` ? -1 : 1;
}

/** Puts the name of one stack in place of the other's, where it stands as a word. */
function renaming(before: string, after: string): (text: string) => string {
    const word = new RegExp(`(?<![a-z0-9])${before.replace(/[^a-z0-9]/gi, "\\$&")}(?![a-z0-9])`, "g");
    return before === after ? (text) => text : (text) => text.replace(word, after);
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

function changeOf(
    before: PlannedResource,
    after: PlannedResource,
    rename: (text: string) => string,
): ResourceChange | undefined {
    const replacing = replacingProperties(after.type);
    const ignored = after.ignoreChanges;
    const properties = [...changesIn(before.inputs, after.inputs, "", rename), ...optionChanges(before, after)]
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

function changesIn(before: unknown, after: unknown, path: string, rename: (text: string) => string): Change[] {
    if (isCollection(before) && isCollection(after) && Array.isArray(before) === Array.isArray(after)) {
        const list = Array.isArray(after);
        const old = new Map(Object.entries(before).map(([key, value]) => [list ? key : rename(key), value as unknown]));
        const current = new Map<string, unknown>(Object.entries(after));
        return [...new Set([...old.keys(), ...current.keys()])].flatMap((key) =>
            changesIn(old.get(key), current.get(key), list ? `${path}[${key}]` : joined(path, key), rename),
        );
    }
    const same = before === after || (typeof before === "string" && rename(before) === after);
    return same ? [] : [{ path, ...(before !== undefined && { before }), ...(after !== undefined && { after }) }];
}

function isCollection(value: unknown): value is object {
    return value !== null && typeof value === "object";
}

function joined(path: string, key: string): string {
    const plain = /^[A-Za-z_$][\w$-]*$/.test(key);
    return plain ? (path === "" ? key : `${path}.${key}`) : `${path}["${key}"]`;
}
