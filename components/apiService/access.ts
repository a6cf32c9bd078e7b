import type { types } from "@pulumi/kubernetes";

type PolicyRule = types.input.rbac.v1.PolicyRule;

/** What a service account may do: read its own ConfigMap and Secrets, by name. A rule without names would open all of them. */
export function accessRules(configMap: string, secrets: readonly string[]): PolicyRule[] {
    const read = (resource: string, resourceNames: readonly string[]): PolicyRule[] =>
        resourceNames.length === 0
            ? []
            : [{ apiGroups: [""], resources: [resource], resourceNames: [...resourceNames], verbs: ["get"] }];
    return [...read("configmaps", [configMap]), ...read("secrets", secrets)];
}
