import type { MonitoredService } from "../model";
import { ratio, ownMetric } from "../promql";
import {
    availablePods,
    cacheHitRatio,
    errorRatio,
    failureRate,
    latency,
    poolRatio,
    requestRate,
    type MeasuredService,
} from "./expressions";
import { graph, stat, type Panel } from "./panel";
import { kubernetesObjects, own, type Labels } from "./selectors";

/** Load, errors and latency of a service as numbers. */
export function requestNumbers(service: MeasuredService, details?: string): Panel[] {
    const { HighErrorRate, HighResponseTime } = service.limits;
    const more = details === undefined ? {} : { details };
    return [
        stat({
            title: "Request rate",
            description: "Requests a second.",
            unit: "reqps",
            queries: [{ expr: requestRate(service), legend: "requests" }],
            ...more,
        }),
        stat({
            title: "Error rate",
            description: "Share of requests that end with a 5xx status. Red is where HighErrorRate fires.",
            unit: "percentunit",
            queries: [{ expr: errorRatio(service), legend: "errors" }],
            limit: { value: ratio(HighErrorRate.value), bad: "above" },
            ...more,
        }),
        stat({
            title: "Latency, 95th percentile",
            description: "One request in twenty takes longer. Red is where HighResponseTime fires.",
            unit: "s",
            queries: [{ expr: latency(0.95, service), legend: "p95" }],
            limit: { value: HighResponseTime.value, bad: "above" },
            ...more,
        }),
    ];
}

export function readyPods(service: MonitoredService, details?: string): Panel {
    return stat({
        title: "Ready pods",
        description: "Pods that requests are sent to. Red is where ServiceNotReady fires.",
        unit: "short",
        queries: [{ expr: `max(${availablePods(service)})`, legend: "pods" }],
        limit: { value: 1, bad: "below" },
        ...(details !== undefined && { details }),
    });
}

export function requestsByEndpoint(service: MeasuredService, labels: Labels = {}): Panel {
    const { endpointLabel } = service.metrics;
    return graph({
        title: "Request rate by endpoint",
        description: "Requests a second, by endpoint.",
        unit: "reqps",
        queries: [{ expr: requestRate(service, labels, endpointLabel), legend: `{{${endpointLabel}}}` }],
    });
}

export function errorGraph(service: MeasuredService): Panel {
    return graph({
        title: "Error rate",
        description: "Share of requests that end with a 5xx status, over all endpoints.",
        unit: "percentunit",
        queries: [{ expr: errorRatio(service), legend: "errors" }],
        limit: { value: ratio(service.limits.HighErrorRate.value), bad: "above" },
    });
}

export function latencyGraph(service: MeasuredService): Panel {
    return graph({
        title: "Latency",
        exemplars: true,
        description: "Half, 95 % and 99 % of the requests take no longer than this. The alert looks at 95 %.",
        unit: "s",
        queries: ([0.5, 0.95, 0.99] as const).map((quantile) => ({
            expr: latency(quantile, service),
            legend: `p${quantile * 100}`,
        })),
        limit: { value: service.limits.HighResponseTime.value, bad: "above" },
    });
}

export function failuresByEndpoint(service: MeasuredService, labels: Labels = {}): Panel {
    const { endpointLabel, statusLabel } = service.metrics;
    return graph({
        title: "5xx by endpoint",
        description: "Requests a second that end with a 5xx status, by endpoint and status.",
        unit: "reqps",
        queries: [
            {
                expr: failureRate(service, labels, `${endpointLabel}, ${statusLabel}`),
                legend: `{{${endpointLabel}}} {{${statusLabel}}}`,
            },
        ],
    });
}

/** What requests wait for inside the service. */
export function saturationGraphs(service: MeasuredService): Panel[] {
    const { HighActiveConnections, ConnectionPoolNearlyExhausted } = service.limits;
    const pool = graph({
        title: "Database connection pool",
        description: "Share of each pod's pool that is in use. When it is used up, requests wait.",
        unit: "percentunit",
        queries: [{ expr: poolRatio(service), legend: "{{pod}}" }],
        limit: { value: ratio(ConnectionPoolNearlyExhausted.value), bad: "above" },
    });
    return [
        graph({
            title: "Active connections",
            description: "Requests in flight in each pod.",
            unit: "short",
            queries: [
                {
                    expr: `sum by (pod) (${own(service)(ownMetric(service.metrics.activeConnections))})`,
                    legend: "{{pod}}",
                },
            ],
            limit: { value: HighActiveConnections.value, bad: "above" },
        }),
        ...(service.usesDatabase ? [pool] : []),
    ];
}

/** How often the service finds in its cache what it looks for; nothing where it has none. */
export function cacheHits(service: MeasuredService): Panel[] {
    return service.usesCache
        ? [
              graph({
                  title: "Cache hit rate",
                  description: "Share of look-ups that the cache answers, as the service counts them.",
                  unit: "percentunit",
                  queries: [{ expr: cacheHitRatio(service), legend: "hits" }],
                  limit: { value: ratio(service.limits.CacheHitRateLow.value), bad: "below" },
              }),
          ]
        : [];
}

/** What the service does beside answering requests. */
export function operationGraphs(service: MeasuredService): Panel[] {
    return service.operations.map(({ operation, counter, failed }) => {
        const rate = (labels: Labels = {}): string =>
            `60 * sum(rate(${own(service)(ownMetric(counter), labels)}[$__rate_interval]))`;
        return graph({
            title: `Operations: ${operation}`,
            description: "How often a minute, and how often it failed. The alert looks at the failures.",
            unit: "short",
            queries: [
                { expr: rate(), legend: "all" },
                { expr: rate(failed), legend: "failed" },
            ],
            limit: { value: service.limits.OperationFailing.value, bad: "above" },
        });
    });
}

/** How many pods there are of how many there may be; nothing where their number is fixed. */
export function autoscaling(service: MonitoredService): Panel[] {
    const autoscaler = (
        metric: `status_${"current" | "desired"}_replicas` | `spec_${"min" | "max"}_replicas`,
    ): string =>
        `max(${kubernetesObjects(`kube_horizontalpodautoscaler_${metric}`, { horizontalpodautoscaler: service.name })})`;
    return service.autoscaler === undefined
        ? []
        : [
              graph({
                  title: "Pods and their bounds",
                  description:
                      "How many pods the autoscaler wants and has. At the maximum, more load gets no more pods.",
                  unit: "short",
                  queries: [
                      { expr: autoscaler("status_current_replicas"), legend: "current" },
                      { expr: autoscaler("status_desired_replicas"), legend: "desired" },
                      { expr: autoscaler("spec_min_replicas"), legend: "minimum" },
                      { expr: autoscaler("spec_max_replicas"), legend: "maximum" },
                  ],
              }),
          ];
}
