import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { defaultLimits } from "../limits";
import type { MonitoringModel } from "../model";
import { workloads } from "../model";
import { kubeStateMetrics, ratio, series } from "../promql";
import { dashboard, type VariableSpec } from "./dashboard";
import { cpuRatio, memoryRatio, throttledRatio } from "./expressions";
import { graph, type Panel } from "./panel";
import { chosen, containers, kubernetesObjects, podNetworks, volumes, type Labels } from "./selectors";

const pods = { pod: chosen.pod };
const byContainer = "{{pod}} {{container}}";

/** What the pods of a system use, services and stores in the cluster alike. */
export function podResources(model: MonitoringModel): Dashboard {
    // The limits about containers are the same for every part.
    const limits = workloads(model)[0]?.limits ?? defaultLimits;
    const share = (
        alert: "HighCPUUsage" | "HighMemoryUsage" | "HighCPUThrottling",
    ): { value: number; bad: "above" } => ({
        value: ratio(limits[alert].value),
        bad: "above",
    });
    return dashboard(model, {
        key: "pods",
        description: `CPU, memory, network, disk and restarts of the pods of ${model.system}.`,
        variables: [podVariable(model)],
        rows: [
            { title: "Pods", panels: podPanels(limits.PodRestarting.value) },
            {
                title: "CPU",
                panels: [
                    usage("CPU", "Cores in use, by container.", "short", rateOf("container_cpu_usage_seconds_total")),
                    usage(
                        "CPU of what is allowed",
                        "Share of the container's CPU limit, or of its request without one.",
                        "percentunit",
                        cpuRatio(pods),
                        share("HighCPUUsage"),
                    ),
                    usage(
                        "CPU throttling",
                        "Share of the scheduling periods in which the CPU limit stopped the container.",
                        "percentunit",
                        throttledRatio(pods),
                        share("HighCPUThrottling"),
                    ),
                ],
            },
            {
                title: "Memory",
                panels: [
                    usage(
                        "Memory",
                        "Working set: memory that the kernel cannot take back.",
                        "bytes",
                        `sum by (pod, container) (${containers("container_memory_working_set_bytes", pods)})`,
                    ),
                    usage(
                        "Memory of what is allowed",
                        "Share of the container's memory limit, or of its request without one. At 100 % it is killed.",
                        "percentunit",
                        memoryRatio(pods),
                        share("HighMemoryUsage"),
                    ),
                ],
            },
            { title: "Network and disk", panels: trafficPanels() },
        ],
    });
}

function podVariable(model: MonitoringModel): VariableSpec {
    const all = workloads(model)
        .map((part) => part.pods)
        .join("|");
    const info = series("kube_pod_info", { ...kubeStateMetrics, namespace: chosen.namespace, pod: { matches: all } });
    return { name: "pod", label: "Pod", query: `label_values(${info}, pod)`, all };
}

function rateOf(metric: string): string {
    return `sum by (pod, container) (rate(${containers(metric, pods)}[$__rate_interval]))`;
}

function usage(
    title: string,
    description: string,
    unit: "short" | "percentunit" | "bytes",
    expr: string,
    limit?: { value: number; bad: "above" },
): Panel {
    return graph({
        title,
        description,
        unit,
        queries: [{ expr, legend: byContainer }],
        ...(limit && { limit }),
    });
}

function podPanels(restarts: number): Panel[] {
    const kube = (metric: string, labels: Labels = {}): string => kubernetesObjects(metric, { ...pods, ...labels });
    const restarted = kube("kube_pod_container_status_restarts_total");
    return [
        graph({
            title: "Pods by phase",
            description: "Pending pods wait for a node, a volume or an image; failed ones are not started again.",
            unit: "short",
            queries: [{ expr: `sum by (phase) (${kube("kube_pod_status_phase")}) > 0`, legend: "{{phase}}" }],
        }),
        graph({
            title: "Ready pods",
            description: "1 while the pod is ready.",
            unit: "short",
            queries: [
                { expr: `max by (pod) (${kube("kube_pod_status_ready", { condition: "true" })})`, legend: "{{pod}}" },
            ],
        }),
        graph({
            title: "Restarts",
            description: "Restarts of containers in the last ten minutes.",
            unit: "short",
            queries: [
                {
                    expr: `max by (pod, container) (${restarted}) - min by (pod, container) (min_over_time(${restarted}[10m]))`,
                    legend: byContainer,
                },
            ],
            limit: { value: restarts, bad: "above" },
        }),
        graph({
            title: "Why containers wait",
            description: "CrashLoopBackOff: it ends at once. ImagePullBackOff: the image cannot be had.",
            unit: "short",
            queries: [
                {
                    expr: `sum by (pod, container, reason) (${kube("kube_pod_container_status_waiting_reason")}) > 0`,
                    legend: "{{pod}} {{reason}}",
                },
            ],
        }),
    ];
}

function trafficPanels(): Panel[] {
    const network = (direction: string): string =>
        `sum by (pod) (rate(${podNetworks(`container_network_${direction}_bytes_total`, pods)}[$__rate_interval]))`;
    const volume = (metric: string): string =>
        `max by (persistentvolumeclaim) (${volumes(`kubelet_volume_stats_${metric}_bytes`)})`;
    return [
        graph({
            title: "Network",
            description: "Bytes a second that the pods receive and send.",
            unit: "Bps",
            queries: [
                { expr: network("receive"), legend: "{{pod}} received" },
                { expr: network("transmit"), legend: "{{pod}} sent" },
            ],
        }),
        graph({
            title: "Scratch space",
            description: "Bytes that containers have written to the node's disk. Past its limit the pod is evicted.",
            unit: "bytes",
            queries: [
                {
                    expr: `sum by (pod, container) (${containers("container_fs_usage_bytes", pods)})`,
                    legend: byContainer,
                },
            ],
        }),
        graph({
            title: "Volumes",
            description: "Share of each volume of the namespace that is used.",
            unit: "percentunit",
            queries: [
                {
                    expr: `1 - ${volume("available")} / (${volume("capacity")} > 0)`,
                    legend: "{{persistentvolumeclaim}}",
                },
            ],
            limit: { value: ratio(defaultLimits.VolumeNearlyFull.value), bad: "above" },
        }),
    ];
}
