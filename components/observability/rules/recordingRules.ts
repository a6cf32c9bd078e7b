import type { Monitored, MonitoredDatabase, MonitoredService, MonitoredStore, MonitoringModel } from "../model";
import { workloads } from "../model";
import {
    cadvisor,
    kubeStateMetrics,
    rateWindow,
    series,
    type Matcher,
    ownMetric,
    type MetricName,
    type RecordedMetric,
} from "../promql";
import { ownership, type RecordingRule } from "./rule";

/**
 * Series that alerts and dashboards share, so that both see the same value. A ratio exists only while there is something to divide by:
 * without traffic there is no series, not a NaN.
 */
export const recorded = {
    requestRate: "service:http_requests:rate",
    errorRate: "service:http_request_errors:rate",
    errorRatio: "service:http_request_errors:ratio_rate",
    latency: (quantile: Quantile): RecordedMetric => `service:http_request_duration_seconds:p${quantile * 100}_rate`,
    cacheHitRatio: "service:cache_hits:ratio_rate",
    poolRatio: "pod:db_pool_in_use:ratio",
    restarts: "container:restarts:max",
    cpuRatio: "container:cpu_usage:ratio_rate",
    memoryRatio: "container:memory_working_set:ratio",
    throttledRatio: "container:cpu_throttled_periods:ratio_rate",
    databaseConnectionRatio: "database:connections:ratio",
    cacheMemoryRatio: "cache:memory:ratio",
    cacheConnectionRatio: "cache:connections:ratio",
} as const;

export type Quantile = 0.5 | 0.95 | 0.99;

/** The labels that select the recorded series of a service or store. */
export function recordedLabels(part: Monitored): Record<string, Matcher> {
    return { namespace: part.namespace, component: part.name };
}

/** What is recorded of the services and stores of a system, whatever they promise. */
export function recordingRules(model: MonitoringModel): RecordingRule[] {
    const window = rateWindow(model.scrapeIntervalSeconds);
    return [
        ...model.services.flatMap((service) => serviceRules(model, service, window)),
        ...workloads(model).flatMap((part) => containerRules(model, part, window)),
        ...model.databases.map((database) => databaseConnections(model, database)),
        ...model.caches.flatMap((cache) => cacheRules(model, cache)),
    ];
}

const perService = "namespace, job";

/** The rate of a counter or a histogram of a service, over all its pods. */
function rateOf(
    { namespace, job }: MonitoredService,
    metric: string,
    window: string,
    labels: Record<string, Matcher> = {},
    by = perService,
): string {
    return `sum by (${by}) (rate(${series(ownMetric(metric), { namespace, job, ...labels })}[${window}]))`;
}

/** The rate of all requests. */
export function requestRate(service: MonitoredService, window: string): string {
    return rateOf(service, service.metrics?.requests ?? "", window);
}

/** The rate of the requests that fail. A service that never failed has no series of failures; its rate is 0, not nothing. */
export function errorRate(service: MonitoredService, window: string): string {
    const { requests = "", statusLabel = "" } = service.metrics ?? {};
    const failures = rateOf(service, requests, window, { [statusLabel]: { matches: "5.." } });
    return `${failures} or 0 * ${requestRate(service, window)}`;
}

function serviceRules(model: MonitoringModel, service: MonitoredService, window: string): RecordingRule[] {
    const { metrics, namespace, job } = service;
    if (metrics === undefined) {
        return [];
    }
    const hits = rateOf(service, metrics.cacheHits, window);
    const misses = rateOf(service, metrics.cacheMisses, window);
    const buckets = rateOf(service, `${metrics.duration}_bucket`, window, {}, `${perService}, le`);
    const inUse = `sum by (namespace, job, pod) (${series(ownMetric(metrics.poolInUse), { namespace, job })})`;
    const poolSize = `sum by (namespace, job, pod) (${series(ownMetric(metrics.poolSize), { namespace, job })})`;
    const record = recorder(model, service);
    const already = (metric: RecordedMetric): string => series(metric, recordedLabels(service));
    return [
        record(recorded.requestRate, requestRate(service, window)),
        record(recorded.errorRate, errorRate(service, window)),
        record(recorded.errorRatio, `${already(recorded.errorRate)} / (${already(recorded.requestRate)} > 0)`),
        ...([0.5, 0.95, 0.99] as const).map((quantile) =>
            // Without traffic the quantile is NaN, which is not greater than anything.
            record(recorded.latency(quantile), `histogram_quantile(${quantile}, ${buckets}) >= 0`),
        ),
        ...(service.usesDatabase ? [record(recorded.poolRatio, `${inUse} / (${poolSize} > 0)`)] : []),
        ...(service.usesCache
            ? [
                  record(
                      recorded.cacheHitRatio,
                      `(${hits} or 0 * ${misses}) / ((${hits} or 0 * ${misses}) + ${misses} > 0)`,
                  ),
              ]
            : []),
    ];
}

