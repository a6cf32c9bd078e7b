import type { types } from "@pulumi/kubernetes";
import { toPodIdentityAgent } from "../networkPeers";

/**
 * AWS APIs have public addresses that change, so HTTPS may go anywhere but to link-local addresses; what may be done there is up to the
 * pod's role. Its credentials come from the Pod Identity agent of the node, which has this address (Amazon EKS User Guide, "EKS Pod
 * Identity restrictions").
 */
export const toAws: readonly types.input.networking.v1.NetworkPolicyEgressRule[] = [
    toPodIdentityAgent,
    { to: [{ ipBlock: { cidr: "0.0.0.0/0", except: ["169.254.0.0/16"] } }], ports: [{ protocol: "TCP", port: 443 }] },
];
