import type { types } from "@pulumi/kubernetes";

type Peer = types.input.networking.v1.NetworkPolicyPeer;
type Egress = types.input.networking.v1.NetworkPolicyEgressRule;
type Labels = Readonly<Record<string, string>>;

/** Pods of another namespace, as a network policy names them: those with the labels, or all. */
export function podsOf(namespace: string, labels?: Labels): Peer {
    return {
        namespaceSelector: withLabels({ "kubernetes.io/metadata.name": namespace }),
        ...(labels !== undefined && { podSelector: withLabels(labels) }),
    };
}

export function withLabels(labels: Labels): { matchLabels: Record<string, string> } {
    return { matchLabels: { ...labels } };
}

/**
 * To the Pod Identity agent, which hands out AWS credentials. Every node answers for it at this address. Source: Amazon EKS User Guide, "EKS
 * Pod Identity considerations".
 */
export const toPodIdentityAgent: Egress = {
    to: [{ ipBlock: { cidr: "169.254.170.23/32" } }],
    ports: [{ protocol: "TCP", port: 80 }],
};
