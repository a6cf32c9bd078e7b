import { strict as assert } from "node:assert";
import { exporterImage } from "../../../components/cache/images";
import { engines } from "../../../components/database/engines";
import { applicationMetrics } from "../../../components/observability/metrics/application";
import { labelsOf, metricCatalogue, metricNamed } from "../../../components/observability/metrics/catalogue";
import type { Metric } from "../../../components/observability/metrics/metric";
import { monitoringModel } from "../../../components/observability/model";
import { ownMetric, series } from "../../../components/observability/promql";
import { environments, systemSettings } from "../../../config/schema";
import { systemDefinitions } from "../../../stacks/registry";
import { simulateStack, stackNames, type ResourceGraph } from "../../harness";
import { completeModel, config, modelOf, plannedSystem } from "./fixtures";
import { inferLabels, type Catalogue } from "./promqlLabels";

interface Rule {
    readonly record?: string;
    readonly alert?: string;
    readonly expr: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
}

interface Panel {
    readonly title?: string;
    readonly panels?: readonly Panel[];
    readonly targets?: readonly { readonly expr?: string; readonly legendFormat?: string }[];
}

interface DashboardJson {
    readonly title: string;
    readonly panels: readonly Panel[];
    readonly templating: { readonly list: readonly { readonly query?: unknown }[] };
}

/** What the services of all systems export, by service; two systems may give one name to different metrics. */
function serviceMetrics(): ReadonlyMap<string, Readonly<Record<string, Metric>>> {
    const services = environments.flatMap((environment) =>
        systemDefinitions.flatMap((definition) => {
            const settings = systemSettings.parse({ version: "1.0.0" });
            const addons = new Set<never>();
            const declaration = definition.declare({ environment, settings, addons });
            const plan = { ...plannedSystem(), name: definition.name, declaration };
            const platform = { environment, data: config.data, observability: config.observability, addons };
            return monitoringModel({ plan, platform, stores: [] }).services;
        }),
    );
    return new Map(services.map((service) => [service.job, applicationMetrics(service)]));
}

const ofServices = serviceMetrics();

/** The catalogue as one stack has it: of a job that is a service, what that service exports; and what the rules record. */
function catalogueOf(recorded: ReadonlyMap<string, ReadonlySet<string>>): Catalogue {
    return (name, job) => {
        const found = metricNamed(name);
        if (found !== undefined) {
            return labelsOf(found);
        }
        const own = [...ofServices].flatMap(([service, metrics]) =>
            job === undefined || job === service ? (metrics[name] ?? []) : [],
        );
        return recorded.get(name) ?? (own[0] === undefined ? undefined : labelsOf(own[0]));
    };
}

function objects(graph: ResourceGraph, kind: string): Record<string, unknown>[] {
    return graph.all
        .map(({ inputs }) => inputs as Record<string, unknown>)
        .filter((inputs) => inputs.kind === kind && inputs.metadata !== undefined);
}

function rulesOf(graph: ResourceGraph): Rule[] {
    return objects(graph, "PrometheusRule")
        .flatMap(({ spec }) => (spec as { groups: { rules: Rule[] }[] }).groups)
        .flatMap(({ rules }) => rules);
}

function dashboardsOf(graph: ResourceGraph): DashboardJson[] {
    return objects(graph, "ConfigMap")
        .filter(({ metadata }) => (metadata as { labels?: Record<string, string> }).labels?.grafana_dashboard === "1")
        .flatMap(({ data }) => Object.values(data as Record<string, string>))
        .map((text) => JSON.parse(text) as DashboardJson);
}

/** What rules record, with the labels that it has: those of the expression and those that the rule adds. */
function recordedBy(rules: readonly Rule[]): Map<string, ReadonlySet<string>> {
    const recorded = new Map<string, ReadonlySet<string>>();
    for (const { record, expr, labels } of rules) {
        if (record !== undefined) {
            const inferred = inferLabels(expr, catalogueOf(recorded));
            recorded.set(record, new Set([...inferred.labels, ...Object.keys(labels ?? {})]));
        }
    }
    return recorded;
}

