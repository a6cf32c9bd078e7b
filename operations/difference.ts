import { isDeepStrictEqual } from "node:util";
import type { Plan, PlannedResource } from "../simulation/record";

/** How two plans of a stack differ. */
export interface Difference {
    readonly created: readonly PlannedResource[];
    readonly changed: readonly PlannedResource[];
    readonly deleted: readonly PlannedResource[];
}

/** What is in one plan and not, or not in the same way, in the other. Resources are the same when their URNs are. */
export function differenceOf(before: Plan, after: Plan): Difference {
    const earlier = new Map(before.resources.map((resource) => [resource.urn, resource]));
    const later = new Set(after.resources.map(({ urn }) => urn));
    return {
        created: after.resources.filter(({ urn }) => !earlier.has(urn)),
        changed: after.resources.filter((resource) => {
            const old = earlier.get(resource.urn);
            return old !== undefined && !isDeepStrictEqual(old.inputs, resource.inputs);
        }),
        deleted: before.resources.filter(({ urn }) => !later.has(urn)),
    };
}

const signs = { created: "+", changed: "~", deleted: "-" } as const;
const longestList = 12;

/** One line for each resource that differs. */
export function differenceLines(difference: Difference): string[] {
    const lines = (Object.keys(signs) as (keyof Difference)[]).flatMap((kind) =>
        difference[kind].map(({ type, name }) => `${signs[kind]} ${type} ${name}`),
    );
    const hidden = lines.length - longestList;
    return hidden > 0 ? [...lines.slice(0, longestList), `… and ${hidden} more`] : lines;
}
