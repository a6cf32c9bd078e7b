import { unknownValue, type PolicyResource, type Problem, type Rule } from "./rule";

/** A value inside a resource's inputs, or nothing where the path leads nowhere. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
    let found: unknown = value;
    for (const key of path) {
        if (found === null || typeof found !== "object") {
            return undefined;
        }
        found = (found as Readonly<Record<string | number, unknown>>)[key];
    }
    return found;
}

/** A list as it is; nothing as an empty one; anything else as a list of it, as JSON policies write single values. */
export function list(value: unknown): readonly unknown[] {
    return value === undefined || value === null ? [] : Array.isArray(value) ? value : [value];
}

export function isSet(value: unknown): boolean {
    return value !== undefined && value !== null && value !== "";
}

/** As people write it. */
export function shown(value: unknown): string {
    return value === undefined ? "not set" : JSON.stringify(value);
}

/** The check of a rule about one input of one type. */
export function requires(
    type: string,
    path: readonly (string | number)[],
    isAllowed: (value: unknown) => boolean,
    allowed: string,
): (resource: PolicyResource) => readonly Problem[] {
    return (resource) => {
        const value = resource.type === type ? at(resource.inputs, ...path) : unknownValue;
        return value === unknownValue || isAllowed(value)
            ? []
            : [{ problem: `${path.join(".")} is ${shown(value)}, allowed is ${allowed}` }];
    };
}

/** The checks of several aspects of one rule, one after the other. */
export function every(...checks: readonly Rule["check"][]): Rule["check"] {
    return (resource, surroundings) => checks.flatMap((check) => check(resource, surroundings));
}

export const isTrue = (value: unknown): boolean => value === true || value === "true";
export const isFalse = (value: unknown): boolean => value === false || value === "false";

/** The namespace and name of a Kubernetes object. */
export function metadataOf({ inputs }: PolicyResource): { readonly name: string; readonly namespace: string } {
    const { name, namespace } = (inputs.metadata ?? {}) as { name?: unknown; namespace?: unknown };
    return {
        name: typeof name === "string" ? name : "",
        namespace: typeof namespace === "string" ? namespace : "",
    };
}

/** A value of a Kubernetes object's annotations, or nothing. */
export function annotation({ inputs }: PolicyResource, key: string): string | undefined {
    const value = at(inputs, "metadata", "annotations", key);
    return typeof value === "string" ? value : undefined;
}
