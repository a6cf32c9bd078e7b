import type { types } from "@pulumi/kubernetes";
import { podsOf, toPodIdentityAgent } from "../networkPeers";
import { monitoringNamespace, prometheusPodLabels } from "../observability/names";
import { allowDns, denyAll } from "../system/policies";
import { addDemand, timesDemand, type Demand } from "../system/quota";
import { demandOf, type AddonContext, type AddonDefinition } from "./definition";

type NetworkPolicySpec = types.input.networking.v1.NetworkPolicySpec;

const tcp = (ports: readonly number[]): { protocol: string; port: number }[] =>
    ports.map((port) => ({ protocol: "TCP", port }));

/**
 * What the pods of an add-on may open and accept, by the policies' names; undefined where its flows are not declared.
 *
 * Every controller asks the API server, and many ask AWS: the addresses of neither belong to pods, so the port is all that can be named,
 * 443 on EKS and 6443 on a local cluster. The API server's calls of webhooks come from such addresses, too.
 */
export function boundaryPolicies(
    { flows, identity }: AddonDefinition,
    context: AddonContext,
): Readonly<Record<string, NetworkPolicySpec>> | undefined {
    if (flows === undefined) {
        return undefined;
    }
    const { webhooks = [], metrics = [], serves, callers, egress = [] } = flows(context);
    const all = { podSelector: {} };
    const calling = { podSelector: callers === undefined ? {} : { matchLabels: { ...callers } } };
    return {
        "default-deny": denyAll,
        "allow-dns": { ...allowDns, ...calling },
        "allow-https": {
            ...calling,
            policyTypes: ["Egress"],
            egress: [{ to: [{ ipBlock: { cidr: "0.0.0.0/0" } }], ports: tcp([443, 6443]) }, ...egress],
        },
        ...(identity !== undefined && {
            "allow-credentials": {
                ...calling,
                policyTypes: ["Egress"],
                egress: [toPodIdentityAgent],
            },
        }),
        ...(webhooks.length > 0 && {
            "allow-webhooks": { ...all, policyTypes: ["Ingress"], ingress: [{ ports: tcp(webhooks) }] },
        }),
        ...(serves !== undefined && {
            "allow-callers": {
                podSelector: { matchLabels: { ...serves.podLabels } },
                policyTypes: ["Ingress"],
                ingress: [{ from: [{ namespaceSelector: {} }], ports: tcp(serves.ports) }],
            },
        }),
        ...(context.monitoring &&
            metrics.length > 0 && {
                "allow-metrics": {
                    ...all,
                    policyTypes: ["Ingress"],
                    ingress: [{ from: [podsOf(monitoringNamespace, prometheusPodLabels)], ports: tcp(metrics) }],
                },
            }),
    };
}

/** Room for the jobs of charts, before and after an upgrade, and for a debugging pod. */
const spare: Demand = { pods: 5, cpuMillicores: 500, memoryMiB: 1024 };

/**
 * The hard limits of an add-on's namespace: twice what it runs, for an upgrade that replaces everything at once, and some spare. Undefined
 * where the nodes decide how many pods there are, or others do: such as what a gateway or a mesh is asked for.
 */
export function boundaryQuota(
    definition: AddonDefinition,
    context: Pick<AddonContext, "replicas">,
): Record<string, string> | undefined {
    const { flows, pods } = definition;
    if (flows === undefined || Object.values(pods).some(({ count }) => count === "every-node")) {
        return undefined;
    }
    const total = addDemand(timesDemand(demandOf([definition], context, 0), 2), spare);
    return {
        pods: String(total.pods),
        "requests.cpu": `${total.cpuMillicores}m`,
        "requests.memory": `${total.memoryMiB}Mi`,
        "services.loadbalancers": "0",
        "services.nodeports": "0",
    };
}
