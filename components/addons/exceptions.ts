import type { PolicyException } from "../../policy/exceptions";
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
    return definitions.length === 0
        ? []
        : [
              ...privileged,
              {
                  rule: "namespace-default-deny",
                  subject: nameOf("*"),
                  reason: "The API server calls the add-ons' webhooks from addresses that belong to no pod, and what each add-on calls is not declared yet; Pod Security and RBAC hold meanwhile",
                  until: "2027-05-31",
              },
              {
                  rule: "namespace-bounded",
                  subject: nameOf("*"),
                  reason: "A quota would stop the upgrade of an add-on in the middle; each container has a limit of memory, and stacks/capacity.ts counts what they ask for",
                  until: "2027-05-31",
              },
          ];
}
