import type { types } from "@pulumi/kubernetes";
import type { NetworkTarget } from "../connection";
import { proxyPodLabels } from "../gateway/names";
import { podsOf, toPodIdentityAgent, withLabels } from "../networkPeers";
import { monitoringNamespace, prometheusPodLabels } from "../observability/names";
import { controlPlanePorts, linkerdNamespace, proxyMetricsPort, proxyPort } from "./mesh";
import type { OutsideCall, OutsideCaller } from "./spec";

type NetworkPolicySpec = types.input.networking.v1.NetworkPolicySpec;
type Ingress = types.input.networking.v1.NetworkPolicyIngressRule;
type Egress = types.input.networking.v1.NetworkPolicyEgressRule;
type Peer = types.input.networking.v1.NetworkPolicyPeer;
type Labels = Readonly<Record<string, string>>;

/** Every packet that a service may receive or send; what is not here is dropped. */
export interface NetworkFlows {
    /** Labels of the service's own pods. */
    readonly pods: Labels;
    /** Port that the container listens on. */
    readonly port: number;
    /** Labels of the pods that call the service. */
    readonly callers: readonly Labels[];
    /** Pods of other systems that call the service. */
    readonly outsideCallers: readonly OutsideCaller[];
    /** Address ranges of the load balancers that send it requests. */
    readonly loadBalancerCidrs: readonly string[];
    /** Namespace of the gateway's proxies that send it requests. */
    readonly gatewayNamespace?: string;
    /** Whether Prometheus collects metrics from it. */
    readonly scraped: boolean;
    /** Whether Prometheus collects metrics from its proxy, where it is in the mesh. */
    readonly proxyScraped: boolean;
    /** Stores that it uses. */
    readonly stores: readonly { readonly network: NetworkTarget; readonly port: number }[];
    /** Services that it calls: labels of their pods, and the port of their containers. */
    readonly calls: readonly { readonly pods: Labels; readonly port: number }[];
    /** Services of other systems that it calls. */
    readonly outsideCalls: readonly OutsideCall[];
    /** Whether it asks the API server of Kubernetes. */
    readonly kubernetesApi: boolean;
    /** Whether it is in the mesh, in which proxies talk to each other and to their control plane. */
    readonly mesh: boolean;
    /** The collector that takes its spans. */
    readonly collector?: { readonly namespace: string; readonly podLabels: Labels; readonly port: number };
    /** Whether its pods get AWS credentials from the Pod Identity agent. */
    readonly awsIdentity: boolean;
    /** Whether it may open HTTPS connections to the internet. */
    readonly internet: boolean;
    /** Address ranges of AWS services inside the VPC that it may open HTTPS connections to. */
    readonly awsEndpointCidrs: readonly string[];
}

const prometheusPods = podsOf(monitoringNamespace, prometheusPodLabels);

/**
 * The internet is everything but the private networks (RFC 1918, and RFC 6598, which VPCs use for additional ranges) and the
 * link-local one, where the instance metadata service answers.
 */
const internet = {
    ipBlock: {
        cidr: "0.0.0.0/0",
        except: ["10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"],
    },
};

/**
 * The API server's addresses belong to no pod and change, so the port is all that can be named: 443 on EKS, 6443 on a local cluster.
 */
const kubernetesApi: Egress = {
    to: [{ ipBlock: { cidr: "0.0.0.0/0", except: ["169.254.0.0/16"] } }],
    ports: [443, 6443].flatMap((port) => tcp(port)),
};

function tcp(port: number): { protocol: string; port: number }[] {
    return [{ protocol: "TCP", port }];
}

const nameLabel = "app.kubernetes.io/name";

/**
 * The network policy of a service, made from its declared connections alone. The namespace denies everything else and allows DNS.
 *
 * The kubelet's probes need no rule: traffic between a pod and its own node is always allowed (Kubernetes, "Network Policies"), and
 * the agent of the VPC CNI puts the node's address first in every rule set. Ports are numbers, not names: for a ClusterIP that agent
 * compares a policy's port with the Service's target port, and only equal numbers are certain to match.
 */
