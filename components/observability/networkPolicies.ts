import type { types } from "@pulumi/kubernetes";
import { traceStore, tracingNamespace } from "../addons/tracingNames";
import { podsOf, toPodIdentityAgent } from "../networkPeers";
import { controllers } from "./controllers";
import { grafanaPodLabels, prometheusPodLabels } from "./names";

type NetworkPolicySpec = types.input.networking.v1.NetworkPolicySpec;
type Rule = types.input.networking.v1.NetworkPolicyIngressRule;

const alertmanagerPods = { "app.kubernetes.io/name": "alertmanager" };
const kubeStateMetricsPods = { "app.kubernetes.io/name": "kube-state-metrics" };
const operatorPods = { app: "kube-prometheus-stack-operator" };

const tcp = (...ports: number[]): { protocol: string; port: number }[] =>
    ports.map((port) => ({ protocol: "TCP", port }));

function from(labels: Readonly<Record<string, string>>, ...ports: number[]): Rule {
    return { from: [{ podSelector: { matchLabels: { ...labels } } }], ports: tcp(...ports) };
}

function ingress(labels: Readonly<Record<string, string>>, ...rules: Rule[]): NetworkPolicySpec {
    return { podSelector: { matchLabels: { ...labels } }, policyTypes: ["Ingress"], ingress: rules };
}

/**
 * Who may talk to whom in the monitoring namespace, by the policies' names. Nothing from outside reaches Prometheus, Alertmanager or
 * Grafana: a port-forward comes from the kubelet of the pod's own node, which policies do not apply to.
 */
export const monitoringPolicies: Readonly<Record<string, NetworkPolicySpec>> = {
    "default-deny": { podSelector: {}, policyTypes: ["Ingress", "Egress"] },

    // Everything here needs the API server, or what Alertmanager tells, by HTTPS. The API server's addresses belong to no pod and
    // change, so the port is all that can be named: 443 on EKS, 6443 on a local cluster.
    "allow-dns-and-https": {
        podSelector: {},
        policyTypes: ["Egress"],
        egress: [
            {
                to: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } } }],
                ports: [{ protocol: "UDP", port: 53 }, ...tcp(53)],
            },
            { to: [{ ipBlock: { cidr: "0.0.0.0/0" } }], ports: tcp(443, 6443) },
        ],
    },

    // Prometheus scrapes pods and nodes of every namespace, on whatever port they chose.
    "prometheus-scrapes": {
        podSelector: { matchLabels: { ...prometheusPodLabels } },
        policyTypes: ["Egress"],
        egress: [{}],
    },
    prometheus: ingress(
        prometheusPodLabels,
        from(grafanaPodLabels, 9090),
        from(prometheusPodLabels, 9090, 8080),
        // Whether a new version answers as it should: the analysis after a switch asks, and one without an answer goes back.
        {
            from: [podsOf(controllers.argoRollouts.namespace, { "app.kubernetes.io/name": "argo-rollouts" })],
            ports: tcp(9090),
        },
    ),

    alertmanager: ingress(
        alertmanagerPods,
        from(prometheusPodLabels, 9093, 8080),
        from(grafanaPodLabels, 9093),
        // Replicas tell each other what they have sent.
        {
            from: [{ podSelector: { matchLabels: alertmanagerPods } }],
            ports: [...tcp(9094), { protocol: "UDP", port: 9094 }],
        },
    ),
    "alertmanager-replicas": {
        podSelector: { matchLabels: alertmanagerPods },
        policyTypes: ["Egress"],
        egress: [
            {
                to: [{ podSelector: { matchLabels: alertmanagerPods } }],
                ports: [...tcp(9094), { protocol: "UDP", port: 9094 }],
            },
        ],
    },

    grafana: ingress(grafanaPodLabels, from(prometheusPodLabels, 3000)),
    "grafana-queries": {
        podSelector: { matchLabels: { ...grafanaPodLabels } },
        policyTypes: ["Egress"],
        egress: [
            { to: [{ podSelector: { matchLabels: { ...prometheusPodLabels } } }], ports: tcp(9090) },
            { to: [{ podSelector: { matchLabels: alertmanagerPods } }], ports: tcp(9093) },
            {
                to: [podsOf(tracingNamespace, traceStore.podLabels)],
                ports: tcp(traceStore.queryPort),
            },
            // For CloudWatch.
            toPodIdentityAgent,
        ],
    },

    "kube-state-metrics": ingress(kubeStateMetricsPods, from(prometheusPodLabels, 8080)),

    // The API server asks the operator whether a rule is valid. Its addresses belong to no pod, so everybody may ask.
    "prometheus-operator": ingress(operatorPods, { ports: tcp(10250) }),
};
