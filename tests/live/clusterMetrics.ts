import { parseQuantity } from "../../components/apiService/quantity";
import { podName, workloadsIn, type KubernetesObject, type Workload } from "./scrapeTargets";

type Labels = Readonly<Record<string, string>>;

/** Labels and value of a series. */
type Sample = readonly [labels: Labels, value: number];

const mebibyte = 2 ** 20;

/** Metrics as Prometheus reads them. */
function exposition(metrics: Readonly<Record<string, readonly Sample[]>>): string {
    return Object.entries(metrics)
        .flatMap(([name, samples]) =>
            samples.map(([labels, value]) => {
                const pairs = Object.entries(labels).map(([label, text]) => `${label}=${JSON.stringify(text)}`);
                return `${name}{${pairs.join(",")}} ${value}\n`;
            }),
        )
        .join("");
}

const namespaceOf = ({ metadata }: KubernetesObject): string => metadata.namespace ?? "";

/** What kube-state-metrics says of the objects of a stack on a cluster where all is well: one pod for each workload. */
export function kubeStateMetrics(objects: readonly KubernetesObject[], now: number): string {
    const workloads = workloadsIn(objects);
    const deployments = workloads
        .filter(({ kind }) => kind === "Deployment")
        .map((each): Sample => [{ namespace: namespaceOf(each), deployment: each.metadata.name }, 1]);
    const autoscalers = (value: (spec: { minReplicas: number; maxReplicas: number }) => number): Sample[] =>
        objects
            .filter(({ kind }) => kind === "HorizontalPodAutoscaler")
            .map((each) => [
                { namespace: namespaceOf(each), horizontalpodautoscaler: each.metadata.name },
                value(each.spec as never),
            ]);
    const cronJobs = objects
        .filter(({ kind }) => kind === "CronJob")
        .map((each): Sample => [{ namespace: namespaceOf(each), cronjob: each.metadata.name }, now / 1000]);
    const pods = workloads.map(podLabels);
    return exposition({
        kube_deployment_spec_replicas: deployments,
        kube_deployment_status_replicas_available: deployments,
        kube_horizontalpodautoscaler_spec_min_replicas: autoscalers((spec) => spec.minReplicas),
        kube_horizontalpodautoscaler_spec_max_replicas: autoscalers((spec) => spec.maxReplicas),
        kube_horizontalpodautoscaler_status_current_replicas: autoscalers((spec) => spec.minReplicas),
        kube_horizontalpodautoscaler_status_desired_replicas: autoscalers((spec) => spec.minReplicas),
        kube_cronjob_status_last_successful_time: cronJobs,
        kube_cronjob_created: cronJobs,
        kube_pod_info: pods.map((labels) => [labels, 1]),
        kube_pod_status_phase: pods.map((labels) => [{ ...labels, phase: "Running" }, 1]),
        kube_pod_status_ready: pods.flatMap((labels): Sample[] => [
            [{ ...labels, condition: "true" }, 1],
            [{ ...labels, condition: "false" }, 0],
        ]),
        kube_pod_container_status_restarts_total: containers(workloads).map(({ labels }) => [labels, 0]),
        kube_pod_container_resource_requests: amounts(workloads, "requests"),
        kube_pod_container_resource_limits: amounts(workloads, "limits"),
    });
}

/** What the kubelets' cAdvisor says of containers that are not busy. */
export function cadvisorMetrics(objects: readonly KubernetesObject[], now: number): string {
    const workloads = workloadsIn(objects);
    const each = (value: number): Sample[] => containers(workloads).map(({ labels }) => [labels, value]);
    const pods = (value: number): Sample[] => workloads.map((workload) => [podLabels(workload), value]);
    const seconds = now / 1000;
    return exposition({
        container_cpu_usage_seconds_total: each(seconds / 1000),
        container_cpu_cfs_periods_total: each(seconds * 10),
        container_cpu_cfs_throttled_periods_total: each(0),
        container_memory_working_set_bytes: each(8 * mebibyte),
        container_fs_usage_bytes: each(mebibyte),
        container_network_receive_bytes_total: pods(seconds * 1000),
        container_network_transmit_bytes_total: pods(seconds * 1000),
    });
}

/** What the kubelets say of volumes that are one tenth full. */
export function kubeletMetrics(objects: readonly KubernetesObject[]): string {
    const claims = workloadsIn(objects).flatMap((workload) =>
        (workload.spec.volumeClaimTemplates ?? []).map(({ metadata }) => ({
            namespace: namespaceOf(workload),
            persistentvolumeclaim: `${metadata.name}-${podName(workload)}`,
        })),
    );
    return exposition({
        kubelet_volume_stats_capacity_bytes: claims.map((labels) => [labels, 1000 * mebibyte]),
        kubelet_volume_stats_available_bytes: claims.map((labels) => [labels, 900 * mebibyte]),
        kubelet_volume_stats_used_bytes: claims.map((labels) => [labels, 100 * mebibyte]),
    });
}

function podLabels(workload: Workload): Labels {
    return { namespace: namespaceOf(workload), pod: podName(workload) };
}

function containers(workloads: readonly Workload[]): { labels: Labels; resources: Record<string, Labels> }[] {
    return workloads.flatMap((workload) =>
        workload.spec.template.spec.containers.map(({ name, resources = {} }) => ({
            labels: { ...podLabels(workload), container: name },
            resources,
        })),
    );
}

function amounts(workloads: readonly Workload[], kind: "limits" | "requests"): Sample[] {
    return containers(workloads).flatMap(({ labels, resources }) =>
        Object.entries(resources[kind] ?? {}).map(([resource, text]): Sample => [
            { ...labels, resource: resource.replace(/\W/g, "_") },
            Number(parseQuantity(text) ?? 0n) / 1e9,
        ]),
    );
}
