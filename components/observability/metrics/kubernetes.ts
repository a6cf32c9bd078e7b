import { nodeLabels } from "../names";
import { counter, exportedBy, gauge, serviceTarget } from "./metric";

/** The kubelet's endpoints are told apart by path, and its Service has no pods behind it. */
const kubeletTarget = ["job", "instance", "namespace", "service", "node", "metrics_path"] as const;

const container = ["namespace", "pod", "container", "name", "id", "image"] as const;
const interfaces = ["namespace", "pod", "name", "id", "image", "interface"] as const;
const devices = [...container, "device"] as const;

/**
 * Source: `lib/metrics/prometheus.go` of cAdvisor 0.60, with the labels that `containerPrometheusLabelsFunc` in `pkg/kubelet/server/server.go` of
 * Kubernetes keeps and the kinds of metrics that it includes.
 */
export const cadvisorMetrics = exportedBy(
    { exporter: "cAdvisor, in the kubelet", since: "1.33", targetLabels: kubeletTarget },
    {
        container_cpu_usage_seconds_total: counter("seconds", [...container, "cpu"]),
        container_cpu_cfs_periods_total: counter("1", container),
        container_cpu_cfs_throttled_periods_total: counter("1", container),
        container_memory_working_set_bytes: gauge("bytes", container),
        container_memory_rss: gauge("bytes", container),
        container_memory_cache: gauge("bytes", container),
        container_oom_events_total: counter("1", container),
        container_network_receive_bytes_total: counter("bytes", interfaces),
        container_network_transmit_bytes_total: counter("bytes", interfaces),
        container_network_receive_packets_dropped_total: counter("1", interfaces),
        container_network_transmit_packets_dropped_total: counter("1", interfaces),
        container_fs_usage_bytes: gauge("bytes", devices),
        container_fs_limit_bytes: gauge("bytes", devices),
        container_fs_reads_bytes_total: counter("bytes", devices),
        container_fs_writes_bytes_total: counter("bytes", devices),
    },
);

const claim = ["namespace", "persistentvolumeclaim"] as const;

/** Source: `pkg/kubelet/metrics/collectors/volume_stats.go` and `pkg/kubelet/metrics/metrics.go` of Kubernetes, main branch of 2026. */
export const kubeletMetrics = exportedBy(
    { exporter: "kubelet", since: "1.33", targetLabels: kubeletTarget },
    {
        kubelet_volume_stats_available_bytes: gauge("bytes", claim),
        kubelet_volume_stats_capacity_bytes: gauge("bytes", claim),
        kubelet_volume_stats_used_bytes: gauge("bytes", claim),
        kubelet_volume_stats_inodes: gauge("1", claim),
        kubelet_volume_stats_inodes_free: gauge("1", claim),
        kubelet_volume_stats_inodes_used: gauge("1", claim),
        kubelet_running_pods: gauge("1"),
    },
);

const pod = ["namespace", "pod", "uid"] as const;
const podContainer = [...pod, "container"] as const;
const deployment = ["namespace", "deployment"] as const;
const statefulSet = ["namespace", "statefulset"] as const;
const autoscaler = ["namespace", "horizontalpodautoscaler"] as const;
const cronJob = ["namespace", "cronjob"] as const;
const job = ["namespace", "job_name"] as const;

/**
 * Objects of Kubernetes. The chart keeps the metrics' own `namespace`, `pod`, `container` and `service` over those of the target. Source:
 * `docs/metrics/` of kube-state-metrics; version 2.0 gave them their names.
 */
