import type { CatalogueMetric } from "../metrics/catalogue";
import type { MonitoredDatabase, MonitoredService, MonitoredStore } from "../model";
import { ownMetric } from "../promql";
import type { Quantile } from "../rules/recordingRules";
import { containers, kubernetesObjects, own, rollouts, type Labels } from "./selectors";

/*
 * What the recording rules compute for alerts, computed for the reader: over the time that the graph shows for each point instead of five
 * minutes, and for the pods that were chosen. Recorded series have no instance left to choose by. Tests hold the two to being the same.
 */

export type MeasuredService = MonitoredService & { readonly metrics: NonNullable<MonitoredService["metrics"]> };

export function isMeasured(service: MonitoredService): service is MeasuredService {
    return service.metrics !== undefined;
}

const perJob = "namespace, job";

function rate(selector: string, by: string): string {
    return `sum by (${by}) (rate(${selector}[$__rate_interval]))`;
}

/** Requests a second. */
export function requestRate(service: MeasuredService, labels: Labels = {}, by = perJob): string {
    return rate(own(service)(ownMetric(service.metrics.requests), labels), by);
}

/** Requests a second that end with a 5xx status. */
export function failureRate(service: MeasuredService, labels: Labels = {}, by = perJob): string {
    return requestRate(service, { ...labels, [service.metrics.statusLabel]: { matches: "5.." } }, by);
}

/** Share of requests that end with a 5xx status; 0 where there is traffic and nothing ever failed. */
export function errorRatio(service: MeasuredService, labels: Labels = {}, by = perJob): string {
    const requests = requestRate(service, labels, by);
    return `(${failureRate(service, labels, by)} or 0 * ${requests}) / (${requests} > 0)`;
}

/** Seconds that a share of the requests takes at most. */
export function latency(quantile: Quantile, service: MeasuredService, labels: Labels = {}, by = perJob): string {
    const buckets = rate(own(service)(ownMetric(`${service.metrics.duration}_bucket`), labels), `${by}, le`);
    return `histogram_quantile(${quantile}, ${buckets}) >= 0`;
}

/** Share of look-ups that the cache answers. */
export function cacheHitRatio(service: MeasuredService): string {
    const hits = rate(own(service)(ownMetric(service.metrics.cacheHits)), perJob);
    const misses = rate(own(service)(ownMetric(service.metrics.cacheMisses)), perJob);
    return `(${hits} or 0 * ${misses}) / ((${hits} or 0 * ${misses}) + ${misses} > 0)`;
}

/** Share of each pod's connection pool that is in use. */
export function poolRatio(service: MeasuredService): string {
    const of = (metric: string): string => `sum by (namespace, job, pod) (${own(service)(ownMetric(metric))})`;
    return `${of(service.metrics.poolInUse)} / (${of(service.metrics.poolSize)} > 0)`;
}

const perContainer = "namespace, pod, container";

function allowed(resource: "cpu" | "memory", pods: Labels): string {
    const amount = (kind: "limits" | "requests"): string =>
        `max by (${perContainer}) (${kubernetesObjects(`kube_pod_container_resource_${kind}`, { resource, ...pods })})`;
    return `((${amount("limits")} or ${amount("requests")}) > 0)`;
}

/** CPU of what the container may use. */
export function cpuRatio(pods: Labels): string {
    return `${rate(containers("container_cpu_usage_seconds_total", pods), perContainer)} / ${allowed("cpu", pods)}`;
}

/** Memory of what the container may use. */
export function memoryRatio(pods: Labels): string {
    const used = `sum by (${perContainer}) (${containers("container_memory_working_set_bytes", pods)})`;
    return `${used} / ${allowed("memory", pods)}`;
}

/** Share of the scheduling periods in which the CPU limit stopped the container. */
export function throttledRatio(pods: Labels): string {
    const throttled = rate(containers("container_cpu_cfs_throttled_periods_total", pods), perContainer);
    return `${throttled} / (${rate(containers("container_cpu_cfs_periods_total", pods), perContainer)} > 0)`;
}

/** Connections of those that the server accepts. */
export function databaseConnectionRatio(database: MonitoredDatabase): string {
    const of = (aggregation: string, metric: CatalogueMetric): string =>
        `${aggregation} by (${perJob}) (${own(database)(metric)})`;
    return {
        postgres: `${of("sum", "pg_stat_database_numbackends")} / (${of("max", "pg_settings_max_connections")} > 0)`,
        mysql: `${of("max", "mysql_global_status_threads_connected")} / (${of("max", "mysql_global_variables_max_connections")} > 0)`,
    }[database.engine];
}

/** Memory of maxmemory. */
export function cacheMemoryRatio(cache: MonitoredStore): string {
    return largestShare(cache, "redis_memory_used_bytes", "redis_memory_max_bytes");
}

/** Clients of those that the server accepts. */
export function cacheConnectionRatio(cache: MonitoredStore): string {
    return largestShare(cache, "redis_connected_clients", "redis_max_clients");
}

function largestShare(cache: MonitoredStore, used: CatalogueMetric, maximum: CatalogueMetric): string {
    const of = (metric: CatalogueMetric): string => `max by (${perJob}) (${own(cache)(metric)})`;
    return `${of(used)} / (${of(maximum)} > 0)`;
}

/** Pods that requests are sent to. */
export function availablePods({ name, controller }: Pick<MonitoredService, "name" | "controller">): string {
    return controller === "Deployment"
        ? `max by (namespace, deployment) (${kubernetesObjects("kube_deployment_status_replicas_available", { deployment: name })})`
        : `max by (namespace, name) (${rollouts("rollout_info_replicas_available", { name })})`;
}
