import { addonDefinitions } from "../components/addons/catalogue";
import { platformLogGroup, logGroupOf } from "../components/addons/logRouting";
import { monitoringNamespace } from "../components/observability/names";
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

/** What is claimed twice, or belongs to the platform. The parts of a system may share its namespaces, but no host. */
export function claimIssues(systems: readonly PlannedSystem[]): ConfigIssue[] {
    const claims = systems.flatMap(claimsOf);
    const twice = claims.flatMap(({ what, value, path, system }, index) => {
        const first = claims
            .slice(0, index)
            .find(
                (other) => other.what === what && other.value === value && (what === "host" || other.system !== system),
            );
        return first === undefined
            ? []
            : [{ path, value, message: `this ${what} already belongs to ${first.path}; each needs its own` }];
    });
    const ofPlatform = claims
        .filter(({ what, value }) => what === "namespace" && isPlatformNamespace(value))
        .map(({ path, value }) => ({ path, value, message: "this namespace belongs to the platform; take another" }));
    const logsOfPlatform = systems
        .filter(({ name }) => isPlatformName(name))
        .map(({ name }) => ({
            path: `platform:systems.${name}`,
            message: "this is the name that the platform's own logs are kept under; take another",
        }));
    return [...twice, ...ofPlatform, ...logsOfPlatform];
}

const platformNamespaces: ReadonlySet<string> = new Set([
    "default",
    monitoringNamespace,
    ...addonDefinitions.map(({ namespace }) => namespace),
]);

/** Whether the cluster or an add-on, installed or not, lives there. Kubernetes keeps `kube-` for itself. */
export function isPlatformNamespace(namespace: string): boolean {
    return platformNamespaces.has(namespace) || namespace.startsWith("kube-");
}

/** Whether a system of this name would share its log group with the platform. */
export function isPlatformName(name: string): boolean {
    return logGroupOf(name, "any") === platformLogGroup("any");
}
