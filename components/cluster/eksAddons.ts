import type { PlatformConfig } from "../../config/schema";

type KubernetesVersion = PlatformConfig["cluster"]["version"];

/** A part of Kubernetes that EKS installs and patches (an EKS add-on). */
export interface EksAddonPlan {
    /** Name at EKS; the Pulumi name follows from it. */
    readonly name: string;
    readonly version: string;
    /** Whether nodes need it to become ready. The others need nodes to run on. */
    readonly beforeNodes: boolean;
    /** Settings that differ from EKS' own. */
    readonly settings?: Readonly<Record<string, unknown>>;
}

/** The AWS identity of the service account of an EKS add-on. */
export interface EksAddonIdentity {
    readonly serviceAccount: string;
    /** The policy that AWS maintains for this add-on. */
    readonly managedPolicyArn: string;
}

/**
 * Versions are pinned: left to EKS, the same program would install different software on different days, and never move afterwards. These
 * are the defaults of EKS in October 2026 (`aws eks describe-addon-versions --kubernetes-version <version>`). CoreDNS and kube-proxy
 * belong to a Kubernetes minor version, so they move with the cluster.
 */
const perKubernetesVersion: Readonly<Record<KubernetesVersion, { coredns: string; kubeProxy: string }>> = {
    "1.34": { coredns: "v1.12.4-eksbuild.38", kubeProxy: "v1.34.6-eksbuild.29" },
    "1.35": { coredns: "v1.13.2-eksbuild.31", kubeProxy: "v1.35.3-eksbuild.29" },
    "1.36": { coredns: "v1.14.3-eksbuild.23", kubeProxy: "v1.36.0-eksbuild.25" },
};

/** The same for every supported Kubernetes version. */
const anyKubernetesVersion = {
    vpcCni: "v1.22.4-eksbuild.3",
    podIdentityAgent: "v1.3.10-eksbuild.3",
    ebsCsiDriver: "v1.66.0-eksbuild.1",
    metricsServer: "v0.9.0-eksbuild.11",
};

/**
 * The EKS add-ons of a cluster.
 *
 * @param volumeTags tags of the volumes that the storage driver creates.
 */
export function eksAddons(version: KubernetesVersion, volumeTags: Readonly<Record<string, string>>): EksAddonPlan[] {
    const { coredns, kubeProxy } = perKubernetesVersion[version];
    return [
        {
            name: "vpc-cni",
            version: anyKubernetesVersion.vpcCni,
            beforeNodes: true,
            // Off by default, and then every NetworkPolicy is accepted and ignored.
            settings: { enableNetworkPolicy: "true" },
        },
        { name: "kube-proxy", version: kubeProxy, beforeNodes: true },
        { name: "eks-pod-identity-agent", version: anyKubernetesVersion.podIdentityAgent, beforeNodes: true },
        { name: "coredns", version: coredns, beforeNodes: false },
        {
            name: "aws-ebs-csi-driver",
            version: anyKubernetesVersion.ebsCsiDriver,
            beforeNodes: false,
            settings: { controller: { extraVolumeTags: volumeTags } },
        },
        { name: "metrics-server", version: anyKubernetesVersion.metricsServer, beforeNodes: false },
    ];
}

/** Namespace of every EKS add-on. */
export const eksAddonNamespace = "kube-system";

/**
 * Add-ons that call AWS. The driver's policy reaches only volumes and snapshots that carry this cluster's name, and instances of its
 * nodes. Sources: Amazon EKS User Guide, "AWS add-ons"; docs/AmazonEBSCSIDriverEKSClusterScopedPolicy.json of the driver.
 */
export const eksAddonIdentities: Readonly<Record<"vpc-cni" | "aws-ebs-csi-driver", EksAddonIdentity>> = {
    "vpc-cni": { serviceAccount: "aws-node", managedPolicyArn: "arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy" },
    "aws-ebs-csi-driver": {
        serviceAccount: "ebs-csi-controller-sa",
        managedPolicyArn: "arn:aws:iam::aws:policy/AmazonEBSCSIDriverEKSClusterScopedPolicy",
    },
};
