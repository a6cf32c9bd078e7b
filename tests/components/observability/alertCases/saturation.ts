import { namespace, pod, otherPod, api, ofPod, app, kube, forever, type AlertCase } from "./situation";

const desired = kube("kube_horizontalpodautoscaler_status_desired_replicas", 'horizontalpodautoscaler="user-mgmt-api"');
const mostPods = kube("kube_horizontalpodautoscaler_spec_max_replicas", 'horizontalpodautoscaler="user-mgmt-api"');
const container = (metric: string): string =>
    `${metric}{job="kubelet",metrics_path="/metrics/cadvisor",namespace="${namespace}",pod="${pod}",container="user-mgmt-api"}`;
const allowed = (kind: "limits" | "requests", resource: "cpu" | "memory"): string =>
    kube(`kube_pod_container_resource_${kind}`, `pod="${pod}",container="user-mgmt-api",resource="${resource}"`);

export const saturationCases = {
    HighCPUUsage: {
        component: "user-mgmt-api",
        severity: "warning",
        fires: [
            {
                samples: {
                    [container("container_cpu_usage_seconds_total")]: "0+13.5x40 540x3000",
                    [allowed("limits", "cpu")]: `0.5${forever}`,
                    [allowed("requests", "cpu")]: `10${forever}`,
                },
                at: "14m30s",
                until: "25m30s",
                labels: ofPod,
                description: `Container user-mgmt-api of user-management/${pod} uses 90% of the CPU it may use.`,
            },
            {
                // Without a limit, what it requested is the measure.
                samples: {
                    [container("container_cpu_usage_seconds_total")]: `0+13.5${forever}`,
                    [allowed("requests", "cpu")]: `0.5${forever}`,
                },
                at: "14m30s",
                labels: ofPod,
                description: `Container user-mgmt-api of user-management/${pod} uses 90% of the CPU it may use.`,
            },
            {
                // Just above its threshold.
                samples: {
                    [container("container_cpu_usage_seconds_total")]: `0+12.3${forever}`,
                    [allowed("limits", "cpu")]: `0.5${forever}`,
                },
                at: "15m",
                labels: ofPod,
                description: `Container user-mgmt-api of user-management/${pod} uses 82% of the CPU it may use.`,
            },
        ],
        quiet: {
            "where nothing is allowed": {
                samples: {
                    [container("container_cpu_usage_seconds_total")]: `0+13.5${forever}`,
                    [allowed("limits", "cpu")]: `0${forever}`,
                },
                after: "40m",
            },

            "when its counters start again": {
                samples: {
                    [container("container_cpu_usage_seconds_total")]: "9000+5x20 0+5x3000",
                    [allowed("limits", "cpu")]: `0.5${forever}`,
                },
                after: "22m",
                shows: "counter reset",
            },
            "while it does nothing": {
                samples: {
                    [container("container_cpu_usage_seconds_total")]: "50x3000",
                    [allowed("limits", "cpu")]: `0.5${forever}`,
                },
                after: "40m",
                shows: "no traffic",
            },
            "just below its threshold": {
                samples: {
                    [container("container_cpu_usage_seconds_total")]: `0+11.85${forever}`,
                    [allowed("limits", "cpu")]: `0.5${forever}`,
                },
                after: "30m",
                shows: "threshold",
            },
        },
    },
    HighMemoryUsage: {
        component: "user-mgmt-api",
        severity: "warning",
        fires: [
            {
                samples: {
                    [container("container_memory_working_set_bytes")]: "486x20 300x3000",
                    [allowed("limits", "memory")]: `512${forever}`,
                },
                at: "5m",
                until: "15m15s",
                labels: ofPod,
                description: `Container user-mgmt-api of user-management/${pod} uses 94.92% of the memory it may use; at 100 % it is killed.`,
            },
            {
                // Without a limit, what it requested is the measure, however little it is.
                samples: {
                    [container("container_memory_working_set_bytes")]: `0.95${forever}`,
                    [allowed("requests", "memory")]: `1${forever}`,
                },
                at: "5m",
                labels: ofPod,
                description: `Container user-mgmt-api of user-management/${pod} uses 95% of the memory it may use; at 100 % it is killed.`,
            },
        ],
        quiet: {
            "where nothing is allowed": {
                samples: {
                    [container("container_memory_working_set_bytes")]: `486${forever}`,
                    [allowed("limits", "memory")]: `0${forever}`,
                },
                after: "30m",
            },

            "just below its threshold": {
                samples: {
                    [container("container_memory_working_set_bytes")]: `460${forever}`,
                    [allowed("limits", "memory")]: `512${forever}`,
                },
                after: "30m",
                shows: "threshold",
            },
        },
    },
    HighCPUThrottling: {
        component: "user-mgmt-api",
        severity: "warning",
        fires: [
            {
                samples: {
                    [container("container_cpu_cfs_throttled_periods_total")]: "0+26x50 1300x3000",
                    [container("container_cpu_cfs_periods_total")]: `0+100${forever}`,
                },
                at: "15m30s",
                until: "40m15s",
                labels: ofPod,
                description: `Container user-mgmt-api of user-management/${pod} was stopped by its CPU limit in 26% of the scheduling periods.`,
            },
            {
                // A container that seldom runs.
                samples: {
                    [container("container_cpu_cfs_throttled_periods_total")]: `0+3${forever}`,
                    [container("container_cpu_cfs_periods_total")]: `0+10${forever}`,
                },
                at: "15m30s",
                labels: ofPod,
                description: `Container user-mgmt-api of user-management/${pod} was stopped by its CPU limit in 30% of the scheduling periods.`,
            },
        ],
        quiet: {
            "when its counters start again": {
                samples: {
                    [container("container_cpu_cfs_throttled_periods_total")]: "5000+10x20 0+10x3000",
                    [container("container_cpu_cfs_periods_total")]: "9000+100x20 0+100x3000",
                },
                after: "27m",
                shows: "counter reset",
            },
            "just below its threshold": {
                samples: {
                    [container("container_cpu_cfs_throttled_periods_total")]: `0+24${forever}`,
                    [container("container_cpu_cfs_periods_total")]: `0+100${forever}`,
                },
                after: "40m",
                shows: "threshold",
            },
            "when the container sleeps": {
                samples: {
                    [container("container_cpu_cfs_throttled_periods_total")]: `50${forever}`,
                    [container("container_cpu_cfs_periods_total")]: `50${forever}`,
                },
                after: "40m",
                shows: "no traffic",
            },
        },
    },
    AutoscalerAtMaximum: {
        component: "user-mgmt-api",
        severity: "warning",
        fires: [
            {
                samples: { [desired]: "10x40 9x3000", [mostPods]: `10${forever}` },
                at: "15m",
                until: "30m15s",
                labels: { namespace, horizontalpodautoscaler: "user-mgmt-api" },
                description:
                    "The autoscaler user-management/user-mgmt-api asks for 10 pods, which is its maximum; more load will not get more pods.",
            },
        ],
        quiet: {
            "just below its maximum": {
                samples: { [desired]: `9${forever}`, [mostPods]: `10${forever}` },
                after: "40m",
                shows: "threshold",
            },
        },
    },
    ConnectionPoolNearlyExhausted: {
        component: "user-mgmt-api",
        severity: "warning",
        fires: [
            {
                samples: {
                    [app("db_pool_connections_in_use", `pod="${pod}"`)]: "19x20 10x3000",
                    [app("db_pool_connections_max", `pod="${pod}"`)]: `20${forever}`,
                },
                at: "5m",
                until: "15m15s",
                labels: { ...api, pod },
                description: `Pod user-management/${pod} uses 95% of its connection pool; when it is empty, requests wait.`,
            },
            {
                samples: {
                    [app("db_pool_connections_in_use", `pod="${pod}"`)]: `1${forever}`,
                    [app("db_pool_connections_max", `pod="${pod}"`)]: `1${forever}`,
                },
                at: "5m",
                labels: { ...api, pod },
                description: `Pod user-management/${pod} uses 100% of its connection pool; when it is empty, requests wait.`,
            },
        ],
        quiet: {
            "just below its threshold": {
                samples: {
                    [app("db_pool_connections_in_use", `pod="${pod}"`)]: `18${forever}`,
                    [app("db_pool_connections_max", `pod="${pod}"`)]: `20${forever}`,
                },
                after: "30m",
                shows: "threshold",
            },
            "before the pool exists": {
                samples: {
                    [app("db_pool_connections_in_use", `pod="${pod}"`)]: `0${forever}`,
                    [app("db_pool_connections_max", `pod="${pod}"`)]: `0${forever}`,
                },
                after: "30m",
            },
        },
    },
    HighActiveConnections: {
        component: "user-mgmt-api",
        severity: "warning",
        fires: [
            {
                samples: { [app("http_active_connections", `pod="${pod}"`)]: "101x30 50x3000" },
                at: "10m",
                until: "20m15s",
                labels: { ...api, pod },
                description: `Pod user-management/${pod} works on 101 requests at the same time.`,
            },
        ],
        quiet: {
            "at its threshold, spread over two pods": {
                samples: {
                    [app("http_active_connections", `pod="${pod}"`)]: `100${forever}`,
                    [app("http_active_connections", `pod="${otherPod}"`)]: `100${forever}`,
                },
                after: "30m",
                shows: "threshold",
            },
        },
    },
} satisfies Readonly<Record<string, AlertCase>>;