/** What containers use of what they may use: their limit, or what they requested where they have none. */
function containerRules(
    model: MonitoringModel,
    part: Monitored & { readonly pods: string },
    window: string,
): RecordingRule[] {
    const pods = { namespace: part.namespace, pod: { matches: part.pods } };
    const by = "sum by (namespace, pod, container)";
    const allowed = (resource: "cpu" | "memory"): string => {
        const amount = (kind: "limits" | "requests"): string =>
            `max by (namespace, pod, container) (${series(`kube_pod_container_resource_${kind}`, { ...kubeStateMetrics, resource, ...pods })})`;
        return `((${amount("limits")} or ${amount("requests")}) > 0)`;
    };
    const rate = (metric: MetricName): string => `${by} (rate(${series(metric, { ...cadvisor, ...pods })}[${window}]))`;
    const restarts = series("kube_pod_container_status_restarts_total", { ...kubeStateMetrics, ...pods });
    const record = recorder(model, part);
    return [
        // The same series whichever kube-state-metrics counts.
        record(recorded.restarts, `max by (namespace, pod, container) (${restarts})`),
        record(recorded.cpuRatio, `${rate("container_cpu_usage_seconds_total")} / ${allowed("cpu")}`),
        record(
            recorded.memoryRatio,
            `${by} (${series("container_memory_working_set_bytes", { ...cadvisor, ...pods })}) / ${allowed("memory")}`,
        ),
        record(
            recorded.throttledRatio,
            `${rate("container_cpu_cfs_throttled_periods_total")} / (${rate("container_cpu_cfs_periods_total")} > 0)`,
        ),
    ];
}

function databaseConnections(model: MonitoringModel, database: MonitoredDatabase): RecordingRule {
    const { namespace, job, engine } = database;
    const of = (aggregation: string, metric: MetricName): string =>
        `${aggregation} by (namespace, job) (${series(metric, { namespace, job })})`;
    const expr = {
        postgres: `${of("sum", "pg_stat_database_numbackends")} / (${of("max", "pg_settings_max_connections")} > 0)`,
        mysql: `${of("max", "mysql_global_status_threads_connected")} / (${of("max", "mysql_global_variables_max_connections")} > 0)`,
    }[engine];
    return recorder(model, database)(recorded.databaseConnectionRatio, expr);
}

function cacheRules(model: MonitoringModel, cache: MonitoredStore): RecordingRule[] {
    const { namespace, job } = cache;
    const largest = (metric: MetricName): string => `max by (namespace, job) (${series(metric, { namespace, job })})`;
    const record = recorder(model, cache);
    return [
        // 0 stands for no limit.
        record(
            recorded.cacheMemoryRatio,
            `${largest("redis_memory_used_bytes")} / (${largest("redis_memory_max_bytes")} > 0)`,
        ),
        // ElastiCache hides CONFIG, which redis_config_maxclients comes from; redis_max_clients comes from INFO.
        record(
            recorded.cacheConnectionRatio,
            `${largest("redis_connected_clients")} / (${largest("redis_max_clients")} > 0)`,
        ),
    ];
}

export function recorder(model: MonitoringModel, part: Monitored): (record: string, expr: string) => RecordingRule {
    return (record, expr) => ({ record, expr, labels: ownership(model, part) });
}
