import type { ApplicationSpec } from "../delivery/applications";
import type { PlannedSystem, ServiceDeclaration } from "./declaration";

/**
 * Who applies a system's Kubernetes objects. `pulumi`: the deployment itself. `argocd`: the deployment writes what services and their
 * secrets consist of to files, and Argo CD applies them from git. Namespaces, stores and everything on AWS are always the deployment's,
 * so no object ever has two owners.
 */
export const parts = ["operator", "backend", "frontend"] as const;
export type Part = (typeof parts)[number];

/** The operator's ExternalSecrets come first, then what others call, then what is called from outside. */
const waves: Readonly<Record<Part, number>> = { operator: -1, backend: 0, frontend: 1 };

/** Which part of its system a service belongs to. */
export function partOf({ edge }: Pick<ServiceDeclaration, "edge">): Part {
    return edge === undefined ? "backend" : "frontend";
}

/** The directory that a part of a system is written to. */
export function directoryOf(path: string, system: string, part: Part): string {
    return `${path}/${system}/${part}`;
}

/** What Argo CD has to know of a system that it delivers: one Application for each part in each namespace. */
export function applicationsOf({ name, namespace, declaration }: PlannedSystem, path: string): ApplicationSpec[] {
    const services = Object.values(declaration.services).map((spec) => ({
        part: partOf(spec),
        namespace: spec.namespace ?? namespace,
    }));
    const secrets = Object.keys(declaration.secrets ?? {}).length > 0 ? [{ part: "operator" as const, namespace }] : [];
    const distinct = new Map([...secrets, ...services].map((each) => [`${each.part}/${each.namespace}`, each]));
    return [...distinct.values()].map(({ part, namespace: target }) => ({
        name: `${name}-${part}`,
        path: directoryOf(path, name, part),
        namespace: target,
        wave: waves[part],
    }));
}
