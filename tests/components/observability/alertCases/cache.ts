import { namespace, pod, api, app, forever, over, type AlertCase } from "./situation";

const redis = (metric: string): string => `${metric}{namespace="${namespace}",job="user-management-redis-exporter"}`;

export const cacheCases = {
    CacheConnectionFailure: {
        component: "user-mgmt-api",
        severity: "critical",
        fires: [
            {
                samples: { [app("redis_connection_errors_total", `pod="${pod}"`)]: `0+1${forever}` },
                at: "4m45s",
                labels: api,
                description: "user-management/user-mgmt-api failed to connect to its cache 10 times in 5m.",
            },
        ],
        quiet: {
            "when failures are far between": {
                samples: { [app("redis_connection_errors_total", `pod="${pod}"`)]: `0+0.3${forever}` },
                after: "30m",
            },

            "when its counters start again": {
                samples: { [app("redis_connection_errors_total", `pod="${pod}"`)]: over },
                after: "12m",
                shows: "counter reset",
            },
            "when the failures are over": {
                samples: { [app("redis_connection_errors_total", `pod="${pod}"`)]: `900${forever}` },
                after: "30m",
                shows: "no traffic",
            },
            "after a handful of failures": {
                samples: { [app("redis_connection_errors_total", `pod="${pod}"`)]: "0x20 1 2 3 4x3000" },
                after: "12m",
                shows: "threshold",
            },
        },
    },
    CacheDown: {
        component: "redis",
        severity: "critical",
        fires: [
            {
                samples: { [redis("redis_up")]: "0x9 1x3000" },
                at: "1m",
                until: "15m45s",
                labels: { namespace, job: "user-management-redis-exporter" },
                description:
                    "The exporter user-management-redis-exporter in user-management cannot connect to the cache redis.",
            },
        ],
        quiet: {
            "while it answers": { samples: { [redis("redis_up")]: `1${forever}` }, after: "30m", shows: "threshold" },
        },
    },
    CacheExporterAbsent: {
        component: "redis",
        severity: "warning",
        fires: [
            {
                samples: {},
                at: "5m",
                labels: { namespace, job: "user-management-redis-exporter" },
                description:
                    "The exporter user-management-redis-exporter in user-management reports nothing, so no alert about the cache redis can fire.",
            },
        ],
        quiet: { "while it reports": { samples: { [redis("redis_up")]: `0${forever}` }, after: "30m" } },
    },
    CacheMemoryNearMaximum: {
        component: "redis",
        severity: "warning",
        fires: [
            {
                samples: {
                    [redis("redis_memory_used_bytes")]: `91${forever}`,
                    [redis("redis_memory_max_bytes")]: `100${forever}`,
                },
                at: "15m",
                labels: { namespace, job: "user-management-redis-exporter" },
                description:
                    "redis in user-management uses 91% of its memory; at 100 % it drops keys or refuses writes.",
            },
            {
                samples: {
                    [redis("redis_memory_used_bytes")]: `1${forever}`,
                    [redis("redis_memory_max_bytes")]: `1${forever}`,
                },
                at: "15m",
                labels: { namespace, job: "user-management-redis-exporter" },
                description:
                    "redis in user-management uses 100% of its memory; at 100 % it drops keys or refuses writes.",
            },
        ],
        quiet: {
            "at its threshold": {
                samples: {
                    [redis("redis_memory_used_bytes")]: `90${forever}`,
                    [redis("redis_memory_max_bytes")]: `100${forever}`,
                },
                after: "40m",
                shows: "threshold",
            },
            "without a maximum": {
                samples: {
                    [redis("redis_memory_used_bytes")]: `90${forever}`,
                    [redis("redis_memory_max_bytes")]: `0${forever}`,
                },
                after: "40m",
            },
        },
    },
    CacheEvicting: {
        component: "redis",
        severity: "warning",
        fires: [
            {
                samples: { [redis("redis_evicted_keys_total")]: "0+33x40 1320x3000" },
                at: "14m45s",
                until: "25m15s",
                labels: { namespace, job: "user-management-redis-exporter" },
                description:
                    "redis in user-management drops 1.1 keys a second, sessions among them where it holds sessions.",
            },
        ],
        quiet: {
            "when its counters start again": {
                samples: { [redis("redis_evicted_keys_total")]: over },
                after: "12m",
                shows: "counter reset",
            },
            "when it evicted long ago": {
                samples: { [redis("redis_evicted_keys_total")]: `900${forever}` },
                after: "30m",
                shows: "no traffic",
            },
            "just below its threshold": {
                samples: { [redis("redis_evicted_keys_total")]: `0+29${forever}` },
                after: "40m",
                shows: "threshold",
            },
        },
    },
    CacheConnectionsNearMaximum: {
        component: "redis",
        severity: "warning",
        fires: [
            {
                samples: {
                    [redis("redis_connected_clients")]: "81x20 50x3000",
                    [redis("redis_max_clients")]: `100${forever}`,
                },
                at: "5m",
                until: "15m15s",
                labels: { namespace, job: "user-management-redis-exporter" },
                description:
                    "redis in user-management has 81% of the connections it accepts; at 100 % it turns clients away.",
            },
            {
                samples: {
                    [redis("redis_connected_clients")]: `1${forever}`,
                    [redis("redis_max_clients")]: `1${forever}`,
                },
                at: "5m",
                labels: { namespace, job: "user-management-redis-exporter" },
                description:
                    "redis in user-management has 100% of the connections it accepts; at 100 % it turns clients away.",
            },
        ],
        quiet: {
            "while the maximum is not known": {
                samples: {
                    [redis("redis_connected_clients")]: `5${forever}`,
                    [redis("redis_max_clients")]: `0${forever}`,
                },
                after: "30m",
            },

            "at its threshold": {
                samples: {
                    [redis("redis_connected_clients")]: `80${forever}`,
                    [redis("redis_max_clients")]: `100${forever}`,
                },
                after: "30m",
                shows: "threshold",
            },
        },
    },
    CacheRejectingConnections: {
        component: "redis",
        severity: "critical",
        fires: [
            {
                samples: { [redis("redis_rejected_connections_total")]: "0+2x20 40x3000" },
                at: "1m30s",
                until: "15m30s",
                labels: { namespace, job: "user-management-redis-exporter" },
                description:
                    "redis in user-management refused 6 connections in 5m because it has as many as it accepts.",
            },
            {
                // One is enough.
                samples: { [redis("redis_rejected_connections_total")]: "0x5 1x3000" },
                at: "4m",
                labels: { namespace, job: "user-management-redis-exporter" },
                description:
                    "redis in user-management refused 1 connections in 5m because it has as many as it accepts.",
            },
        ],
        quiet: {
            "when its counters start again": {
                samples: { [redis("redis_rejected_connections_total")]: over },
                after: "12m",
                shows: "counter reset",
            },
            "while it refuses nobody": {
                samples: { [redis("redis_rejected_connections_total")]: `0${forever}` },
                after: "30m",
                shows: "threshold",
            },
            "when it turned clients away long ago": {
                samples: { [redis("redis_rejected_connections_total")]: `200${forever}` },
                after: "30m",
                shows: "no traffic",
            },
        },
    },
    CacheHitRateLow: {
        component: "user-mgmt-api",
        severity: "warning",
        fires: [
            {
                samples: {
                    [app("redis_cache_hits_total")]: "0+69x29 2070+100x3000",
                    [app("redis_cache_misses_total")]: "0+31x30 930x3000",
                },
                at: "10m30s",
                until: "20m15s",
                labels: api,
                description:
                    "user-management/user-mgmt-api finds 69% of what it looks for in its cache; the rest goes to the database.",
            },
            {
                // It never found anything, so there is no series of hits.
                samples: { [app("redis_cache_misses_total")]: `0+31${forever}` },
                at: "10m30s",
                labels: api,
                description:
                    "user-management/user-mgmt-api finds 0% of what it looks for in its cache; the rest goes to the database.",
            },
            {
                // A look-up every few seconds.
                samples: {
                    [app("redis_cache_hits_total")]: `0+5${forever}`,
                    [app("redis_cache_misses_total")]: `0+5${forever}`,
                },
                at: "10m30s",
                labels: api,
                description:
                    "user-management/user-mgmt-api finds 50% of what it looks for in its cache; the rest goes to the database.",
            },
        ],
        quiet: {
            "when its counters start again": {
                samples: {
                    [app("redis_cache_hits_total")]: "5000+80x20 0+80x3000",
                    [app("redis_cache_misses_total")]: "5000+20x20 0+20x3000",
                },
                after: "22m",
                shows: "counter reset",
            },
            "just above its threshold": {
                samples: {
                    [app("redis_cache_hits_total")]: `0+71${forever}`,
                    [app("redis_cache_misses_total")]: `0+29${forever}`,
                },
                after: "40m",
                shows: "threshold",
            },
            "without look-ups": {
                samples: {
                    [app("redis_cache_hits_total")]: `1${forever}`,
                    [app("redis_cache_misses_total")]: `99${forever}`,
                },
                after: "40m",
                shows: "no traffic",
            },
        },
    },
} satisfies Readonly<Record<string, AlertCase>>;
