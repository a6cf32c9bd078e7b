import { systemLabel } from "../system/systemNamespace";
import {
    clusterCritical,
    disruptionBudget,
    replicasOf,
    resourcesOf,
    restrictedContainer,
    restrictedPod,
    type AddonDefinition,
    type AddonPod,
} from "./definition";

const admission: AddonPod = { count: "redundant", cpuMillicores: 100, memoryMiB: 128, memoryLimitMiB: 384 };

/** The chart's pods run as nobody, whose number the kubelet can prove not to be root. */
const nobody = { runAsUser: 65534, runAsGroup: 65534 } as const;

/**
 * Lets pods in only whose images are signed, as `platform:imageSignatures` says (components/registry/imageSignatures.ts).
 *
 * It is asked about namespaces of systems and no others, and where it does not answer a pod there does not start: add-ons, itself among them,
 * can always mend themselves. Of Kyverno only the admission controller runs; reports, clean-up and background scans would be three more
 * controllers that nothing here uses.
 */
export const kyverno: AddonDefinition = {
    name: "kyverno",
    namespace: "kyverno",
    podSecurity: { level: "restricted" },
    // Kyverno 1.19, whose ImageValidatingPolicy is of version v1. Source: charts/kyverno of the project.
    chart: { name: "kyverno", version: "3.9.0", repository: "https://kyverno.github.io/kyverno/" },
    pods: { admission },
    flows: () => ({ webhooks: [9443], metrics: [8000] }),
    after: ["awsLoadBalancerController"],
    values: (context) => ({
        fullnameOverride: "kyverno",
        config: {
            webhooks: { namespaceSelector: { matchExpressions: [{ key: systemLabel, operator: "Exists" }] } },
        },
        admissionController: {
            replicas: replicasOf(admission, context),
            priorityClassName: clusterCritical,
            podSecurityContext: restrictedPod,
            podDisruptionBudget: podDisruptionBudget(disruptionBudget(admission, context)),
            container: { resources: resourcesOf(admission), securityContext: { ...restrictedContainer, ...nobody } },
            initContainer: { securityContext: { ...restrictedContainer, ...nobody } },
            serviceMonitor: { enabled: context.monitoring },
        },
        backgroundController: { enabled: false },
        cleanupController: { enabled: false },
        reportsController: { enabled: false },
        features: { policyExceptions: { enabled: false } },
    }),
};

/** The chart has a budget of its own, which has to be switched on. */
function podDisruptionBudget({ maxUnavailable }: { maxUnavailable?: number }): Record<string, unknown> {
    return maxUnavailable === undefined
        ? { enabled: false }
        : { enabled: true, minAvailable: null, maxUnavailable, unhealthyPodEvictionPolicy: "AlwaysAllow" };
}
