import type { Plan, PlannedResource } from "./record";

/** Whom a resource belongs to: what a bill, a duration or a change is added up by. */
export interface Owner {
    /** Name of the system; "shared" for what all systems use. */
    readonly system: string;
    /**
     * Name of the outermost component: of the platform, such as "cluster", or of the system, such as "user-management-postgres". The
     * stack itself for a resource without component.
     */
    readonly component: string;
}

/** The system that stands for what all systems share. It is the value of the tag `platform:system`, too. */
export const sharedSystem = "shared";

const stackType = "pulumi:pulumi:Stack";
const systemType = "platform:system:System";

/** The owner of every resource, by URN. */
export function ownersOf({ stack, resources }: Plan): ReadonlyMap<string, Owner> {
    const byUrn = new Map(resources.map((resource) => [resource.urn, resource]));
    const owners = new Map<string, Owner>();
    const ownerOf = (resource: PlannedResource): Owner => {
        const known = owners.get(resource.urn);
        if (known !== undefined) {
            return known;
        }
        const parent = byUrn.get(resource.parent);
        const owner = ownerBelow(resource, parent, parent === undefined ? undefined : ownerOf(parent), stack);
        owners.set(resource.urn, owner);
        return owner;
    };
    resources.forEach(ownerOf);
    return owners;
}

function ownerBelow(
    { type, name, custom }: PlannedResource,
    parent: PlannedResource | undefined,
    above: Owner | undefined,
    stack: string,
): Owner {
    if (above === undefined || parent === undefined || type === stackType) {
        return { system: sharedSystem, component: stack };
    }
    if (type === systemType) {
        return { system: name, component: name };
    }
    const outermost = !custom && (parent.type === stackType || parent.type === systemType);
    return outermost ? { system: above.system, component: name } : above;
}
