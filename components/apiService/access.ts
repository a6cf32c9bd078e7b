import type { types } from "@pulumi/kubernetes";

type PolicyRule = types.input.rbac.v1.PolicyRule;

/**
 * What a service account may do: read its own ConfigMaps and Secrets, by name, because a rule without names would open all of them;
 * and, where the service asks for it, look at the pods of its namespace.
 */
export function accessRules(
    configMaps: readonly string[],
    secrets: readonly string[],
    readsPods: boolean,
): PolicyRule[] {
    const read = (resource: string, resourceNames: readonly string[]): PolicyRule[] =>
        resourceNames.length === 0
            ? []
            : [{ apiGroups: [""], resources: [resource], resourceNames: [...resourceNames], verbs: ["get"] }];
    return [
        ...read("configmaps", configMaps),
        ...read("secrets", secrets),
        ...(readsPods ? [{ apiGroups: [""], resources: ["pods"], verbs: ["get", "list", "watch"] }] : []),
    ];
}
