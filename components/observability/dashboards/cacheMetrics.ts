import type { CatalogueMetric } from "../metrics/catalogue";
import type { MonitoredStore, MonitoringModel } from "../model";
import { ratio } from "../promql";
import type { RowSpec } from "./dashboard";
import { cacheConnectionRatio, cacheHitRatio, cacheMemoryRatio, isMeasured } from "./expressions";
import { graph, stat, type Panel } from "./panel";
import { own } from "./selectors";
import { volumePanel } from "./volumePanel";

/** How a cache does. */
export function cacheRow(model: MonitoringModel, cache: MonitoredStore): RowSpec {
    return {
        title: `Cache ${cache.name}`,
        panels: [...numbers(cache), ...useGraphs(model, cache), ...roomGraphs(cache), ...volumePanel(cache)],
    };
}

function numbers(cache: MonitoredStore): Panel[] {
    const { limits } = cache;
    const of = own(cache);
    return [
        stat({
            title: "Answers",
            description: "Whether the exporter can connect. Red is where CacheDown fires.",
            unit: "bool_yes_no",
            queries: [{ expr: `max(${of("redis_up")})`, legend: "up" }],
            limit: { value: 1, bad: "below" },
        }),
        stat({
            title: "Memory of the maximum",
            description: "Share of maxmemory in use. Red is where CacheMemoryNearMaximum fires.",
            unit: "percentunit",
            queries: [{ expr: cacheMemoryRatio(cache), legend: "memory" }],
            limit: { value: ratio(limits.CacheMemoryNearMaximum.value), bad: "above" },
        }),
        stat({
            title: "Connections of the maximum",
            description: "Share of maxclients in use. Red is where CacheConnectionsNearMaximum fires.",
            unit: "percentunit",
            queries: [{ expr: cacheConnectionRatio(cache), legend: "connections" }],
            limit: { value: ratio(limits.CacheConnectionsNearMaximum.value), bad: "above" },
        }),
        stat({
            title: "Keys",
            description: "Keys in all databases of the server.",
            unit: "short",
            queries: [{ expr: `sum(${of("redis_db_keys")})`, legend: "keys" }],
        }),
    ];
}

function useGraphs(model: MonitoringModel, cache: MonitoredStore): Panel[] {
    const of = own(cache);
    const rate = (metric: CatalogueMetric): string => `sum(rate(${of(metric)}[$__rate_interval]))`;
    const hits = rate("redis_keyspace_hits_total");
    const clients = model.services.filter(isMeasured).filter((service) => service.usesCache);
    return [
        graph({
            title: "Hit rate",
            description: "Share of look-ups that found something, as the server and as its clients count them.",
            unit: "percentunit",
            queries: [
                { expr: `${hits} / (${hits} + ${rate("redis_keyspace_misses_total")} > 0)`, legend: "server" },
                ...clients.map((service) => ({
                    expr: cacheHitRatio(service),
                    legend: service.name,
                })),
            ],
            ...(clients[0] && { limit: { value: ratio(clients[0].limits.CacheHitRateLow.value), bad: "below" } }),
        }),
        graph({
            title: "Commands",
            description: "Commands a second, by command.",
            unit: "ops",
            queries: [
                { expr: `sum by (cmd) (rate(${of("redis_commands_total")}[$__rate_interval]))`, legend: "{{cmd}}" },
            ],
        }),
        graph({
            title: "Time for a command",
            description: "Mean time that the server works on a command. A slow one makes all others wait.",
            unit: "s",
            queries: [
                {
                    expr:
                        `sum by (cmd) (rate(${of("redis_commands_duration_seconds_total")}[$__rate_interval])) / ` +
                        `(sum by (cmd) (rate(${of("redis_commands_total")}[$__rate_interval])) > 0)`,
                    legend: "{{cmd}}",
                },
            ],
        }),
    ];
}

function roomGraphs(cache: MonitoredStore): Panel[] {
    const of = own(cache);
    const rate = (metric: CatalogueMetric): string => `sum(rate(${of(metric)}[$__rate_interval]))`;
    return [
        graph({
            title: "Memory",
            description: "Bytes in use, and how many may be.",
            unit: "bytes",
            queries: [
                { expr: `max(${of("redis_memory_used_bytes")})`, legend: "used" },
                { expr: `max(${of("redis_memory_max_bytes")})`, legend: "maximum" },
            ],
        }),
        graph({
            title: "Evictions",
            description: "Keys a second that the server drops to make room.",
            unit: "ops",
            queries: [{ expr: rate("redis_evicted_keys_total"), legend: "evicted" }],
            limit: { value: cache.limits.CacheEvicting.value, bad: "above" },
        }),
        graph({
            title: "Connections",
            description: "Clients, those that wait for a blocking command, and how many the server accepts.",
            unit: "short",
            queries: [
                { expr: `max(${of("redis_connected_clients")})`, legend: "connected" },
                { expr: `max(${of("redis_blocked_clients")})`, legend: "blocked" },
                { expr: `max(${of("redis_max_clients")})`, legend: "maximum" },
            ],
        }),
        graph({
            title: "Refused connections",
            description: "Connections a second that the server refused because it has as many as it accepts.",
            unit: "ops",
            queries: [{ expr: rate("redis_rejected_connections_total"), legend: "refused" }],
        }),
    ];
}
