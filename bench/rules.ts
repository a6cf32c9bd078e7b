import { once } from "node:events";
import { rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { stringify } from "yaml";
import { systemDashboards } from "../components/observability/dashboards/systemDashboards";
import type { Metric } from "../components/observability/metrics/metric";
import { postgresMetrics, redisMetrics } from "../components/observability/metrics/stores";
import type { MonitoringModel } from "../components/observability/model";
import { ruleGroups } from "../components/observability/rules/alertRules";
import type { RuleGroup } from "../components/observability/rules/rule";
import { config, modelOf } from "../tests/components/observability/fixtures";
import { cadvisorMetrics, kubeletMetrics, kubeStateMetrics } from "../tests/live/clusterMetrics";
import { panelQueries } from "../tests/live/dashboardQueries";
import { Prometheus, type Target } from "../tests/live/prometheus";
import { ServiceMetrics, type MetricsPlan } from "../tests/live/referenceService/metrics";
import { type KubernetesObject } from "../tests/live/scrapeTargets";
import { divided, shortened } from "../tests/live/shorten";
import { Processes } from "../tests/processes";

export interface RuleCost {
    readonly services: number;
    readonly rules: number;
    /** Series that Prometheus holds, and those among them that rules record. */
    readonly series: number;
    readonly recordedSeries: number;
    /** Seconds of a core that all rules take once, and the part of the time between two evaluations that this is. */
    readonly seconds: number;
    readonly share: number;
    /** Seconds of a core that the queries of all dashboards of one system take, and how many these are. */
    readonly dashboardSeconds: number;
    readonly dashboardQueries: number;
}

/** How much faster time passes, so that windows of five minutes are full after 50 seconds. */
const factor = 6;

const measuredMilliseconds = 20_000;

/** Part of the targets that must have answered last. With fewer, rules have less to do than they would. */
const enoughTargets = 0.95;

const podsOfService = 3;
const endpoints = 4;

/** The system of the tests with another name: a service with an autoscaler, a PostgreSQL, a Redis. */
function model(index: number): MonitoringModel {
    const name = `system-${index}`;
    const base = modelOf();
    const moved = <Part extends { readonly namespace: string }>(parts: readonly Part[]): Part[] =>
        parts.map((part) => ({ ...part, namespace: name }));
    return {
        ...base,
        system: name,
        namespace: name,
        services: moved(base.services),
        databases: moved(base.databases),
        caches: moved(base.caches),
    };
}

/**
 * Starts a Prometheus with the rules of so many systems and with targets that have the series of three pods for each service, lets the
 * windows of five minutes fill and measures. Windows of hours and days stay as full as they are by then.
 */
export async function measureRules(services: number, program = "prometheus"): Promise<RuleCost> {
    const processes = new Processes("platform-bench");
    const models = Array.from({ length: services }, (_, index) => model(index));
    const server = await serve(models);
    try {
        const { scrapeIntervalSeconds, evaluationIntervalSeconds } = config.observability;
        const interval = divided(`${scrapeIntervalSeconds}s`, factor);
        const groups = models.map((each) => ruleGroups(each));
        const prometheus = await Prometheus.start(processes, {
            program,
            rules: Object.fromEntries(
                groups.map((list, index) => [`${index}.yaml`, shortened(stringify({ groups: list }), factor)]),
            ),
            targets: targets(models, `127.0.0.1:${(server.address() as AddressInfo).port}`, interval),
            evaluationInterval: divided(`${evaluationIntervalSeconds}s`, factor),
            flags: ["--web.enable-lifecycle"],
        });
        await wait((1.2 * 300_000) / factor);
        const { cores: withRules, evaluations, series } = await load(prometheus);
        const [recorded] = await prometheus.query('count({__name__=~".+:.+"})');
        const [answering] = await prometheus.query("sum(up) / count(up)");
        if (Number(answering?.value[1]) < enoughTargets) {
            throw new Error("the machine is too busy: Prometheus does not get at what it scrapes");
        }
        // What is left is scraping, which rules are no part of.
        rmSync(processes.file("rules"), { recursive: true });
        await fetch(`http://${prometheus.address}/-/reload`, { method: "POST" });
        const { cores: withoutRules } = await load(prometheus);
        // Prometheus leaves rounds out where it does not get to them; they count as if they had been.
        const planned = evaluationsPerSecond(groups.flat(), evaluationIntervalSeconds);
        const share = ((withRules - withoutRules) * planned) / evaluations;
        return {
            services,
            rules: groups.flat().flatMap(({ rules }) => rules).length,
            series,
            recordedSeries: Number(recorded?.value[1]),
            seconds: share * evaluationIntervalSeconds,
            share,
            ...(await dashboardCost(prometheus, models[0] ?? modelOf(), withoutRules)),
        };
    } finally {
        await processes.stop();
        server.close();
        server.closeAllConnections();
    }
}

/** How often rules are evaluated in life. */
function evaluationsPerSecond(groups: readonly RuleGroup[], defaultSeconds: number): number {
    return groups.reduce(
        (sum, { interval = `${defaultSeconds}s`, rules }) =>
            sum + (1000 * rules.length) / Number(divided(interval, 1).replace("ms", "")),
        0,
    );
}

/** How many cores Prometheus keeps busy, however busy the machine is, how many rules it evaluates a second, and how many series it holds. */
async function load(prometheus: Prometheus): Promise<{ cores: number; evaluations: number; series: number }> {
    const before = await ownMetrics(prometheus);
    const start = Date.now();
    await wait(measuredMilliseconds);
    const after = await ownMetrics(prometheus);
    const seconds = (Date.now() - start) / 1000;
    return {
        cores: (after.cpuSeconds - before.cpuSeconds) / seconds,
        evaluations: (after.evaluations - before.evaluations) / seconds,
        series: after.series,
    };
}

/** What opening every dashboard of a system once costs: each query over the last hour. */
async function dashboardCost(
    prometheus: Prometheus,
    system: MonitoringModel,
    idleCores: number,
): Promise<Pick<RuleCost, "dashboardSeconds" | "dashboardQueries">> {
    const dashboards = Object.entries(systemDashboards(system)).map(
        ([key, dashboard]) => [key, JSON.stringify(dashboard)] as const,
    );
    const queries = panelQueries(Object.fromEntries(dashboards), factor);
    const end = Date.now() / 1000;
    const range = { start: String(end - 3600 / factor), end: String(end), step: String(30 / factor) };
    const before = await ownMetrics(prometheus);
    const start = Date.now();
    for (const { query } of queries) {
        const { status, error } = await prometheus.get("query_range", { query, ...range });
        if (status !== 200) {
            throw new Error(`${error ?? status}: ${query}`);
        }
    }
    const after = await ownMetrics(prometheus);
    const idle = (idleCores * (Date.now() - start)) / 1000;
    return { dashboardSeconds: after.cpuSeconds - before.cpuSeconds - idle, dashboardQueries: queries.length };
}

async function ownMetrics({
    address,
}: Prometheus): Promise<{ cpuSeconds: number; evaluations: number; series: number }> {
    const text = await (await fetch(`http://${address}/metrics`)).text();
    const total = (name: string): number =>
        [...text.matchAll(new RegExp(`^${name}(?:\\{.*\\})? (\\S+)$`, "gm"))].reduce(
            (sum, [, value]) => sum + Number(value),
            0,
        );
    return {
        cpuSeconds: total("process_cpu_seconds_total"),
        evaluations: total("prometheus_rule_evaluations_total"),
        series: total("prometheus_tsdb_head_series"),
    };
}

function targets(models: readonly MonitoringModel[], address: string, interval: string): Target[] {
    const target = (path: string, labels: Target["labels"], honorLabels = false): Target => ({
        ...{ address, path, labels, interval, honorLabels },
    });
    return [
        target("/kube-state-metrics", { job: "kube-state-metrics" }, true),
        target("/cadvisor", { job: "kubelet", metrics_path: "/metrics/cadvisor" }, true),
        target("/kubelet", { job: "kubelet", metrics_path: "/metrics" }, true),
        ...models.flatMap(({ namespace, services, databases, caches }) => [
            ...services.flatMap(({ job }) =>
                Array.from({ length: podsOfService }, (_, pod) =>
                    target("/service", { namespace, job, pod: `${job}-7c9d5b8f6d-x2k4${pod}` }),
                ),
            ),
            ...databases.map(({ job }) => target("/postgres", { namespace, job, pod: "postgres-0" })),
            ...caches.map(({ job }) => target("/redis", { namespace, job, pod: "redis-0" })),
        ]),
    ];
}

/** Serves the metrics of everything. Targets of a kind differ in their labels alone, so each text is made once a second. */
async function serve(models: readonly MonitoringModel[]): Promise<Server> {
    const [service] = modelOf().services;
    if (service?.metrics === undefined) {
        throw new Error("the system of the tests has no service with metrics");
    }
    const objects = models.flatMap(objectsOf);
    const metrics = new ServiceMetrics(service as MetricsPlan, () => ({ inUse: 3, size: 10 }));
    const texts: Readonly<Record<string, () => string | Promise<string>>> = {
        "/kube-state-metrics": () => kubeStateMetrics(objects, Date.now()),
        "/cadvisor": () => cadvisorMetrics(objects, Date.now()),
        "/kubelet": () => kubeletMetrics(objects),
        "/postgres": () => storeMetrics(postgresMetrics),
        "/redis": () => storeMetrics(redisMetrics),
        "/service": () => serviceMetrics(metrics),
    };
    const made = new Map<string, { readonly second: number; readonly text: Promise<string> }>();
    const server = createServer(({ url = "" }, response) => {
        const second = Math.floor(Date.now() / 1000);
        let cached = made.get(url);
        if (cached?.second !== second) {
            cached = { second, text: Promise.resolve(texts[url]?.() ?? "") };
            made.set(url, cached);
        }
        void cached.text.then((text) => response.end(text));
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return server;
}

function serviceMetrics(metrics: ServiceMetrics): Promise<string> {
    for (let endpoint = 0; endpoint < endpoints; endpoint++) {
        for (const status of [200, 500]) {
            metrics.answered("GET", `/endpoint-${endpoint}`, status, 0.02 * endpoint);
        }
    }
    (["cacheHits", "cacheHits", "cacheHits", "cacheMisses"] as const).forEach((event) => metrics.count(event));
    return metrics.text();
}

/** Every metric of an exporter, with five series where it has labels. */
function storeMetrics(metrics: Readonly<Record<string, Metric>>): string {
    const now = Date.now() / 1000;
    return Object.entries(metrics)
        .flatMap(([name, { labels, type }]) =>
            Array.from({ length: labels.length > 0 ? 5 : 1 }, (_, index) => {
                const pairs = labels.map((label) => `${label}="value-${index}"`).join(",");
                return `${name}{${pairs}} ${type === "counter" ? now : 1}\n`;
            }),
        )
        .join("");
}

function objectsOf({ namespace, services, databases, caches }: MonitoringModel): KubernetesObject[] {
    const amounts = { cpu: "1", memory: "512Mi" };
    const workload = (kind: string, name: string): KubernetesObject => ({
        kind,
        metadata: { name, namespace },
        spec: {
            template: {
                metadata: { labels: {} },
                spec: { containers: [{ name: "app", resources: { requests: amounts, limits: amounts } }] },
            },
            ...(kind === "StatefulSet" && { volumeClaimTemplates: [{ metadata: { name: "data" } }] }),
        },
    });
    return [
        ...services.flatMap(({ name }) => [
            workload("Deployment", name),
            {
                kind: "HorizontalPodAutoscaler",
                metadata: { name, namespace },
                spec: { minReplicas: podsOfService, maxReplicas: 10 },
            },
        ]),
        ...[...databases, ...caches].map(({ name }) => workload("StatefulSet", name)),
        ...databases.map(({ backupJob }) => ({ kind: "CronJob", metadata: { name: backupJob, namespace } })),
    ];
}
