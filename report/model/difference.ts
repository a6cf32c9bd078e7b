import type { ChangeFacts, DifferenceFacts, PropertyFacts } from "../facts";
import type { Resource } from "./resource";

/** The most consequential first. */
export const changeKinds = ["replaced", "removed", "changed", "added"] as const;

/** A resource that differs from the earlier plan. */
export interface Change {
    readonly kind: ChangeFacts["kind"];
    readonly type: string;
    readonly name: string;
    /** Absent where it is removed. */
    readonly resource: Resource | undefined;
    /** Whether it holds data, and is removed or replaced. */
    readonly losesData: boolean;
    /** Those that replace the resource first. */
    readonly properties: readonly PropertyFacts[];
}

export interface DifferenceView extends Omit<DifferenceFacts, "changes"> {
    readonly changes: readonly Change[];
}

export function readDifference({ changes, ...rest }: DifferenceFacts, resources: readonly Resource[]): DifferenceView {
    return { ...rest, changes: changes.map((change) => changeOf(change, resources)) };
}

function changeOf(
    { kind, resource: position, type = "", name = "", stateful, properties = [] }: ChangeFacts,
    resources: readonly Resource[],
): Change {
    const resource = position === undefined ? undefined : resources[position];
    return {
        kind,
        type: resource?.type ?? type,
        name: resource?.name ?? name,
        resource,
        losesData: stateful === true && (kind === "removed" || kind === "replaced"),
        properties: [...properties].sort((a, b) => Number(b.replaces ?? false) - Number(a.replaces ?? false)),
    };
}

/** An amount's change, with its sign: "+$12", "−$3.50", "none". */
export function signed([before, after]: readonly [number, number], format: (amount: number) => string): string {
    const change = format(Math.abs(after - before));
    return /[1-9]/.test(change) ? `${after < before ? "−" : "+"}${change}` : "none";
}