export const kubeStateMetricsMetrics = exportedBy(
    { exporter: "kube-state-metrics", since: "2.0", targetLabels: ["job", "instance"] },
    {
        kube_pod_info: gauge("info", [
            ...pod,
            "host_ip",
            "pod_ip",
            "node",
            "created_by_kind",
            "created_by_name",
            "priority_class",
            "host_network",
        ]),
        kube_pod_owner: gauge("info", [...pod, "owner_kind", "owner_name", "owner_is_controller"]),
        kube_pod_created: gauge("timestamp seconds", pod),
        kube_pod_start_time: gauge("timestamp seconds", pod),
        kube_pod_status_phase: gauge("state", [...pod, "phase"]),
        kube_pod_status_ready: gauge("state", [...pod, "condition"]),
        kube_pod_container_info: gauge("info", [...podContainer, "image", "image_id", "image_spec", "container_id"]),
        kube_pod_container_status_ready: gauge("state", podContainer),
        kube_pod_container_status_running: gauge("state", podContainer),
        kube_pod_container_status_restarts_total: counter("1", podContainer),
        kube_pod_container_status_waiting_reason: gauge("state", [...podContainer, "reason"]),
        kube_pod_container_status_terminated_reason: gauge("state", [...podContainer, "reason"]),
        kube_pod_container_status_last_terminated_reason: gauge("state", [...podContainer, "reason"]),
        kube_pod_container_resource_requests: gauge("1", [...podContainer, "node", "resource", "unit"]),
        kube_pod_container_resource_limits: gauge("1", [...podContainer, "node", "resource", "unit"]),
        kube_deployment_created: gauge("timestamp seconds", deployment),
        kube_deployment_spec_replicas: gauge("1", deployment),
        kube_deployment_status_replicas: gauge("1", deployment),
        kube_deployment_status_replicas_ready: gauge("1", deployment, "2.2"),
        kube_deployment_status_replicas_available: gauge("1", deployment),
        kube_deployment_status_replicas_unavailable: gauge("1", deployment),
        kube_deployment_status_replicas_updated: gauge("1", deployment),
        kube_deployment_status_observed_generation: gauge("1", deployment),
        kube_deployment_metadata_generation: gauge("1", deployment),
        // The reason came with 2.13.
        kube_deployment_status_condition: gauge("state", [...deployment, "condition", "status", "reason"], "2.13"),
        kube_replicaset_created: gauge("timestamp seconds", ["namespace", "replicaset"]),
        kube_replicaset_spec_replicas: gauge("1", ["namespace", "replicaset"]),
        kube_replicaset_owner: gauge("info", [
            "namespace",
            "replicaset",
            "owner_kind",
            "owner_name",
            "owner_is_controller",
        ]),
        kube_statefulset_replicas: gauge("1", statefulSet),
        kube_statefulset_status_replicas_ready: gauge("1", statefulSet),
        kube_horizontalpodautoscaler_spec_min_replicas: gauge("1", autoscaler),
        kube_horizontalpodautoscaler_spec_max_replicas: gauge("1", autoscaler),
        kube_horizontalpodautoscaler_status_current_replicas: gauge("1", autoscaler),
        kube_horizontalpodautoscaler_status_desired_replicas: gauge("1", autoscaler),
        kube_cronjob_created: gauge("timestamp seconds", cronJob),
        kube_cronjob_status_last_schedule_time: gauge("timestamp seconds", cronJob),
        kube_cronjob_status_last_successful_time: gauge("timestamp seconds", cronJob, "2.6"),
        kube_job_status_failed: gauge("1", [...job, "reason"]),
        kube_job_status_succeeded: gauge("1", job),
        kube_persistentvolumeclaim_resource_requests_storage_bytes: gauge("bytes", claim),
        kube_persistentvolumeclaim_info: gauge("info", [...claim, "storageclass", "volumename", "volumemode"]),
        kube_node_info: gauge("info", [
            "node",
            "kernel_version",
            "os_image",
            "container_runtime_version",
            "kubelet_version",
            "provider_id",
            "system_uuid",
            "internal_ip",
        ]),
        // Beside the node, the labels that the chart's values allow.
        kube_node_labels: gauge("info", ["node", ...Object.values(nodeLabels).map((each) => each.series)]),
        kube_node_status_condition: gauge("state", ["node", "condition", "status"]),
        kube_node_status_capacity: gauge("1", ["node", "resource", "unit"]),
        kube_node_status_allocatable: gauge("1", ["node", "resource", "unit"]),
        kube_service_spec_type: gauge("info", ["namespace", "service", "uid", "type"]),
        kube_ingress_info: gauge("info", ["namespace", "ingress", "ingressclass"]),
        kube_namespace_status_phase: gauge("state", ["namespace", "phase"]),
        kube_resourcequota: gauge("1", ["namespace", "resourcequota", "resource", "type"]),
    },
);

const fileSystem = ["device", "fstype", "mountpoint", "device_error"] as const;

/** Source: `collector/` and `collector/fixtures/e2e-output.txt` of node exporter 1.12; version 0.16 gave them units in their names. */
export const nodeExporterMetrics = exportedBy(
    { exporter: "node exporter", since: "0.16", targetLabels: serviceTarget },
    {
        node_cpu_seconds_total: counter("seconds", ["cpu", "mode"]),
        node_load1: gauge("1"),
        node_load5: gauge("1"),
        node_memory_MemTotal_bytes: gauge("bytes"),
        node_memory_MemAvailable_bytes: gauge("bytes"),
        node_filesystem_size_bytes: gauge("bytes", fileSystem),
        node_filesystem_avail_bytes: gauge("bytes", fileSystem),
        node_filesystem_files: gauge("1", fileSystem),
        node_filesystem_files_free: gauge("1", fileSystem),
        node_network_receive_bytes_total: counter("bytes", ["device"]),
        node_network_transmit_bytes_total: counter("bytes", ["device"]),
        node_network_receive_errs_total: counter("1", ["device"]),
        node_network_transmit_errs_total: counter("1", ["device"]),
        node_disk_read_bytes_total: counter("bytes", ["device"]),
        node_disk_written_bytes_total: counter("bytes", ["device"]),
        node_disk_io_time_seconds_total: counter("seconds", ["device"]),
        node_uname_info: gauge("info", ["domainname", "machine", "nodename", "release", "sysname", "version"]),
        node_boot_time_seconds: gauge("timestamp seconds"),
    },
);
