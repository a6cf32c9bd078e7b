import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { OperationSpec } from "../../../components/apiService/spec";
import type { MonitoredService } from "../../../components/observability/model";

/** What a system says of the metrics of one of its services. */
export type MetricsPlan = Pick<MonitoredService, "operations" | "usesDatabase" | "usesCache"> & {
    readonly metrics: NonNullable<MonitoredService["metrics"]>;
};

/** The bounds of Prometheus' client libraries, and two seconds, which is an objective. */
const durationBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 2.5, 5, 10];

/** The metrics that alerts and dashboards expect of a service, under the names that its system declares. */
export class ServiceMetrics {
    private readonly registry = new Registry();
    private readonly counters = new Map<string, Counter>();
    private readonly requests: Counter;
    private readonly durations: Histogram;
    readonly active: Gauge;

    /** @param pool what the pool holds at the moment of a scrape. */
    constructor(
        private readonly plan: MetricsPlan,
        pool: () => { readonly inUse: number; readonly size: number },
    ) {
        const { metrics, operations, usesCache, usesDatabase } = plan;
        const registers = [this.registry];
        const labelNames = ["method", metrics.endpointLabel, metrics.statusLabel];
        this.requests = new Counter({
            name: metrics.requests,
            help: "Requests that were answered.",
            labelNames,
            registers,
        });
        this.durations = new Histogram({
            name: metrics.duration,
            help: "Seconds until a request was answered.",
            labelNames,
            buckets: durationBuckets,
            registers,
        });
        this.active = new Gauge({ name: metrics.activeConnections, help: "Requests in flight.", registers });
        if (usesCache) {
            this.addCounters(metrics.cacheHits, metrics.cacheMisses, metrics.cacheErrors);
        }
        if (usesDatabase) {
            this.addCounters(metrics.databaseErrors);
            this.addPool(metrics.poolInUse, () => pool().inUse);
            this.addPool(metrics.poolSize, () => pool().size);
        }
        operations.forEach((operation) => this.addOperation(operation));
    }

    /** Makes the series of an endpoint exist before anything is counted, so that its first failure is an increase. */
    announce(method: string, endpoint: string): void {
        for (const status of ["200", "500"]) {
            const labels = this.requestLabels(method, endpoint, status);
            this.requests.inc(labels, 0);
            this.durations.zero(labels);
        }
    }

    answered(method: string, endpoint: string, status: number, seconds: number): void {
        const labels = this.requestLabels(method, endpoint, String(status));
        this.requests.inc(labels);
        this.durations.observe(labels, seconds);
    }

    /** Counts one of the events that have a counter of their own; without the store that it is about there is nothing to count. */
    count(event: "cacheHits" | "cacheMisses" | "cacheErrors" | "databaseErrors"): void {
        this.counters.get(this.plan.metrics[event])?.inc();
    }

    /** Counts a round of everything that the service does beside answering requests. */
    operated(failed: boolean): void {
        this.plan.operations.forEach((operation) =>
            this.counters.get(operation.counter)?.inc(failed ? { ...operation.failed } : succeeded(operation)),
        );
    }

    text(): Promise<string> {
        return this.registry.metrics();
    }

    private requestLabels(method: string, endpoint: string, status: string): Record<string, string> {
        const { endpointLabel, statusLabel } = this.plan.metrics;
        return { method, [endpointLabel]: endpoint, [statusLabel]: status };
    }

    private addCounters(...names: readonly string[]): void {
        names.forEach((name) =>
            this.counters.set(name, new Counter({ name, help: "Events.", registers: [this.registry] })),
        );
    }

    private addPool(name: string, value: () => number): void {
        new Gauge({
            name,
            help: "Connections of the database pool.",
            registers: [this.registry],
            collect() {
                this.set(value());
            },
        });
    }

    private addOperation(operation: OperationSpec): void {
        const { counter: name, failed } = operation;
        const counter = new Counter({
            name,
            help: "Operations beside requests.",
            labelNames: Object.keys(failed),
            registers: [this.registry],
        });
        counter.inc({ ...failed }, 0);
        counter.inc(succeeded(operation), 0);
        this.counters.set(name, counter);
    }
}

function succeeded({ failed }: OperationSpec): Record<string, string> {
    return Object.fromEntries(Object.keys(failed).map((label) => [label, "succeeded"]));
}