export function networkPolicySpec(flows: NetworkFlows): NetworkPolicySpec {
    const ingress = ingressRules(flows);
    const egress = egressRules(flows);
    return {
        podSelector: withLabels(flows.pods),
        policyTypes: ["Ingress", "Egress"],
        // A direction without rules is closed. An empty list would say the same, but see tests/invariants/structure.ts.
        ...(ingress.length > 0 && { ingress }),
        ...(egress.length > 0 && { egress }),
    };
}

/** The network policy of a smoke test: it may ask the service, and nothing may ask it. */
export function smokeTestPolicySpec(testPods: Labels, servicePods: Labels, port: number): NetworkPolicySpec {
    return {
        podSelector: withLabels(testPods),
        policyTypes: ["Ingress", "Egress"],
        // No `ingress`, so nothing comes in.
        egress: [{ to: [{ podSelector: withLabels(servicePods) }], ports: tcp(port) }],
    };
}

function ingressRules(flows: NetworkFlows): Ingress[] {
    const { port, callers, outsideCallers, loadBalancerCidrs, gatewayNamespace, scraped } = flows;
    const sources: Peer[] = [
        ...callers.map((labels) => ({ podSelector: withLabels(labels) })),
        ...outsideCallers.map(({ namespace, service }) =>
            podsOf(namespace, service === undefined ? undefined : { [nameLabel]: service }),
        ),
        ...loadBalancerCidrs.map((cidr) => ({ ipBlock: { cidr } })),
        ...(gatewayNamespace === undefined ? [] : [podsOf(gatewayNamespace, proxyPodLabels)]),
        ...(scraped ? [prometheusPods] : []),
    ];
    return [
        // A rule without sources would allow everybody. Callers in the mesh come to the proxy's port, all others to the container's.
        ...(sources.length === 0 ? [] : [{ from: sources, ports: [...tcp(port), ...meshPort(flows)] }]),
        ...(flows.mesh && flows.proxyScraped ? [{ from: [prometheusPods], ports: tcp(proxyMetricsPort) }] : []),
    ];
}

function egressRules(flows: NetworkFlows): Egress[] {
    const { stores, calls, outsideCalls, awsIdentity, awsEndpointCidrs } = flows;
    const https = [...(flows.internet ? [internet] : []), ...awsEndpointCidrs.map((cidr) => ({ ipBlock: { cidr } }))];
    return [
        ...stores.flatMap(({ network, port }) => {
            const to = destinations(network);
            return to.length === 0 ? [] : [{ to, ports: tcp(port) }];
        }),
        ...calls.map(({ pods, port }) => ({
            to: [{ podSelector: withLabels(pods) }],
            ports: [...tcp(port), ...meshPort(flows)],
        })),
        ...outsideCalls.map(({ namespace, service, port }) => ({
            to: [podsOf(namespace, { [nameLabel]: service })],
            ports: [...tcp(port), ...meshPort(flows)],
        })),
        ...(flows.collector === undefined
            ? []
            : [
                  {
                      to: [podsOf(flows.collector.namespace, flows.collector.podLabels)],
                      ports: tcp(flows.collector.port),
                  },
              ]),
        ...(flows.mesh ? [{ to: [podsOf(linkerdNamespace)], ports: controlPlanePorts.flatMap(tcp) }] : []),
        ...(flows.kubernetesApi ? [kubernetesApi] : []),
        ...(awsIdentity ? [toPodIdentityAgent] : []),
        ...(https.length === 0 ? [] : [{ to: https, ports: tcp(443) }]),
    ];
}

function meshPort({ mesh }: NetworkFlows): ReturnType<typeof tcp> {
    return mesh ? tcp(proxyPort) : [];
}

function destinations(network: NetworkTarget): Peer[] {
    switch (network.kind) {
        case "pods":
            return [podsOf(network.namespace, network.labels)];
        case "cidrs":
            return network.cidrs.map((cidr) => ({ ipBlock: { cidr } }));
    }
}
