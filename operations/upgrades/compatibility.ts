import { kubernetesVersions } from "../../config/supportedVersions";

/**
 * What goes together, as of 2026-11-28. Look again with every new minor version of Kubernetes; what the sources do not say is not here.
 */
export const compatibilityDate = "2026-11-28";

/**
 * Minor versions that a kubelet, and a kube-proxy, may be behind the API server; neither may be ahead.
 * Source: Kubernetes documentation, "Version Skew Policy".
 */
export const mostNodeSkew = 3;

/**
 * EKS add-ons that belong to a minor version of Kubernetes and so follow the control plane. The others serve every version that EKS
 * supports, and go first, while the old version still runs. Source: Amazon EKS User Guide, "Amazon EKS add-ons" (kube-proxy, CoreDNS).
 */
export const followsControlPlane: ReadonlySet<string> = new Set(["kube-proxy", "coredns"]);

/**
 * To which major versions RDS upgrades an engine in place, and until when it supports one without a surcharge.
 * Sources: Amazon RDS User Guide, "Upgrading the PostgreSQL DB engine", "Upgrading the RDS for MySQL DB engine", "Release calendars".
 */
export const databaseMajors: Readonly<
    Record<string, Readonly<Record<string, { readonly to: readonly string[]; readonly standardSupportEnds: string }>>>
> = {
    postgres: {
        "15": { to: ["16", "17"], standardSupportEnds: "2028-02-29" },
        "16": { to: ["17"], standardSupportEnds: "2029-02-28" },
        "17": { to: [], standardSupportEnds: "2030-02-28" },
    },
    mysql: { "8.4": { to: [], standardSupportEnds: "2029-07-31" } },
};

/** The day on which standard support of a Kubernetes version ends, where it is known. */
export function kubernetesSupportEnds(version: string): string | undefined {
    return Object.hasOwn(kubernetesVersions, version)
        ? kubernetesVersions[version as keyof typeof kubernetesVersions].standardSupportEnds
        : undefined;
}
