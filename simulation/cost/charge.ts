import type { PlannedResource } from "../record";
import type { Assumption } from "./assumptions";

/** One thing that AWS bills for a resource, before it has a price. */
export interface Charge {
    /** Key of the price table. */
    readonly price: string;
    /** What it is, in the words of a bill. */
    readonly item: string;
    /** Units a month. */
    readonly quantity: number;
    /** What the quantity rests on, beyond the plan. */
    readonly assumption?: Assumption;
    /** Whether the quantity depends on use rather than on what exists. Default false. */
    readonly usage?: boolean;
}

/** What a rule may look up besides its own resource. */
export interface PlanIndex {
    readonly resources: readonly PlannedResource[];
    readonly byType: ReadonlyMap<string, readonly PlannedResource[]>;
    /** Resources of the same parent. */
    siblings(resource: PlannedResource): readonly PlannedResource[];
    /** Subnets in which internet-facing load balancers stand; undefined where the plan has none. */
    readonly publicSubnets: number | undefined;
}

/** Members of inputs are of any shape: these read them without trust. */
export type Inputs = Readonly<Record<string, unknown>>;

export function objectAt(value: unknown, ...path: readonly string[]): Inputs {
    let current = value;
    for (const key of path) {
        current = isInputs(current) ? current[key] : undefined;
    }
    return isInputs(current) ? current : {};
}

export function isInputs(value: unknown): value is Inputs {
    return value !== null && typeof value === "object" && !Array.isArray(value);
}

export function numberIn(inputs: Inputs, key: string): number | undefined {
    const value = inputs[key];
    const number = typeof value === "string" && value !== "" ? Number(value) : value;
    return typeof number === "number" && Number.isFinite(number) ? number : undefined;
}

export function textIn(inputs: Inputs, key: string): string | undefined {
    const value = inputs[key];
    return typeof value === "string" ? value : undefined;
}

export function listIn(inputs: Inputs, key: string): readonly unknown[] {
    const value = inputs[key];
    return Array.isArray(value) ? (value as unknown[]) : [];
}

/** A Kubernetes quantity of storage in GiB, which AWS bills as GB. */
export function gibibytes(quantity: unknown): number | undefined {
    const match = typeof quantity === "string" ? /^(\d+(?:\.\d+)?)(Mi|Gi|Ti|M|G|T)$/.exec(quantity) : null;
    if (match === null) {
        return undefined;
    }
    const factors: Readonly<Record<string, number>> = { Mi: 1 / 1024, Gi: 1, Ti: 1024, M: 0.001, G: 1, T: 1000 };
    return Number(match[1]) * (factors[match[2] ?? ""] ?? 1);
}
