import { defaultLimits, type Limits } from "../limits";
import type { CatalogueMetric } from "../metrics/catalogue";
import { ratio } from "../promql";
import { cpuRatio, memoryRatio, throttledRatio } from "./expressions";
import { graph, type Panel } from "./panel";
import { containers, kubernetesObjects, podNetworks, volumes, type Labels } from "./selectors";

/** Which pods a panel is about, and the limits of their alerts. */
export interface ShownPods {
    readonly pods: Labels;
    readonly limits: Limits;
}

const byContainer = "{{pod}} {{container}}";

function usage(
    title: string,
    description: string,
    unit: "short" | "percentunit" | "bytes",
    expr: string,
    percent?: number,
): Panel {
    return graph({
        title,
        description,
        unit,
        queries: [{ expr, legend: byContainer }],
        ...(percent !== undefined && { limit: { value: ratio(percent), bad: "above" } }),
    });
}

/** What containers compute with. */
export function cpuPanels({ pods, limits }: ShownPods): Panel[] {
    const used = containers("container_cpu_usage_seconds_total", pods);
    return [
        usage(
            "CPU",
            "Cores in use, by container.",
            "short",
            `sum by (pod, container) (rate(${used}[$__rate_interval]))`,
        ),
        usage(
            "CPU of what is allowed",
            "Share of the container's CPU limit, or of its request without one.",
            "percentunit",
            cpuRatio(pods),
            limits.HighCPUUsage.value,
        ),
        usage(
            "CPU throttling",
            "Share of the scheduling periods in which the CPU limit stopped the container.",
            "percentunit",
            throttledRatio(pods),
            limits.HighCPUThrottling.value,
        ),
    ];
}

/** What containers remember. */
export function memoryPanels({ pods, limits }: ShownPods): Panel[] {
    return [
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
            limits.HighMemoryUsage.value,
        ),
    ];
}

/** Whether pods run, and what keeps them from it. */
export function podPanels({ pods, limits }: ShownPods): Panel[] {
    const kube = (metric: CatalogueMetric, labels: Labels = {}): string =>
        kubernetesObjects(metric, { ...pods, ...labels });
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
            limit: { value: limits.PodRestarting.value, bad: "above" },
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

/** What pods send, receive and write. */
export function trafficPanels({ pods }: Pick<ShownPods, "pods">): Panel[] {
    const network = (direction: "receive" | "transmit"): string =>
        `sum by (pod) (rate(${podNetworks(`container_network_${direction}_bytes_total`, pods)}[$__rate_interval]))`;
    const volume = (metric: "available" | "capacity"): string =>
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
