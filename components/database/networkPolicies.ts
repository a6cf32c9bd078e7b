import type { types } from "@pulumi/kubernetes";
import { toAws } from "../backup/network";
import type { NetworkTarget } from "../connection";
import { podsOf } from "../networkPeers";
import { monitoringNamespace, prometheusPodLabels } from "../observability/names";
import { engines } from "./engines";
import type { DatabaseSpec } from "./spec";

type NetworkPolicySpec = types.input.networking.v1.NetworkPolicySpec;
type EgressRule = types.input.networking.v1.NetworkPolicyEgressRule;
type IngressRule = types.input.networking.v1.NetworkPolicyIngressRule;
type Labels = Readonly<Record<string, string>>;
type Engine = DatabaseSpec["engine"];

const tcp = (port: number): { protocol: string; port: number }[] => [{ protocol: "TCP", port }];

/** The label by which a pod says that it uses a store. */
export function connectsTo(store: string): string {
    return `platform/connects-to-${store}`;
}

function fromPrometheus(engine: Engine): IngressRule {
    return {
        from: [podsOf(monitoringNamespace, prometheusPodLabels)],
        ports: tcp(engines[engine].exporter.port),
    };
}

function toDatabase(engine: Engine, target: NetworkTarget): EgressRule {
    return {
        to:
            target.kind === "cidrs"
                ? target.cidrs.map((cidr) => ({ ipBlock: { cidr } }))
                : [{ podSelector: { matchLabels: { ...target.labels } } }],
        ports: tcp(engines[engine].port),
    };
}

/** Lets in whoever declares that it uses the database, and Prometheus. The server itself never opens a connection. */
export function serverPolicy(engine: Engine, pods: Labels, store: string, monitored: boolean): NetworkPolicySpec {
    return {
        podSelector: { matchLabels: { ...pods } },
        policyTypes: ["Ingress", "Egress"],
        ingress: [
            {
                from: [{ podSelector: { matchLabels: { [connectsTo(store)]: "true" } } }],
                ports: tcp(engines[engine].port),
            },
            ...(monitored ? [fromPrometheus(engine)] : []),
        ],
        // Names are resolved by a rule of the namespace.
        // No `egress`, so nothing goes out.
    };
}

/** The exporter of a managed database: Prometheus in, the database out. */
export function exporterPolicy(engine: Engine, pods: Labels, target: NetworkTarget): NetworkPolicySpec {
    return {
        podSelector: { matchLabels: { ...pods } },
        policyTypes: ["Ingress", "Egress"],
        ingress: [fromPrometheus(engine)],
        egress: [toDatabase(engine, target)],
    };
}

/** A pod that works for the database and serves nobody: a backup, a restore, the keeper of the master password. */
export function workerPolicy(engine: Engine, pods: Labels, target: NetworkTarget, usesAws: boolean): NetworkPolicySpec {
    return {
        podSelector: { matchLabels: { ...pods } },
        policyTypes: ["Ingress", "Egress"],
        // No `ingress`, so nothing comes in.
        egress: [toDatabase(engine, target), ...(usesAws ? toAws : [])],
    };
}
