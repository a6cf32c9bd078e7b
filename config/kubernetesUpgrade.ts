/** The number behind the point: 36 of `1.36`, or of what an API server says, such as `v1.36.2-eks-1234`. */
export function minorOf(version: string): number | undefined {
    const [, minor] = /^v?1\.(\d{1,3})(?:\D|$)/.exec(version) ?? [];
    return minor === undefined ? undefined : Number(minor);
}

/**
 * Why a cluster cannot go from one version to another; undefined when it can.
 *
 * A control plane goes up one minor version at a time and never down. Source: Amazon EKS User Guide, "Update existing cluster to new
 * Kubernetes version".
 */
export function upgradeProblem(current: string, target: string): string | undefined {
    const [from, to] = [minorOf(current), minorOf(target)];
    if (from === undefined || to === undefined || to === from || to === from + 1) {
        return undefined;
    }
    return to < from
        ? `cluster.version is ${target}, but the cluster runs 1.${from}, and a control plane never goes down: it must be 1.${from} or 1.${from + 1}`
        : `cluster.version is ${target}, but the cluster runs 1.${from}, and a control plane goes up one minor version at a time: it must be 1.${from} or 1.${from + 1}`;
}

/**
 * Why a change of the configuration could not be deployed in one step; undefined when it could, as far as the configuration tells. That a
 * version goes down is no reason: what takes back a change that was never deployed does so.
 */
export function configuredJumpProblem(before: string, after: string): string | undefined {
    const [from, to] = [minorOf(before), minorOf(after)];
    return from === undefined || to === undefined || to <= from + 1
        ? undefined
        : `cluster.version goes from ${before} to ${after}, but a control plane goes up one minor version at a time: 1.${from + 1} has to be deployed first`;
}
