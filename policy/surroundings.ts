import type { PolicyResource } from "./rule";

/** The other resources of a stack, for rules that a resource cannot answer alone. */
export class Surroundings {
    private readonly byType = new Map<string, PolicyResource[]>();
    private readonly dependents = new Map<string, PolicyResource[]>();
    private readonly byUrn = new Map<string, PolicyResource>();
    /** Whether the stack is one of production: its AWS resources are tagged so. */
    readonly isProd: boolean;

    constructor(readonly all: readonly PolicyResource[]) {
        let isProd = false;
        for (const resource of all) {
            this.byUrn.set(resource.urn, resource);
            append(this.byType, resource.type, resource);
            for (const urn of resource.dependencies) {
                append(this.dependents, urn, resource);
            }
            const { tags } = resource.inputs as { tags?: Readonly<Record<string, unknown>> };
            isProd ||= tags?.["platform:environment"] === "prod";
        }
        this.isProd = isProd;
    }

    /** Every resource of a type. */
    ofType(type: string): readonly PolicyResource[] {
        return this.byType.get(type) ?? [];
    }

    /** The resources of a type that refer to another one. */
    ofTypeFor(type: string, { urn }: PolicyResource): readonly PolicyResource[] {
        return (this.dependents.get(urn) ?? []).filter((resource) => resource.type === type);
    }

    /** The URNs of everything that a resource belongs to, itself first. */
    ancestry(resource: PolicyResource): string[] {
        const urns: string[] = [];
        for (let each: PolicyResource | undefined = resource; each !== undefined; each = this.byUrn.get(each.parent)) {
            urns.push(each.urn);
        }
        return urns;
    }
}

function append<K>(lists: Map<K, PolicyResource[]>, key: K, resource: PolicyResource): void {
    const list = lists.get(key);
    if (list === undefined) {
        lists.set(key, [resource]);
    } else {
        list.push(resource);
    }
}
