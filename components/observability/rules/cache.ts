import type { MonitoredService, MonitoredStore, MonitoringModel } from "../model";
import { ratio, rateWindow, series, ownMetric } from "../promql";
import { recorded, recordedLabels } from "./recordingRules";
import type { AlertDefinition } from "./rule";
import { volumeAlerts } from "./volumes";

/** Whether caches answer, have room and are of use. */
export function cacheAlerts(model: MonitoringModel): AlertDefinition[] {
    const window = rateWindow(model.scrapeIntervalSeconds);
    return [
        ...model.services.flatMap((service) => clientAlerts(service, window)),
        ...model.caches.flatMap((cache) => [
            ...presenceAlerts(cache),
            ...memoryAlerts(cache, window),
            ...connectionAlerts(cache, window),
            ...volumeAlerts(cache, "cache"),
        ]),
    ];
}

/** The clients' side of a cache. */
function clientAlerts(service: MonitoredService, window: string): AlertDefinition[] {
    const { name, namespace, job, metrics, limits } = service;
    if (metrics === undefined || !service.usesCache) {
        return [];
    }
    const errors = series(ownMetric(metrics.cacheErrors), { namespace, job });
    const hits = limits.CacheHitRateLow.value;
    const base = { part: service, dashboard: "database" } as const;
    return [
        {
            ...base,
            alert: "CacheConnectionFailure",
            severity: "critical",
            expr: `sum by (namespace, job) (increase(${errors}[${window}])) > ${limits.CacheConnectionFailure.value}`,
            summary: `${name} cannot connect to its cache.`,
            description: `{{ $labels.namespace }}/{{ $labels.job }} failed to connect to its cache {{ $value | printf "%.0f" }} times in ${window}.`,
        },
        {
            ...base,
            alert: "CacheHitRateLow",
            severity: "warning",
            expr: `${series(recorded.cacheHitRatio, recordedLabels(service))} < ${ratio(hits)}`,
            summary: `${name} finds less than ${hits} % of what it looks for in its cache.`,
            description: `{{ $labels.namespace }}/{{ $labels.job }} finds {{ $value | humanizePercentage }} of what it looks for in its cache; the rest goes to the database.`,
        },
    ];
}

function presenceAlerts(cache: MonitoredStore): AlertDefinition[] {
    const { name, namespace, job } = cache;
    const up = series("redis_up", { namespace, job });
    const base = { part: cache, dashboard: "database" } as const;
    return [
        {
            ...base,
            alert: "CacheDown",
            severity: "critical",
            expr: `max by (namespace, job) (${up}) == 0`,
            summary: `The cache ${name} does not answer.`,
            description: `The exporter {{ $labels.job }} in {{ $labels.namespace }} cannot connect to the cache ${name}.`,
        },
        {
            ...base,
            alert: "CacheExporterAbsent",
            severity: "warning",
            expr: `absent(${up})`,
            summary: `Nobody watches the cache ${name}.`,
            description: `The exporter {{ $labels.job }} in {{ $labels.namespace }} reports nothing, so no alert about the cache ${name} can fire.`,
        },
    ];
}

function memoryAlerts(cache: MonitoredStore, window: string): AlertDefinition[] {
    const { name, namespace, job, limits } = cache;
    const memory = limits.CacheMemoryNearMaximum.value;
    const evicted = series("redis_evicted_keys_total", { namespace, job });
    const base = { part: cache, severity: "warning", dashboard: "database" } as const;
    return [
        {
            ...base,
            alert: "CacheMemoryNearMaximum",
            expr: `${series(recorded.cacheMemoryRatio, recordedLabels(cache))} > ${ratio(memory)}`,
            summary: `The cache ${name} uses more than ${memory} % of its memory.`,
            description: `${name} in {{ $labels.namespace }} uses {{ $value | humanizePercentage }} of its memory; at 100 % it drops keys or refuses writes.`,
        },
        {
            ...base,
            alert: "CacheEvicting",
            expr: `sum by (namespace, job) (rate(${evicted}[${window}])) > ${limits.CacheEvicting.value}`,
            summary: `The cache ${name} drops keys to make room.`,
            description: `${name} in {{ $labels.namespace }} drops {{ $value | humanize }} keys a second, sessions among them where it holds sessions.`,
        },
    ];
}

function connectionAlerts(cache: MonitoredStore, window: string): AlertDefinition[] {
    const { name, namespace, job, limits } = cache;
    const percent = limits.CacheConnectionsNearMaximum.value;
    const rejected = series("redis_rejected_connections_total", { namespace, job });
    const base = { part: cache, dashboard: "database" } as const;
    return [
        {
            ...base,
            alert: "CacheConnectionsNearMaximum",
            severity: "warning",
            expr: `${series(recorded.cacheConnectionRatio, recordedLabels(cache))} > ${ratio(percent)}`,
            summary: `The cache ${name} has used more than ${percent} % of its connections.`,
            description: `${name} in {{ $labels.namespace }} has {{ $value | humanizePercentage }} of the connections it accepts; at 100 % it turns clients away.`,
        },
        {
            ...base,
            alert: "CacheRejectingConnections",
            severity: "critical",
            expr: `sum by (namespace, job) (increase(${rejected}[${window}])) > ${limits.CacheRejectingConnections.value}`,
            summary: `The cache ${name} turns clients away.`,
            description: `${name} in {{ $labels.namespace }} refused {{ $value | printf "%.0f" }} connections in ${window} because it has as many as it accepts.`,
        },
    ];
}
