import type { PlatformConfig } from "../../config/schema";
import type { DataSources } from "./dataSources";
import { grafanaValues } from "./grafanaValues";
import { alertmanagerSecrets, localUrls, nodeExporterNamespace, nodeLabels } from "./names";
import { annotatedPods, portlessTargets } from "./scrapeConfigs";
import { reloaderResources, restrictedContainer, stackResources, type ContainerResources } from "./stackContainers";
import type { Values } from "./values";

/** The chart of the Prometheus community and its newest version. It brings operator 0.93, Prometheus 3.14 and Grafana 13.2. */
export const chart = {
    name: "kube-prometheus-stack",
    repository: "https://prometheus-community.github.io/helm-charts",
    version: "88.5.3",
} as const;

export interface StackValuesInput {
    /** The Pulumi stack; a label of everything that leaves Prometheus. */
    readonly stack: string;
    readonly environment: string;
    readonly config: PlatformConfig["observability"];
    readonly sources: DataSources;
}

/**
 * Part of Prometheus' volume that metrics may fill. Past it the oldest go, whatever their age: a full volume would stop Prometheus, and
 * compaction needs room for a copy of a block.
 */
const usableShare = 0.8;

/** Exemplars in memory, about 100 bytes each; the oldest go. Prometheus' own default, for whoever looks it up. */
const keptExemplars = 100_000;

/** Room for silences and the record of what was sent. gp3 volumes start at 1 GiB. */
const alertmanagerStorage = "1Gi";

/** The values of the chart: only what differs from its defaults, and what must not follow them. */
export function stackValues(input: StackValuesInput): Values {
    const resources = stackResources(input.environment);
    return {
        // Helm installs CRDs once and never again; this job brings them up to date with the chart.
        crds: {
            upgradeJob: {
                enabled: true,
                forceConflicts: true,
                image: { busybox: { tag: "1.38.0" } },
                resources: resources.job,
            },
        },
        ...controlPlane(input),
        prometheus: prometheus(input, resources.prometheus),
        alertmanager: alertmanager(input, resources.alertmanager),
        grafana: grafanaValues(resources.grafana, resources.sidecar, input.sources),
        prometheusOperator: {
            resources: resources.operator,
            prometheusConfigReloader: { resources: reloaderResources },
            admissionWebhooks: { patch: { resources: resources.job } },
        },
        "kube-state-metrics": {
            resources: resources.kubeStateMetrics,
            // It would have to read every Secret of the cluster to count them.
            collectorsExclude: ["secrets"],
            // What a node costs depends on them.
            metricLabelsAllowlist: [
                `nodes=[${Object.values(nodeLabels)
                    .map(({ label }) => label)
                    .join(",")}]`,
            ],
        },
        "prometheus-node-exporter": {
            // The only part that the restricted Pod Security Standard refuses.
            namespaceOverride: nodeExporterNamespace,
            resources: resources.nodeExporter,
            containerSecurityContext: { ...restrictedContainer, seccompProfile: { type: "RuntimeDefault" } },
        },
        windowsMonitoring: { enabled: false },
    };
}

/** EKS runs the control plane and shows the API server's metrics only. Rules about the rest would fire for ever. */
function controlPlane({ config }: StackValuesInput): Values {
    const hidden = { enabled: false };
    return {
        kubeEtcd: hidden,
        kubeControllerManager: hidden,
        kubeScheduler: hidden,
        // EKS binds its metrics to the node's loopback address.
        kubeProxy: hidden,
        defaultRules: {
            rules: {
                etcd: false,
                kubeControllerManager: false,
                kubeSchedulerAlerting: false,
                kubeSchedulerRecording: false,
                kubeProxy: false,
                windows: false,
            },
        },
        // The chart's ten seconds would triple what container metrics cost.
        kubelet: { serviceMonitor: { cAdvisorInterval: `${config.scrapeIntervalSeconds}s` } },
    };
}

function prometheus({ stack, environment, config }: StackValuesInput, resources: ContainerResources): Values {
    return {
        podDisruptionBudget: disruptionBudget(config.replicas),
        prometheusSpec: {
            replicas: config.replicas,
            scrapeInterval: `${config.scrapeIntervalSeconds}s`,
            scrapeTimeout: `${Math.min(10, config.scrapeIntervalSeconds)}s`,
            evaluationInterval: `${config.evaluationIntervalSeconds}s`,
            retention: `${config.retentionDays}d`,
            retentionSize: `${Math.floor(config.storageGiB * 1024 * usableShare)}MB`,
            storageSpec: volume(`${config.storageGiB}Gi`),
            resources,
            externalUrl: localUrls.prometheus,
            // Ids of traces beside the buckets of latency, in memory.
            enableFeatures: ["exemplar-storage"],
            exemplars: { maxSize: keptExemplars },
            externalLabels: { stack, environment },
            // Rules and monitors count whatever release they came with; the chart looks into every namespace anyway.
            ruleSelectorNilUsesHelmValues: false,
            serviceMonitorSelectorNilUsesHelmValues: false,
            podMonitorSelectorNilUsesHelmValues: false,
            probeSelectorNilUsesHelmValues: false,
            scrapeConfigSelectorNilUsesHelmValues: false,
            scrapeClasses: [portlessTargets],
            additionalScrapeConfigs: [annotatedPods],
        },
    };
}

function alertmanager({ config }: StackValuesInput, resources: ContainerResources): Values {
    return {
        podDisruptionBudget: disruptionBudget(config.replicas),
        serviceAccount: { automountServiceAccountToken: false },
        alertmanagerSpec: {
            replicas: config.replicas,
            automountServiceAccountToken: false,
            // The configuration is not in the values: Helm would keep it, and show it to whoever may list releases.
            useExistingSecret: true,
            configSecret: alertmanagerSecrets.configuration,
            secrets: [alertmanagerSecrets.credentials],
            storage: volume(alertmanagerStorage),
            resources,
            externalUrl: localUrls.alertmanager,
        },
    };
}

/** One at a time may go, so there is always one that may: a budget that forbids every eviction blocks node upgrades. */
function disruptionBudget(replicas: number): Values {
    return replicas > 1 ? { enabled: true, minAvailable: replicas - 1 } : { enabled: false };
}

/** A volume of the default StorageClass, which is encrypted. */
function volume(storage: string): Values {
    return {
        volumeClaimTemplate: { spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage } } } },
    };
}
