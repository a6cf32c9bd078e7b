import { resourcesOf, restrictedContainer, restrictedPod, type AddonDefinition, type AddonPod } from "./definition";

const recommender: AddonPod = { count: "one", cpuMillicores: 25, memoryMiB: 128, memoryLimitMiB: 500 };

/**
 * Recommends resource requests, and does no more: the parts that would change pods are left out, because beside an HPA the two would work
 * against each other.
 */
export const verticalPodAutoscaler: AddonDefinition = {
    name: "verticalPodAutoscaler",
    namespace: "vertical-pod-autoscaler",
    podSecurity: { level: "restricted" },
    chart: {
        name: "vertical-pod-autoscaler",
        version: "0.11.0",
        repository: "https://kubernetes.github.io/autoscaler",
    },
    pods: { recommender },
    flows: () => ({}),
    after: ["awsLoadBalancerController"],
    values: () => ({
        podSecurityContext: { ...restrictedPod, runAsUser: 65534 },
        containerSecurityContext: restrictedContainer,
        recommender: {
            replicas: 1,
            resources: resourcesOf(recommender),
            podDisruptionBudget: { enabled: false },
        },
        updater: { enabled: false },
        admissionController: { enabled: false },
    }),
};
