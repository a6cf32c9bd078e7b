import type { PlannedSystem } from "../components/system/declaration";
import type { ConfigIssue } from "../config/errors";

/** Something of which a platform has only one, and which one system takes for itself. */
export interface Claim {
    readonly what: "namespace" | "host";
    readonly value: string;
    /** Where it is claimed, such as `shop.services.frontend.edge.host`. */
    readonly path: string;
    readonly system: string;
}

/** Everything that a system takes for itself alone. */
export function claimsOf({ name, namespace, declaration }: PlannedSystem): Claim[] {
    const services = Object.entries(declaration.services).flatMap(([service, spec]): Claim[] => {
        const path = `${name}.services.${service}`;
        return [
            ...claim("namespace", spec.namespace, `${path}.namespace`, name),
            ...claim("host", spec.edge?.host, `${path}.edge.host`, name),
        ];
    });
    return [
        ...claim("namespace", namespace, `${name}.namespace`, name),
        ...services,
        ...claim("host", declaration.cdn?.host, `${name}.cdn.host`, name),
    ];
}

function claim(what: Claim["what"], value: string | undefined, path: string, system: string): Claim[] {
    return value === undefined ? [] : [{ what, value, path, system }];
}

/** What is claimed twice. The parts of a system may share its namespaces, but no host. */
export function sharedClaims(systems: readonly PlannedSystem[]): ConfigIssue[] {
    const claims = systems.flatMap(claimsOf);
    return claims.flatMap(({ what, value, path, system }, index) => {
        const first = claims
            .slice(0, index)
            .find(
                (other) => other.what === what && other.value === value && (what === "host" || other.system !== system),
            );
        return first === undefined
            ? []
            : [{ path, value, message: `this ${what} already belongs to ${first.path}; each needs its own` }];
    });
}
