import type { MonitoredService } from "../model";
import { counter, exportedBy, gauge, histogram, type Metric } from "./metric";

type Described = Pick<MonitoredService, "metrics" | "operations" | "ownMetrics">;

/**
 * What a service exports, under the names that it gives its metrics. Client libraries add further labels as they like; rules and
 * dashboards may use these alone.
 */
export function applicationMetrics({ metrics, operations, ownMetrics }: Described): Readonly<Record<string, Metric>> {
    if (metrics === undefined) {
        return {};
    }
    const request = ["method", metrics.endpointLabel, metrics.statusLabel];
    return exportedBy(
        { exporter: "the service itself", since: "its first" },
        {
            [metrics.requests]: counter("1", request),
            [metrics.duration]: histogram("seconds", request),
            [metrics.activeConnections]: gauge("1"),
            [metrics.poolInUse]: gauge("1"),
            [metrics.poolSize]: gauge("1"),
            [metrics.cacheHits]: counter("1"),
            [metrics.cacheMisses]: counter("1"),
            [metrics.databaseErrors]: counter("1"),
            [metrics.cacheErrors]: counter("1"),
            ...Object.fromEntries(
                // Of an operation that is declared whole, the declaration stands.
                operations.map(({ counter: name, failed }) => [name, counter("1", Object.keys(failed))]),
            ),
            ...Object.fromEntries(
                Object.entries(ownMetrics).map(([name, { type, unit, labels = [] }]) => [name, { type, unit, labels }]),
            ),
        },
    );
}
