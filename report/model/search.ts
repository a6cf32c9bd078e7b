import type { ResourceFilter } from "./addresses";
import type { PlanView, Resource } from "./resource";

type Option = readonly [value: string, label: string];

/** What the resources can be narrowed to, each in the order of the alphabet. */
export interface FilterOptions {
    readonly types: readonly Option[];
    readonly systems: readonly Option[];
    readonly components: readonly Option[];
    readonly namespaces: readonly Option[];
}

export function optionsOf({ resources }: PlanView): FilterOptions {
    const types = new Map<string, string>();
    const components = new Set<string>();
    const systems = new Set<string>();
    const namespaces = new Set<string>();
    for (const { type, shownType, component, system, namespace } of resources) {
        types.set(type, shownType);
        components.add(component);
        systems.add(system);
        if (namespace !== "") {
            namespaces.add(namespace);
        }
    }
    return {
        types: [...types].sort(([, a], [, b]) => (a < b ? -1 : 1)),
        systems: sorted(systems),
        components: sorted(components),
        namespaces: sorted(namespaces),
    };
}

function sorted(values: ReadonlySet<string>): Option[] {
    return [...values].sort().map((value) => [value, value]);
}

/** The resources that a filter lets through, in the plan's order. Every word of the text has to be found. */
export function filtered({ resources }: PlanView, filter: ResourceFilter): Resource[] {
    const words = (filter.text ?? "").toLowerCase().split(/\s+/).filter(Boolean);
    const patterns =
        filter.inputs === true ? words.map((word) => new RegExp(word.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"), "i")) : [];
    return resources.filter(
        (resource) =>
            is(filter.type, resource.type) &&
            is(filter.system, resource.system) &&
            is(filter.component, resource.component) &&
            is(filter.namespace, resource.namespace) &&
            isProtected(filter.protection, resource) &&
            words.every((word, index) => found(word, resource, patterns[index])),
    );
}

function is(wanted: string | undefined, value: string): boolean {
    return wanted === undefined || wanted === "" || wanted === value;
}

function isProtected(wanted: string | undefined, { facts }: Resource): boolean {
    return !(
        (wanted === "protected" && facts.protect !== true) ||
        (wanted === "retained" && facts.retainOnDelete !== true)
    );
}

function found(word: string, resource: Resource, inInputs: RegExp | undefined): boolean {
    return resource.searched.includes(word) || inInputs?.test(resource.json) === true;
}
