import type { types } from "@pulumi/kubernetes";

type NetworkPolicySpec = types.input.networking.v1.NetworkPolicySpec;

/** Nothing reaches a pod of the namespace and no pod reaches anything, unless another policy allows it. */
export const denyAll: NetworkPolicySpec = { podSelector: {}, policyTypes: ["Ingress", "Egress"] };

/** Every pod may resolve names, by UDP and, for long answers, by TCP. */
export const allowDns: NetworkPolicySpec = {
    podSelector: {},
    policyTypes: ["Egress"],
    egress: [
        {
            to: [
                {
                    namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } },
                    podSelector: { matchLabels: { "k8s-app": "kube-dns" } },
                },
            ],
            ports: [
                { protocol: "UDP", port: 53 },
                { protocol: "TCP", port: 53 },
            ],
        },
    ],
};

/**
 * Labels that make the API server refuse every pod of the namespace that is not hardened (Pod Security Standard "restricted").
 * The version is pinned to `latest` on purpose: a stricter standard should be noticed at the upgrade, not years later.
 */
export const restrictedPodSecurity = {
    "pod-security.kubernetes.io/enforce": "restricted",
    "pod-security.kubernetes.io/enforce-version": "latest",
    "pod-security.kubernetes.io/warn": "restricted",
    "pod-security.kubernetes.io/audit": "restricted",
} as const;
