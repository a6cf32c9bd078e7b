import { resourcesOf, restrictedContainer, restrictedPod, type AddonDefinition, type AddonPod } from "./definition";

const controller: AddonPod = { count: "one", cpuMillicores: 10, memoryMiB: 64, memoryLimitMiB: 256 };

/**
 * Restarts pods when a Secret changes that their workload names in the annotation `secret.reloader.stakater.com/reload`, so that a rotated
 * password reaches them. ConfigMaps need no such help: theirs are named after their content.
 */
export const reloader: AddonDefinition = {
    name: "reloader",
    namespace: "reloader",
    podSecurity: { level: "restricted" },
    chart: { name: "reloader", version: "2.2.16", repository: "https://stakater.github.io/stakater-charts" },
    pods: { controller },
    flows: () => ({ metrics: [9090] }),
    // The chart gives no right on Rollouts before their kind exists.
    after: ["awsLoadBalancerController", "argoRollouts"],
    values: (context) => ({
        fullnameOverride: "reloader",
        reloader: {
            ignoreConfigMaps: true,
            // A Rollout's pods are replaced as by a new version: tested, switched, watched. A secret that does not work gets no requests.
            isArgoRollouts: context.enabled.argoRollouts,
            // A marker in the pod template; the default adds a variable to the container.
            reloadStrategy: "annotations",
            logFormat: "json",
            readOnlyRootFileSystem: true,
            deployment: {
                resources: resourcesOf(controller),
                securityContext: { ...restrictedPod, runAsUser: 65534 },
                containerSecurityContext: restrictedContainer,
            },
            podMonitor: { enabled: context.monitoring },
        },
    }),
};
