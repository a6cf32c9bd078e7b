import type { PolicyException } from "../../policy/exceptions";
import { boundaryQuota } from "./boundaries";
import type { AddonDefinition, InstalledChart } from "./definition";

/**
 * What the namespaces of add-ons may do that those of systems may not.
 *
 * @param nameOf Pulumi name of a namespace.
 */
export function addonExceptions(
    definitions: readonly AddonDefinition[],
    nameOf: (namespace: string) => string,
): PolicyException[] {
    const charts = definitions.flatMap((definition): InstalledChart[] => [
        ...(definition.before ?? []).flatMap((step) => (step.step === "chart" ? [step] : [])),
        definition,
    ]);
    const privileged = charts.flatMap(({ namespace, podSecurity }) =>
        podSecurity.level === "restricted"
            ? []
            : [
                  {
                      rule: "namespace-pod-security",
                      subject: nameOf(namespace),
                      reason: podSecurity.reason,
                      until: podSecurity.until,
                  },
              ],
    );
    // Charts of one add-on may share a namespace, and have others beside it.
    const namespaces = [...new Set(charts.map(({ namespace }) => namespace))];
    const declared = new Map(definitions.map((definition) => [definition.namespace, definition]));
    const open = namespaces.filter((namespace) => declared.get(namespace)?.flows === undefined);
    const unbounded = namespaces.filter((namespace) => {
        const definition = declared.get(namespace);
        return definition === undefined || boundaryQuota(definition, { replicas: 1 }) === undefined;
    });
    return [
        ...privileged,
        ...open.map((namespace) => ({
            rule: "namespace-default-deny",
            subject: nameOf(namespace),
            reason: "What its pods open and accept depends on what systems do with the add-on, and is not declared yet; Pod Security and RBAC hold meanwhile",
            until: "2027-05-31",
        })),
        ...unbounded.map((namespace) => ({
            rule: "namespace-bounded",
            subject: nameOf(namespace),
            reason: "How many pods it has is decided by the nodes or by what systems ask of the add-on, and a quota would stop them; each container has a limit of memory, and stacks/capacity.ts counts what they ask for",
            until: "2027-05-31",
        })),
    ];
}
