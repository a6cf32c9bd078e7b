import { disruptionBudget, replicasOf, resourcesOf, type AddonDefinition, type AddonPod } from "./definition";

const controller: AddonPod = { count: "redundant", cpuMillicores: 20, memoryMiB: 96, memoryLimitMiB: 256 };
const webhook: AddonPod = { count: "redundant", cpuMillicores: 10, memoryMiB: 48, memoryLimitMiB: 128 };
const caInjector: AddonPod = { count: "redundant", cpuMillicores: 10, memoryMiB: 128, memoryLimitMiB: 384 };

const namespace = "cert-manager";

/**
 * Issues and renews certificates for webhooks and gateways. The chart's own post-install check waits until its webhook answers, so that
 * what comes after it can create certificates at once.
 */
export const certManager: AddonDefinition = {
    name: "certManager",
    namespace,
    podSecurity: { level: "restricted" },
    chart: { name: "cert-manager", version: "v1.21.1", repository: "https://charts.jetstack.io" },
    pods: { controller, webhook, caInjector },
    after: ["awsLoadBalancerController"],
    values: (context) => {
        const { maxUnavailable } = disruptionBudget(controller, context);
        const podDisruptionBudget =
            maxUnavailable === undefined ? { enabled: false } : { enabled: true, maxUnavailable };
        const part = (pod: AddonPod): Record<string, unknown> => ({
            replicaCount: replicasOf(pod, context),
            resources: resourcesOf(pod),
            podDisruptionBudget,
        });
        return {
            crds: { enabled: true },
            // The default, kube-system, would need a role there.
            global: { leaderElection: { namespace } },
            ...part(controller),
            webhook: part(webhook),
            cainjector: part(caInjector),
            startupapicheck: { resources: resourcesOf({ count: "one", cpuMillicores: 10, memoryMiB: 32 }) },
            prometheus: { enabled: true, servicemonitor: { enabled: context.monitoring } },
        };
    },
};
