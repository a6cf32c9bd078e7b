import {
    disruptionBudget,
    replicasOf,
    resourcesOf,
    type AddonDefinition,
    type AddonPod,
    type AddonStep,
} from "./definition";
import { linkerdCertificates, meshNamespace, trustRootsName, webhooks } from "./linkerdCertificates";

const destination: AddonPod = { count: "redundant", cpuMillicores: 20, memoryMiB: 64, memoryLimitMiB: 256 };
const policy: AddonPod = { count: "redundant", cpuMillicores: 10, memoryMiB: 32, memoryLimitMiB: 128 };
const validator: AddonPod = { count: "redundant", cpuMillicores: 10, memoryMiB: 32, memoryLimitMiB: 128 };
const identity: AddonPod = { count: "redundant", cpuMillicores: 10, memoryMiB: 32, memoryLimitMiB: 128 };
const injector: AddonPod = { count: "redundant", cpuMillicores: 10, memoryMiB: 48, memoryLimitMiB: 128 };
const network: AddonPod = { count: "every-node", cpuMillicores: 10, memoryMiB: 32, memoryLimitMiB: 128 };
const repair: AddonPod = { count: "every-node", cpuMillicores: 10, memoryMiB: 32, memoryLimitMiB: 64 };
const trust: AddonPod = { count: "one", cpuMillicores: 10, memoryMiB: 48, memoryLimitMiB: 128 };

/** A proxy beside a meshed pod. Each of the three pods of the control plane has one, too. */
export const meshProxy: AddonPod = { count: "redundant", cpuMillicores: 20, memoryMiB: 32, memoryLimitMiB: 256 };

const repository = "https://helm.linkerd.io/edge";

/**
 * Linkerd's open-source releases are the weekly "edge" ones; vendors make stable ones of them. Version 26.8.3 means the third of August
 * 2026. All charts of a release have the same version.
 */
const version = "2026.8.3";

/** Namespaces whose pods start without asking the injector: what brings nodes and certificates must not wait for a mesh. */
const neverMeshed = [
    "kube-system",
    "cert-manager",
    "trust-manager",
    "cluster-autoscaler",
    "aws-load-balancer-controller",
    "linkerd-cni",
];

/** Sets up the redirection of a meshed pod's traffic, so that no pod needs NET_ADMIN to do it for itself. */
const networkPlugin: AddonStep = {
    step: "chart",
    name: "linkerd-cni",
    beside: true,
    namespace: "linkerd-cni",
    podSecurity: {
        level: "privileged",
        reason: "The CNI plugin is written into the node's directories, which belong to root and are mounted from the host",
        until: "2027-11-30",
    },
    chart: { name: "linkerd2-cni", version, repository },
    values: () => ({
        priorityClassName: "system-node-critical",
        resources: amounts(network),
        // A pod that was faster than the plugin on a new node has no redirection; it is started again.
        repairController: { enabled: true, resources: amounts(repair) },
    }),
};

const kinds: AddonStep = {
    step: "chart",
    name: "linkerd-crds",
    beside: true,
    namespace: meshNamespace,
    podSecurity: { level: "restricted" },
    chart: { name: "linkerd-crds", version, repository, takeOwnership: true },
    // Envoy Gateway brings the kinds of Gateway API. They stay when either of the two is removed.
    values: ({ enabled }) => ({ installGatewayAPI: !enabled.envoyGateway }),
};

/** Hands the trust anchor's certificate, without its key, to the control plane. It may read Secrets of that namespace alone. */
const trustDistribution: AddonStep = {
    step: "chart",
    name: "trust-manager",
    namespace: "trust-manager",
    podSecurity: { level: "restricted" },
    chart: { name: "trust-manager", version: "v0.24.0", repository: "https://charts.jetstack.io" },
    values: ({ monitoring }) => ({
        defaultPackage: { enabled: false },
        secretTargets: { enabled: false },
        app: {
            trust: { namespace: meshNamespace },
            targetNamespaces: [meshNamespace],
            logFormat: "json",
            metrics: { service: { servicemonitor: { enabled: monitoring } } },
        },
        resources: resourcesOf(trust),
    }),
};

