/**
 * Scrapes pods that ask for it by the annotations `prometheus.io/scrape`, `/port`, `/path` and `/scheme`. Services of the platform have
 * a ServiceMonitor and need none of them; they are for what was written elsewhere. The job is the pod's name label, so that rules
 * which select by job find it.
 */
export const annotatedPods = {
    job_name: "annotated-pods",
    kubernetes_sd_configs: [{ role: "pod" }],
    relabel_configs: [
        keep("__meta_kubernetes_pod_annotation_prometheus_io_scrape", "true"),
        // A pod that has ended keeps its address for a while.
        { source_labels: ["__meta_kubernetes_pod_phase"], action: "drop", regex: "Succeeded|Failed" },
        // Each port of a pod is a target; pointed at the annotated port they are all the same, and Prometheus keeps one.
        {
            source_labels: ["__address__", "__meta_kubernetes_pod_annotation_prometheus_io_port"],
            action: "replace",
            regex: "([^:]+)(?::\\d+)?;(\\d+)",
            target_label: "__address__",
            replacement: "$1:$2",
        },
        replace("__meta_kubernetes_pod_annotation_prometheus_io_scheme", "__scheme__", "(https?)"),
        replace("__meta_kubernetes_pod_annotation_prometheus_io_path", "__metrics_path__", "(.+)"),
        replace("__meta_kubernetes_pod_label_app_kubernetes_io_name", "job", "(.+)"),
        replace("__meta_kubernetes_namespace", "namespace", "(.*)"),
        replace("__meta_kubernetes_pod_name", "pod", "(.*)"),
    ],
} as const;

function keep(label: string, regex: string): object {
    return { source_labels: [label], action: "keep", regex };
}

function replace(label: string, target: string, regex: string): object {
    return { source_labels: [label], action: "replace", regex, target_label: target, replacement: "$1" };
}

/**
 * What holds for every monitor. The operator labels targets with the name of their port as `endpoint`; services label their requests
 * with `endpoint`, too, and Prometheus would rename theirs to `exported_endpoint`.
 */
export const portlessTargets = {
    name: "portless",
    default: true,
    relabelings: [{ action: "labeldrop", regex: "endpoint" }],
} as const;
