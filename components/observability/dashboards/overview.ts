import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import type { CatalogueMetric } from "../metrics/catalogue";
import type { MonitoredDatabase, MonitoredService, MonitoredStore, MonitoringModel } from "../model";
import { workloads } from "../model";
import { dashboardTitles, dashboardUid } from "../names";
import { quoted, ratio } from "../promql";
import type { RowSpec } from "./dashboard";
import {
    availablePods,
    cacheConnectionRatio,
    databaseConnectionRatio,
    errorRatio,
    isMeasured,
    latency,
    requestRate,
    type MeasuredService,
} from "./expressions";
import { alerts, graph, stat, type Panel, type Query } from "./panel";
import { containers, kubernetesObjects, own } from "./selectors";
import { systemDashboard } from "./systemDashboard";

/** A system on one screen: what is wrong, how its services and stores do, what it uses. Everything leads to where there is more. */
export function overview(model: MonitoringModel): Dashboard {
    const measured = model.services.filter(isMeasured);
    const stores = [...model.databases.map(databaseAnswers), ...model.caches.map(cacheAnswers)];
    const storeDetails = dashboardUid(model.system, "database");
    return systemDashboard(model, {
        key: "overview",
        title: dashboardTitles.overview,
        description: `Alerts, services, stores and resources of ${model.system} on one screen.`,
        rows: [
            { title: "Alerts", panels: [alerts("Alerts", `{system=${quoted(model.system)}}`)] },
            {
                title: "Services",
                panels: [
                    ...(measured.length === 0 ? [] : comparisons(measured)),
                    ...model.services.map((service) => servicePods(model, service)),
                ],
            },
            ...(stores.length === 0
                ? []
                : [{ title: "Databases and caches", panels: stores.flatMap((answers) => answers(storeDetails)) }]),
            resourceRow(model),
        ],
    });
}

/** All services in one graph each. */
function comparisons(services: readonly MeasuredService[]): Panel[] {
    const each = (expr: (service: MeasuredService) => string): Query[] =>
        services.map((service) => ({ expr: expr(service), legend: service.name }));
    const strictest = (value: (service: MeasuredService) => number): { value: number; bad: "above" } => ({
        value: Math.min(...services.map(value)),
        bad: "above",
    });
    return [
        graph({
            title: "Request rate",
            description: "Requests a second, by service.",
            unit: "reqps",
            queries: each((service) => requestRate(service)),
            span: 8,
        }),
        graph({
            title: "Error rate",
            description:
                "Share of requests that end with a 5xx status, by service. The line is the lowest limit of any of them.",
            unit: "percentunit",
            queries: each((service) => errorRatio(service)),
            limit: strictest(({ limits }) => ratio(limits.HighErrorRate.value)),
            span: 8,
        }),
        graph({
            title: "Latency, 95th percentile",
            exemplars: true,
            description: "One request in twenty takes longer, by service. The line is the lowest limit of any of them.",
            unit: "s",
            queries: each((service) => latency(0.95, service)),
            limit: strictest(({ limits }) => limits.HighResponseTime.value),
            span: 8,
        }),
    ];
}

function servicePods(model: MonitoringModel, service: MonitoredService): Panel {
    return stat({
        title: `${service.name}: ready pods`,
        description: "Pods that requests are sent to. Red is where ServiceNotReady fires.",
        unit: "short",
        queries: [{ expr: `max(${availablePods(service)})`, legend: "pods" }],
        limit: { value: 1, bad: "below" },
        details: dashboardUid(model.system, `service-${service.name}`),
    });
}

type Answers = (details: string) => Panel[];

function databaseAnswers(database: MonitoredDatabase): Answers {
    const up = ({ postgres: "pg_up", mysql: "mysql_up" } as const)[database.engine];
    const limit = database.limits.DatabaseConnectionsNearMaximum.value;
    return storeNumbers(database, up, "DatabaseDown", databaseConnectionRatio(database), limit);
}

function cacheAnswers(cache: MonitoredStore): Answers {
    const limit = cache.limits.CacheConnectionsNearMaximum.value;
    return storeNumbers(cache, "redis_up", "CacheDown", cacheConnectionRatio(cache), limit);
}

function storeNumbers(
    store: MonitoredStore,
    up: CatalogueMetric,
    alert: "DatabaseDown" | "CacheDown",
    connections: string,
    limit: number,
): Answers {
    return (details) => [
        stat({
            title: `${store.name}: answers`,
            description: `Whether the exporter can connect. Red is where ${alert} fires.`,
            unit: "bool_yes_no",
            queries: [{ expr: `max(${own(store)(up)})`, legend: "up" }],
            limit: { value: 1, bad: "below" },
            details,
        }),
        stat({
            title: `${store.name}: connections of the maximum`,
            description: "Share of the connections that the server accepts.",
            unit: "percentunit",
            queries: [{ expr: connections, legend: "connections" }],
            limit: { value: ratio(limit), bad: "above" },
            details,
        }),
    ];
}

function resourceRow(model: MonitoringModel): RowSpec {
    const details = dashboardUid(model.system, "pods");
    const parts = workloads(model);
    const each = (expr: (pods: { pod: { matches: string } }) => string): Query[] =>
        parts.map(({ name, pods }) => ({ expr: expr({ pod: { matches: pods } }), legend: name }));
    const panel = (title: string, description: string, unit: "short" | "bytes", queries: readonly Query[]): Panel =>
        graph({ title, description, unit, queries, details, span: 8 });
    return {
        title: "Resources",
        panels: [
            panel(
                "CPU",
                "Cores in use, by part.",
                "short",
                each((pods) => `sum(rate(${containers("container_cpu_usage_seconds_total", pods)}[$__rate_interval]))`),
            ),
            panel(
                "Memory",
                "Working set: memory that the kernel cannot take back, by part.",
                "bytes",
                each((pods) => `sum(${containers("container_memory_working_set_bytes", pods)})`),
            ),
            panel(
                "Restarts in an hour",
                "Restarts of containers, by part.",
                "short",
                each(
                    (pods) =>
                        `sum(increase(${kubernetesObjects("kube_pod_container_status_restarts_total", pods)}[1h]))`,
                ),
            ),
        ],
    };
}
