import { monitoringNamespace, prometheusPodLabels } from "../observability/names";
import { podsOf } from "../networkPeers";
import {
    clusterCritical,
    disruptionBudget,
    objectsNamespace,
    replicasOf,
    resourcesOf,
    restrictedContainer,
    restrictedPod,
    type AddonDefinition,
    type AddonPod,
} from "./definition";

const controller: AddonPod = { count: "redundant", cpuMillicores: 20, memoryMiB: 96, memoryLimitMiB: 512 };

/**
 * Runs blue-green rollouts: a preview beside the running version, analysis before and after the switch, and the way back.
 *
 * It changes the selectors of Services and nothing else, so it needs no rights on Ingresses, gateways or meshes. It has no dashboard:
 * `kubectl argo rollouts` shows the same without a server that anybody in the cluster could press "promote" on.
 */
export const argoRollouts: AddonDefinition = {
    name: "argoRollouts",
    namespace: "argo-rollouts",
    podSecurity: { level: "restricted" },
    chart: { name: "argo-rollouts", version: "2.41.0", repository: "https://argoproj.github.io/argo-helm" },
    pods: { controller },
    // Analyses after a switch ask Prometheus.
    flows: () => ({
        metrics: [8090],
        egress: [{ to: [podsOf(monitoringNamespace, prometheusPodLabels)], ports: [{ protocol: "TCP", port: 9090 }] }],
    }),
    after: ["awsLoadBalancerController"],
    values: (context) => {
        const { maxUnavailable } = disruptionBudget(controller, context);
        return {
            // Rollouts outlive the add-on: without the kind they would go, and their pods with them.
            keepCRDs: true,
            controller: {
                replicas: replicasOf(controller, context),
                resources: resourcesOf(controller),
                priorityClassName: clusterCritical,
                logging: { level: "info", format: "json" },
                pdb: maxUnavailable === undefined ? { enabled: false } : { enabled: true, maxUnavailable },
                metrics: {
                    enabled: true,
                    serviceMonitor: {
                        enabled: context.monitoring,
                        relabelings: objectsNamespace,
                    },
                },
            },
            podSecurityContext: { ...restrictedPod, runAsUser: 999 },
            containerSecurityContext: restrictedContainer,
            providerRBAC: { enabled: false },
            dashboard: { enabled: false },
        };
    },
};
