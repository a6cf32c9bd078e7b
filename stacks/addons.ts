import type { AddonName, PlatformConfig } from "../config/schema";

/** Add-ons whose work is on AWS; there is nothing for them on a local cluster. */
const onAwsOnly: ReadonlySet<AddonName> = new Set([
    "awsLoadBalancerController",
    "clusterAutoscaler",
    "externalSecrets",
    "externalDns",
    "logging",
]);

/** The add-ons that a stack with a cluster of its own installs. */
export function installedAddons({
    addons,
    environment,
}: Pick<PlatformConfig, "addons" | "environment">): Set<AddonName> {
    const names = Object.keys(addons) as AddonName[];
    return new Set(names.filter((name) => addons[name] && !(environment === "local" && onAwsOnly.has(name))));
}
