import type { MonitoredService, MonitoredStore } from "../model";
import {
    cadvisor,
    kubelet,
    kubeStateMetrics,
    rolloutsController,
    series,
    type Matcher,
    type MetricName,
} from "../promql";

/** Variables of every dashboard stand for these labels in its queries. */
export const chosen = {
    namespace: { matches: "$namespace" },
    job: { matches: "$job" },
    instance: { matches: "$instance" },
    node: { matches: "$node" },
    pod: { matches: "$pod" },
    endpoint: { matches: "$endpoint" },
} as const satisfies Record<string, Matcher>;

export type Labels = Readonly<Record<string, Matcher>>;

/** Selects series of a metric; what panels are made from. */
export type Selector = (metric: MetricName, labels?: Labels) => string;

/**
 * Series of one exporter. A metric means what it means because of who exports it, so the job is fixed; the reader's choice of jobs and
 * instances narrows it further.
 */
export function exportedBy({ job, ...fixed }: Labels & { readonly job: string }): Selector {
    return (metric, labels = {}) =>
        series(metric, { ...fixed, ...labels, job: [job, chosen.job], instance: chosen.instance });
}

/** What a service or the exporter of a store says about itself. */
export function own(part: Pick<MonitoredService | MonitoredStore, "job">): Selector {
    return exportedBy({ namespace: chosen.namespace, job: part.job });
}

/** What kube-state-metrics says about objects of the namespace. */
export const kubernetesObjects = exportedBy({ ...kubeStateMetrics, namespace: chosen.namespace });

/** What cAdvisor says about containers of the namespace. */
export const containers = exportedBy({ ...cadvisor, namespace: chosen.namespace });

/** What cAdvisor says about the network of pods, which belongs to no container. */
export const podNetworks = exportedBy({
    job: cadvisor.job,
    metrics_path: cadvisor.metrics_path,
    namespace: chosen.namespace,
});

/** What the kubelet says about volumes of the namespace. */
export const volumes = exportedBy({ ...kubelet, namespace: chosen.namespace });

/** What the controller of Rollouts says about those of the namespace. */
export const rollouts = exportedBy({ ...rolloutsController, namespace: chosen.namespace });