/** What is wrong with the rules, and with the labels that their texts speak of. */
function problemsOfRules(rules: readonly Rule[]): string[] {
    const catalogue = catalogueOf(recordedBy(rules));
    return rules.flatMap(({ record, alert, expr, labels = {}, annotations = {} }) => {
        const { labels: inferred, problems } = inferLabels(expr, catalogue);
        const texts = Object.values(annotations).join("\n");
        const unknown = [...texts.matchAll(/\$labels\.(\w+)/g)]
            .map(([, label = ""]) => label)
            .filter((label) => !inferred.has(label) && !(label in labels));
        return [...problems, ...unknown.map((label) => `the text names "${label}"`)].map(
            (problem) => `${alert ?? record}: ${problem}`,
        );
    });
}

/** An expression as Grafana sends it. A variable in a string may stay; one that is a duration may not. */
function resolved(expr: string): string {
    return expr.replace(/\$\{?__(?:rate_interval|interval|range)\}?/g, "5m").replace(/\$\{?__\w+\}?/g, "300");
}

function problemsOfDashboards(dashboards: readonly DashboardJson[], catalogue: Catalogue): string[] {
    const nested = (panel: Panel): Panel[] => [panel, ...(panel.panels ?? []).flatMap(nested)];
    return dashboards.flatMap(({ title, panels, templating }) => [
        ...panels.flatMap(nested).flatMap(({ title: panel, targets = [] }) =>
            targets.flatMap(({ expr, legendFormat = "" }) => {
                if (expr === undefined) {
                    return [];
                }
                const { labels, problems } = inferLabels(resolved(expr), catalogue);
                const unknown = [...legendFormat.matchAll(/\{\{\s*(\w+)\s*\}\}/g)]
                    .map(([, label = ""]) => label)
                    .filter((label) => !labels.has(label));
                return [...problems, ...unknown.map((label) => `the legend names "${label}"`)].map(
                    (problem) => `${title}, ${panel}: ${problem}`,
                );
            }),
        ),
        ...templating.list.flatMap(({ query }) => {
            const text = typeof query === "string" ? query : ((query as { query?: string } | undefined)?.query ?? "");
            const [, expr, label = ""] = /^label_values\((.+),\s*(\w+)\)$/.exec(text) ?? [];
            if (expr === undefined) {
                return [];
            }
            const { labels, problems } = inferLabels(resolved(expr), catalogue);
            return [...problems, ...(labels.has(label) ? [] : [`a variable asks for "${label}"`])].map(
                (problem) => `${title}: ${problem}`,
            );
        }),
    ]);
}

