import { namespace, forever, type AlertCase } from "./situation";

const volume = (metric: string, claim = "data-postgres-0"): string =>
    `${metric}{job="kubelet",metrics_path="/metrics",namespace="${namespace}",persistentvolumeclaim="${claim}"}`;

export const volumesCases = {
    VolumeNearlyFull: {
        component: "postgres",
        severity: "critical",
        fires: [
            {
                samples: {
                    [volume("kubelet_volume_stats_available_bytes")]: `14${forever}`,
                    [volume("kubelet_volume_stats_capacity_bytes")]: `100${forever}`,
                },
                at: "5m",
                labels: { namespace, persistentvolumeclaim: "data-postgres-0" },
                description: "Volume user-management/data-postgres-0 is 86% full; when it is full, the database stops.",
            },
            {
                samples: {
                    [volume("kubelet_volume_stats_available_bytes")]: `0.1${forever}`,
                    [volume("kubelet_volume_stats_capacity_bytes")]: `1${forever}`,
                },
                at: "5m",
                labels: { namespace, persistentvolumeclaim: "data-postgres-0" },
                description: "Volume user-management/data-postgres-0 is 90% full; when it is full, the database stops.",
            },
        ],
        quiet: {
            "just below its threshold": {
                samples: {
                    [volume("kubelet_volume_stats_available_bytes")]: `16${forever}`,
                    [volume("kubelet_volume_stats_capacity_bytes")]: `100${forever}`,
                },
                after: "30m",
                shows: "threshold",
            },
            "when the volume is another's": {
                samples: {
                    [volume("kubelet_volume_stats_available_bytes", "data-other-0")]: `1${forever}`,
                    [volume("kubelet_volume_stats_capacity_bytes", "data-other-0")]: `100${forever}`,
                },
                after: "30m",
            },
        },
    },
    VolumeFillingUp: {
        component: "postgres",
        severity: "warning",
        fires: [
            {
                // A hundredth every ten minutes: empty in eight hours.
                samples: {
                    [volume("kubelet_volume_stats_available_bytes")]: "48-0.05x240 36x3000",
                    [volume("kubelet_volume_stats_capacity_bytes")]: `100${forever}`,
                },
                at: "1h30s",
                until: "7h7m",
                labels: { namespace, persistentvolumeclaim: "data-postgres-0" },
                description:
                    "Volume user-management/data-postgres-0 is 58.05% full and, at the speed of the last six hours, will be full within 24 hours.",
            },
            {
                // The same of a volume of one byte.
                samples: {
                    [volume("kubelet_volume_stats_available_bytes")]: "0.48-0.0005x240 0.36x3000",
                    [volume("kubelet_volume_stats_capacity_bytes")]: `1${forever}`,
                },
                at: "1h30s",
                labels: { namespace, persistentvolumeclaim: "data-postgres-0" },
                description:
                    "Volume user-management/data-postgres-0 is 58.05% full and, at the speed of the last six hours, will be full within 24 hours.",
            },
        ],
        quiet: {
            "when it will last longer": {
                samples: {
                    [volume("kubelet_volume_stats_available_bytes")]: "48-0.01x3000",
                    [volume("kubelet_volume_stats_capacity_bytes")]: `100${forever}`,
                },
                after: "3h",
                shows: "threshold",
            },
            "while half of it is free": {
                samples: {
                    [volume("kubelet_volume_stats_available_bytes")]: "57-0.02x3000",
                    [volume("kubelet_volume_stats_capacity_bytes")]: `100${forever}`,
                },
                after: "2h50m",
            },
        },
    },
} satisfies Readonly<Record<string, AlertCase>>;
