import type { types } from "@pulumi/kubernetes";
import { toAws } from "../backup/network";
import { podsOf } from "../networkPeers";
import { monitoringNamespace, prometheusPodLabels } from "../observability/names";
import { exporterPort } from "./exporter";
import { cachePort } from "./serverConfig";

type NetworkPolicySpec = types.input.networking.v1.NetworkPolicySpec;
type Labels = Readonly<Record<string, string>>;

const tcp = (port: number): { protocol: string; port: number }[] => [{ protocol: "TCP", port }];

/** The label by which a pod says that it uses a store. */
export function connectsTo(store: string): string {
    return `platform/connects-to-${store}`;
}

const fromPrometheus = {
    from: [podsOf(monitoringNamespace, prometheusPodLabels)],
    ports: tcp(exporterPort),
};

/** Lets in whoever declares that it uses the cache, and Prometheus. The server itself never opens a connection. */
export function serverPolicy(pods: Labels, store: string, monitored: boolean): NetworkPolicySpec {
    return {
        podSelector: { matchLabels: { ...pods } },
        policyTypes: ["Ingress", "Egress"],
        ingress: [
            {
                from: [{ podSelector: { matchLabels: { [connectsTo(store)]: "true" } } }],
                ports: tcp(cachePort),
            },
            ...(monitored ? [fromPrometheus] : []),
        ],
        // No `egress`, so nothing goes out.
    };
}

/** Lets Prometheus in, and out to where the managed cache may be. Names are resolved by a rule of the namespace. */
export function exporterPolicy(pods: Labels, cacheCidrs: readonly string[]): NetworkPolicySpec {
    return {
        podSelector: { matchLabels: { ...pods } },
        policyTypes: ["Ingress", "Egress"],
        ingress: [fromPrometheus],
        egress: [{ to: cacheCidrs.map((cidr) => ({ ipBlock: { cidr } })), ports: tcp(cachePort) }],
    };
}

/** A pod that backs the cache up or restores it, and serves nobody. */
export function workerPolicy(pods: Labels, server: Labels, usesAws: boolean): NetworkPolicySpec {
    return {
        podSelector: { matchLabels: { ...pods } },
        policyTypes: ["Ingress", "Egress"],
        // No `ingress`, so nothing comes in.
        egress: [
            { to: [{ podSelector: { matchLabels: { ...server } } }], ports: tcp(cachePort) },
            ...(usesAws ? toAws : []),
        ],
    };
}