const trustRoots: AddonStep = {
    step: "object",
    apiVersion: "trust.cert-manager.io/v1alpha1",
    kind: "Bundle",
    name: trustRootsName,
    spec: {
        sources: [{ secret: { name: "linkerd-trust-anchor", key: "tls.crt" } }],
        target: {
            configMap: { key: "ca-bundle.crt" },
            namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": meshNamespace } },
        },
    },
};

/**
 * Mutual TLS between the pods that ask for it (annotation `linkerd.io/inject: enabled`), and authorization by who they are. Pods keep the
 * restricted Pod Security Standard, because the redirection is set up on the node.
 *
 * A meshed pod answers meshed pods only, unless a policy of its own says otherwise: encryption that can be left out protects nobody. What
 * is outside of the mesh and has to reach it (Prometheus, a load balancer) is named by the system's own policy.
 */
export const linkerd: AddonDefinition = {
    name: "linkerd",
    namespace: meshNamespace,
    podSecurity: { level: "restricted" },
    chart: { name: "linkerd-control-plane", version, repository },
    pods: { destination, policy, validator, identity, injector, network, repair, trust, proxies: threeOf(meshProxy) },
    before: [networkPlugin, kinds, ...linkerdCertificates, trustDistribution, trustRoots],
    after: ["awsLoadBalancerController", "certManager", "envoyGateway"],
    values: (context) => ({
        cniEnabled: true,
        controllerReplicas: replicasOf(identity, context),
        controllerLogFormat: "json",
        priorityClassName: "system-cluster-critical",
        enablePodAntiAffinity: replicasOf(identity, context) > 1,
        enablePodDisruptionBudget: disruptionBudget(identity, context).maxUnavailable !== undefined,
        identity: { externalCA: true, issuer: { scheme: "kubernetes.io/tls" } },
        ...webhookSettings(),
        // A pod that was let in without its proxy would talk in the clear.
        webhookFailurePolicy: "Fail",
        destinationResources: amounts(destination),
        spValidatorResources: amounts(validator),
        policyController: { resources: amounts(policy) },
        identityResources: amounts(identity),
        proxyInjectorResources: amounts(injector),
        proxy: {
            defaultInboundPolicy: "all-authenticated",
            logFormat: "json",
            resources: amounts(meshProxy),
        },
        // It would tell Linkerd's makers about this cluster once a day.
        disableHeartBeat: true,
        podMonitor: { enabled: context.monitoring, scrapeInterval: "30s" },
    }),
};

/** Certificates of the webhooks come from cert-manager, which renews them; the chart's own end after a year. */
function webhookSettings(): Record<string, unknown> {
    return Object.fromEntries(
        webhooks.map(({ setting, name }) => [
            setting,
            {
                externalSecret: true,
                injectCaFrom: `${meshNamespace}/${name}`,
                ...(setting === "proxyInjector" && {
                    namespaceSelector: {
                        matchExpressions: [
                            { key: "config.linkerd.io/admission-webhooks", operator: "NotIn", values: ["disabled"] },
                            { key: "kubernetes.io/metadata.name", operator: "NotIn", values: neverMeshed },
                        ],
                    },
                }),
            },
        ]),
    );
}

/** Linkerd's charts write resources in a way of their own. */
function amounts(pod: AddonPod): Record<string, { request?: string; limit?: string }> {
    const { requests, limits } = resourcesOf(pod);
    return Object.fromEntries(
        Object.entries(requests).map(([what, request]) => [
            what,
            { request, ...(limits[what] && { limit: limits[what] }) },
        ]),
    );
}

function threeOf(pod: AddonPod): AddonPod {
    return { ...pod, cpuMillicores: 3 * pod.cpuMillicores, memoryMiB: 3 * pod.memoryMiB };
}
