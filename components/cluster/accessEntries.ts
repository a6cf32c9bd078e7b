import type { types } from "@pulumi/eks";
import { physicalName } from "../naming";

type AccessEntry = types.input.AccessEntryArgs;

/**
 * Policies that EKS maintains, for the whole cluster. The view policy reads everything in namespaces but Secrets.
 * Source: Amazon EKS User Guide, "Review access policy permissions".
 */
const policies = {
    administrator: "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy",
    viewer: "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy",
} as const;

/**
 * Who may use the Kubernetes API. Keys follow from the principal, so that adding or removing one leaves the others alone.
 *
 * @throws when a principal is listed twice: EKS has one entry for each.
 */
export function accessEntries(
    { administrators, viewers }: { readonly administrators: readonly string[]; readonly viewers: readonly string[] },
    tags: Record<string, string>,
): Record<string, AccessEntry> {
    const listed = [
        ...administrators.map((arn) => ({ arn, role: "administrator" as const })),
        ...viewers.map((arn) => ({ arn, role: "viewer" as const })),
    ];
    const twice = listed.find(({ arn }, index) => listed.findIndex((other) => other.arn === arn) !== index);
    if (twice !== undefined) {
        throw new Error(
            `cluster.administrators and cluster.viewers list ${twice.arn} twice; allowed: each principal once, in one of them`,
        );
    }
    return Object.fromEntries(
        listed.map(({ arn, role }) => [
            physicalName("kubernetes", role, arn),
            {
                principalArn: arn,
                tags,
                accessPolicies: { [role]: { policyArn: policies[role], accessScope: { type: "cluster" } } },
            },
        ]),
    );
}