describe("the metric catalogue", () => {
    for (const stack of stackNames()) {
        it(`has every metric and label that rules and dashboards of ${stack} name`, async () => {
            const graph = await simulateStack(stack);
            const rules = rulesOf(graph);
            const dashboards = dashboardsOf(graph);
            // `local` has no monitoring add-on, so nothing there would read them.
            assert.equal(rules.length > 0 && dashboards.length > 0, stack !== "local");
            assert.deepEqual(problemsOfRules(rules), []);
            assert.deepEqual(problemsOfDashboards(dashboards, catalogueOf(recordedBy(rules))), []);
        });
    }

    const known: Catalogue = catalogueOf(
        new Map([["service:requests:rate", new Set(["namespace", "job", "component"])]]),
    );
    for (const [expr, problem] of [
        ["upp == 0", '"upp" is not in the catalogue'],
        ['up{jobb="x"} == 0', '"up" has no label "jobb"'],
        ['pg_up{datname="x"}', '"pg_up" has no label "datname"'],
        [
            "sum by (cluster) (up)",
            '"cluster" in by or without is not among {container, instance, job, metrics_path, namespace, node, pod, service}',
        ],
        ["sum by (job) (sum by (namespace) (up))", '"job" in by or without is not among {namespace}'],
        [
            "redis_up * on (datname) group_left () pg_up",
            '"datname" in on is not among {container, instance, job, namespace, pod, service}',
        ],
        [
            "sum by (job) (up) * on (job) group_left (version) count by (job) (up)",
            '"version" in group is not among {job}',
        ],
        ["sum by (job) (up) / sum by (namespace) (up)", "sides that have to match have {job} and {namespace}"],
        [
            "histogram_quantile(0.9, sum by (job) (rate(prometheus_http_request_duration_seconds_bucket[5m])))",
            '"le" in histogram_quantile is not among {job}',
        ],
        ["sum by (pod) (service:requests:rate)", '"pod" in by or without is not among {component, job, namespace}'],
        ["rate(up[5m]", 'cannot be parsed at ""'],
        ['user_batch_operations_total{job="user-mgmt-api"}', '"user_batch_operations_total" is not in the catalogue'],
    ] as const) {
        it(`refuses ${expr}`, () => {
            const { problems } = inferLabels(expr, known);
            assert.ok(problems.includes(problem), problems.join("\n"));
        });
    }

    it("is what a metric of a rule or a panel has to be in to compile, but for recorded ones and a service's own", () => {
        // @ts-expect-error There is no such metric.
        assert.equal(series("upp"), "upp");
        // @ts-expect-error A histogram is stored as three metrics, none of which has its name.
        assert.equal(series("prometheus_http_request_duration_seconds"), "prometheus_http_request_duration_seconds");
        assert.equal(series("up", { job: "a" }), 'up{job="a"}');
        assert.equal(series("service:http_requests:rate"), "service:http_requests:rate");
        assert.equal(series(ownMetric("signups_total")), "signups_total");
    });

    it("follows labels through aggregations, matching and functions to the result", () => {
        for (const [expr, labels] of [
            ["sum(up)", []],
            ["sum by (job) (up)", ["job"]],
            [
                "sum without (le) (prometheus_build_info)",
                [
                    "branch",
                    "container",
                    "goversion",
                    "instance",
                    "job",
                    "namespace",
                    "pod",
                    "revision",
                    "service",
                    "version",
                ],
            ],
            ['absent(up{job="a"} == 1)', []],
            ["topk(3, sum by (job, pod) (up))", ["job", "pod"]],
            ['label_replace(sum(up), "operation", "batch", "", "")', ["operation"]],
            ['absent(up{job="a",namespace="b",pod=~"c"})', ["job", "namespace"]],
            [
                "sum by (job, pod) (up) * on (job) group_left (namespace) sum by (job, namespace) (up)",
                ["job", "namespace", "pod"],
            ],
            ["sum by (job, pod) (up) and on (job) sum by (job) (up)", ["job", "pod"]],
            ["sum by (job, pod) (up) or sum by (job) (up)", ["job"]],
            ["time() - max by (namespace) (kube_cronjob_created)", ["namespace"]],
        ] as const) {
            assert.deepEqual([...inferLabels(expr, known).labels].sort(), labels, expr);
        }
    });

    it("has the metrics that a service declares and those it gives another name, and only for that service", () => {
        const { declaration } = plannedSystem();
        const api = {
            ...declaration.services["user-mgmt-api"],
            metricNames: { requests: "api_calls_total", duration: "api_call_seconds", statusLabel: "code" },
            ownMetrics: { signups_total: { type: "counter", unit: "1", labels: ["plan"], description: "Sign-ups." } },
        } as never;
        const [service] = modelOf("in-cluster", {
            declaration: { ...declaration, services: { "user-mgmt-api": api } },
        }).services;
        assert.ok(service !== undefined);
        const metrics = applicationMetrics(service);
        assert.ok(metrics.api_calls_total && labelsOf(metrics.api_calls_total).has("code"));
        assert.ok(metrics.api_call_seconds_bucket && labelsOf(metrics.api_call_seconds_bucket).has("le"));
        assert.ok(metrics.signups_total && labelsOf(metrics.signups_total).has("plan"));
        assert.equal(metrics.http_requests_total, undefined);
        const [plain] = completeModel().services;
        assert.ok(plain !== undefined && applicationMetrics(plain).signups_total === undefined);
    });

    it("names labels of each metric once, and says since which version of the exporter it is there", () => {
        for (const [name, { labels, since, exporter }] of Object.entries(metricCatalogue)) {
            assert.match(name, /^[a-zA-Z_:][a-zA-Z0-9_:]*$/);
            assert.equal(new Set(labels).size, labels.length, name);
            assert.match(since, /^\d+\.\d+$/, name);
            assert.ok(exporter.length > 0, name);
        }
    });

    it("needs no exporter that is newer than the one that runs", () => {
        const running: Readonly<Record<string, string>> = {
            postgres_exporter: engines.postgres.exporter.image,
            mysqld_exporter: engines.mysql.exporter.image,
            redis_exporter: exporterImage,
        };
        const number = (version: string): number => {
            const [, major = "", minor = ""] = /v?(\d+)\.(\d+)/.exec(version) ?? assert.fail(version);
            return Number(major) * 1000 + Number(minor);
        };
        for (const [name, { exporter, since }] of Object.entries(metricCatalogue)) {
            const image = running[exporter];
            assert.ok(image === undefined || number(since) <= number(image.split(":").at(-1) ?? ""), name);
        }
    });
});
