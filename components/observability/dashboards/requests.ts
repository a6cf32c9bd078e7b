import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import type { MonitoringModel } from "../model";
import { dashboardTitles } from "../names";
import { literally, ratio, series, ownMetric } from "../promql";
import type { RowSpec, VariableSpec } from "./dashboard";
import { errorRatio, isMeasured, latency, requestRate, type MeasuredService } from "./expressions";
import { graph, type Panel } from "./panel";
import { chosen, own, type Labels } from "./selectors";
import { systemDashboard } from "./systemDashboard";

/** Requests in detail: by endpoint, by status, and how long they take. */
export function requestRateAndLatency(model: MonitoringModel): Dashboard {
    const services = model.services.filter(isMeasured);
    return systemDashboard(model, {
        key: "requests",
        title: dashboardTitles.requests,
        description: `Requests to the services of ${model.system} by endpoint and status, and their latency.`,
        variables: endpointVariable(services),
        rows: services.map(serviceRow),
    });
}

/** The endpoints of all services; they call the label alike unless they say otherwise. */
export function endpointVariable(services: readonly MeasuredService[]): VariableSpec[] {
    const [first] = services;
    if (first === undefined) {
        return [];
    }
    const jobs = services.map((service) => literally(service.job)).join("|");
    const requests = series(ownMetric(first.metrics.requests), { namespace: chosen.namespace, job: { matches: jobs } });
    return [
        {
            name: "endpoint",
            label: "Endpoint",
            query: `label_values(${requests}, ${first.metrics.endpointLabel})`,
            // Requests without the label are meant, too.
            all: ".*",
        },
    ];
}

function serviceRow(service: MeasuredService): RowSpec {
    return { title: service.name, panels: [...rates(service), ...latencies(service)] };
}

/** The endpoints that the reader has chosen. */
function ofEndpoints({ metrics }: MeasuredService): Labels {
    return { [metrics.endpointLabel]: chosen.endpoint };
}

/** Requests by endpoint, status and pod, and which of them fail. */
export function rates(service: MeasuredService): Panel[] {
    const { endpointLabel, statusLabel } = service.metrics;
    const rate = (by: string): string => requestRate(service, ofEndpoints(service), by);
    return [
        graph({
            title: "Request rate by endpoint",
            description: "Requests a second, by endpoint.",
            unit: "reqps",
            queries: [{ expr: rate(endpointLabel), legend: `{{${endpointLabel}}}` }],
        }),
        graph({
            title: "Request rate by status",
            description: "Requests a second, by status code. 4xx is the clients' mistake, 5xx the service's.",
            unit: "reqps",
            queries: [{ expr: rate(statusLabel), legend: `{{${statusLabel}}}` }],
        }),
        graph({
            title: "Request rate by pod",
            description:
                "Requests a second, by pod. They should be alike; one that gets more has clients that keep to it.",
            unit: "reqps",
            queries: [{ expr: rate("pod"), legend: "{{pod}}" }],
        }),
        graph({
            title: "Error rate by endpoint",
            description:
                "Share of requests that end with a 5xx status, by endpoint. Only endpoints with requests are shown.",
            unit: "percentunit",
            queries: [
                {
                    expr: errorRatio(service, ofEndpoints(service), endpointLabel),
                    legend: `{{${endpointLabel}}}`,
                },
            ],
            limit: { value: ratio(service.limits.HighErrorRate.value), bad: "above" },
        }),
    ];
}

/** How long requests take, by endpoint. */
export function latencies(service: MeasuredService): Panel[] {
    const { duration, endpointLabel } = service.metrics;
    const total = (suffix: string): string =>
        `sum by (${endpointLabel}) (rate(${own(service)(ownMetric(`${duration}_${suffix}`), ofEndpoints(service))}[$__rate_interval]))`;
    const limit = { value: service.limits.HighResponseTime.value, bad: "above" } as const;
    return [
        ...([0.5, 0.95, 0.99] as const).map((quantile) =>
            graph({
                title: `Latency by endpoint, p${quantile * 100}`,
                exemplars: true,
                description: `${quantile * 100} % of the requests to the endpoint take no longer than this.`,
                unit: "s",
                queries: [
                    {
                        expr: latency(quantile, service, ofEndpoints(service), endpointLabel),
                        legend: `{{${endpointLabel}}}`,
                    },
                ],
                // The alert is about the 95th percentile.
                ...(quantile === 0.95 && { limit }),
            }),
        ),
        graph({
            title: "Mean latency by endpoint",
            description: "Time spent on requests divided by their number. Far below p95, a few requests are very slow.",
            unit: "s",
            queries: [{ expr: `${total("sum")} / (${total("count")} > 0)`, legend: `{{${endpointLabel}}}` }],
        }),
    ];
}
