import { strict as assert } from "node:assert";
import { createHash } from "node:crypto";
import fc from "fast-check";
import { stringify } from "yaml";
import { systemDashboards } from "../../../components/observability/dashboards/systemDashboards";
import { defaultLimits } from "../../../components/observability/limits";
import { recorded, recordingRules } from "../../../components/observability/rules/recordingRules";
import type { MonitoringModel } from "../../../components/observability/model";
import { burnRates } from "../../../components/observability/objectives";
import { dashboardUid, namespaceDashboardUid } from "../../../components/observability/names";
import { alertRules, ruleGroups } from "../../../components/observability/rules/alertRules";
import { panelsOf, selectors, type DashboardJson } from "./dashboardJson";
import { completeModel, installed, modelOf, plannedSystem, runOn } from "./fixtures";

/** The dashboards as Grafana reads them. */
function dashboardsOf(model: MonitoringModel): DashboardJson[] {
    return Object.values(systemDashboards(model)).map((each) => JSON.parse(JSON.stringify(each)) as DashboardJson);
}

const dashboards = dashboardsOf(completeModel());

/** The value at which a panel changes its colour. */
function limitOf(title: string, panel: string): number | null | undefined {
    const found = dashboards
        .filter((each) => each.title === title)
        .flatMap(panelsOf)
        .filter((each) => each.title === panel);
    assert.ok(found.length > 0, `${title}: ${panel}`);
    return found[0]?.fieldConfig?.defaults.thresholds?.steps[1]?.value;
}

/** An expression with its matchers in one order. */
function normal(expr: string): string {
    return expr.replace(
        selectors,
        (matchers) =>
            `{${matchers
                .slice(1, -1)
                .split(/,(?=\w+[=!])/)
                .sort()
                .join(",")}}`,
    );
}

/** What a panel asks when nothing is chosen but the namespace and the pods, over the window of the rules. */
function computedFor(expr: string, namespace: string, pods: string): string {
    return normal(
        expr
            .replace(/,?(?:job=~"\$job"|instance=~"\$instance")/g, "")
            .replaceAll('namespace=~"$namespace"', `namespace="${namespace}"`)
            .replaceAll('pod=~"$pod"', `pod=~"${pods}"`)
            .replaceAll("$__rate_interval", "5m"),
    );
}

/** An expression as Prometheus gets it. */
function resolved(expr: string): string {
    return expr.replace(/\$__(?:rate_)?interval/g, "5m").replace(/\$(\w+)/g, "x");
}

describe("dashboards", () => {
    it("are those that a system and each of its services have, with addresses that stay", () => {
        assert.deepEqual(
            dashboards.map(({ title, uid }) => [title, uid]),
            [
                ["System Overview", "user-management-overview"],
                ["API Performance Overview", "user-management-api-performance"],
                ["Database Metrics", "user-management-database"],
                ["Pod Resource Usage", "user-management-pods"],
                ["Request Rate & Latency", "user-management-requests"],
                ["Service user-mgmt-api", "user-management-service-user-mgmt-api"],
            ],
        );
    });

    it("have uids of at most 40 characters, whatever the system is called", () => {
        fc.assert(
            fc.property(fc.stringMatching(/^[a-z][a-z0-9-]{0,38}[a-z0-9]$/), (system) => {
                const uid = dashboardUid(system, "api-performance");
                assert.match(uid, /^[a-zA-Z0-9_-]{1,40}$/);
                assert.notEqual(uid, dashboardUid(system, "requests"));
            }),
        );
    });

    it("are the same bytes every time", () => {
        assert.equal(
            JSON.stringify(systemDashboards(completeModel())),
            JSON.stringify(systemDashboards(completeModel())),
        );
    });

    for (const dashboard of dashboards) {
        describe(dashboard.title, () => {
            it("offers a choice of data source, namespace, job and instance, and uses every variable", () => {
                const names = dashboard.templating.list.map(({ name }) => name);
                assert.deepEqual(names.slice(0, 4), ["datasource", "namespace", "job", "instance"]);
                const text = JSON.stringify([dashboard.panels, dashboard.templating]);
                for (const name of names) {
                    assert.ok(text.includes(`$${name}`) || text.includes(`\${${name}}`), name);
                }
            });

            it("says of each panel what it shows, in which unit, and where it comes from", () => {
                for (const panel of panelsOf(dashboard)) {
                    assert.match(panel.description ?? "", /\.$/, panel.title);
                    assert.ok(panel.fieldConfig?.defaults.unit, panel.title);
                    assert.equal(panel.datasource?.uid, "${datasource}", panel.title);
                    assert.ok((panel.targets ?? []).length > 0, panel.title);
                    for (const { expr, legendFormat } of panel.targets ?? []) {
                        assert.ok(legendFormat !== "" && expr.includes('namespace=~"$namespace"'), expr);
                    }
                }
            });

            it("has panels with an id of their own each", () => {
                const ids = dashboard.panels.map(({ id }) => id);
                assert.deepEqual([...new Set(ids)], ids);
            });

            it("cannot be edited in Grafana, where the edit would be lost", () => {
                assert.equal(dashboard.editable, false);
            });
        });
    }

    const api = "API Performance Overview";
    const service = "Service user-mgmt-api";
    const whole = "System Overview";
    const stores = "Database Metrics";
    const pods = "Pod Resource Usage";
    for (const [title, panel, value] of [
        [api, "Error rate", defaultLimits.HighErrorRate.value / 100],
        [api, "Latency", defaultLimits.HighResponseTime.value],
        [api, "Database connection pool", defaultLimits.ConnectionPoolNearlyExhausted.value / 100],
        [api, "Active connections", defaultLimits.HighActiveConnections.value],
        [api, "Cache hit rate", defaultLimits.CacheHitRateLow.value / 100],
        ["Request Rate & Latency", "Latency by endpoint, p95", defaultLimits.HighResponseTime.value],
        [whole, "Error rate", defaultLimits.HighErrorRate.value / 100],
        [whole, "Latency, 95th percentile", defaultLimits.HighResponseTime.value],
        [whole, "postgres: connections of the maximum", defaultLimits.DatabaseConnectionsNearMaximum.value / 100],
        [whole, "redis: connections of the maximum", defaultLimits.CacheConnectionsNearMaximum.value / 100],
        [service, "Error rate by endpoint", defaultLimits.HighErrorRate.value / 100],
        [service, "Latency", defaultLimits.HighResponseTime.value],
        [service, "Database connection pool", defaultLimits.ConnectionPoolNearlyExhausted.value / 100],
        [service, "CPU throttling", defaultLimits.HighCPUThrottling.value / 100],
        [service, "Restarts", defaultLimits.PodRestarting.value],
        [service, "Operations: batch", defaultLimits.OperationFailing.value],
        [stores, "Connections of the maximum", defaultLimits.DatabaseConnectionsNearMaximum.value / 100],
        [stores, "Age of the last backup", defaultLimits.DatabaseBackupTooOld.value * 3600],
        [stores, "Memory of the maximum", defaultLimits.CacheMemoryNearMaximum.value / 100],
        [stores, "Evictions", defaultLimits.CacheEvicting.value],
        [stores, "Volume", defaultLimits.VolumeNearlyFull.value / 100],
        [pods, "CPU of what is allowed", defaultLimits.HighCPUUsage.value / 100],
        [pods, "Memory of what is allowed", defaultLimits.HighMemoryUsage.value / 100],
        [pods, "CPU throttling", defaultLimits.HighCPUThrottling.value / 100],
        [pods, "Restarts", defaultLimits.PodRestarting.value],
    ] as const) {
        it(`show the alert's limit ${value} in "${panel}"`, () => {
            assert.equal(limitOf(title, panel), value);
        });
    }

    it("follow a system's own objectives", () => {
        const { declaration } = plannedSystem();
        const service = { ...declaration.services["user-mgmt-api"], objectives: { latencyP95Seconds: 0.3 } } as never;
        const model = modelOf("in-cluster", {
            declaration: { ...declaration, services: { "user-mgmt-api": service } },
        });
        const latency = dashboardsOf(model)
            .flatMap(panelsOf)
            .filter(({ title }) => title === "Latency");
        assert.equal(latency[0]?.fieldConfig?.defaults.thresholds?.steps[1]?.value, 0.3);
    });

    it("list the alerts of the system alone", () => {
        const lists = dashboards.flatMap(({ panels }) => panels.filter(({ type }) => type === "alertlist"));
        assert.deepEqual(
            lists.map(({ options }) => options?.alertInstanceLabelFilter),
            ['{system="user-management"}'],
        );
    });

    it("show what is left of each error budget, and how near each of its alerts is", () => {
        const shown = dashboards.filter(({ title }) => title === service).flatMap(panelsOf);
        const recorded = ruleGroups(completeModel()).flatMap(({ rules }) =>
            rules.flatMap((rule) => ("record" in rule ? `${rule.record} ${rule.labels.window ?? ""}`.trim() : [])),
        );
        for (const [objective, title] of [
            ["availability", "Availability"],
            ["latency", "Latency"],
        ] as const) {
            const [left, near] = ["error budget left", "how near the alerts are"].map((what) =>
                shown.find((each) => each.title === `${title}: ${what}`),
            );
            assert.match(left?.targets?.[0]?.expr ?? "", new RegExp(`objective="${objective}"`));
            assert.equal(near?.fieldConfig?.defaults.thresholds?.steps[1]?.value, 1);
            assert.deepEqual(
                near?.targets?.map(({ expr }) => [/window="(\w+)"/.exec(expr)?.[1], / \/ ([\d.]+)$/.exec(expr)?.[1]]),
                burnRates.map(({ long, factor }) => [long, String(factor)]),
            );
        }
        for (const { long } of burnRates) {
            assert.ok(recorded.includes(`service:error_budget_burn:ratio ${long}`));
        }
    });

    it("exist for every alert that names one, and show the error budget where the alert is about it", () => {
        const uids = new Map(dashboards.map((each) => [each.uid, each]));
        for (const { alert, annotations } of alertRules(completeModel()).flatMap(({ rules }) =>
            rules.flatMap((rule) => ("alert" in rule ? rule : [])),
        )) {
            const uid = /\/d\/([^?]+)\?/.exec(annotations.dashboard_url ?? "")?.[1] ?? "";
            if (uid === namespaceDashboardUid) {
                // The chart brings it; it is made from the name of its file.
                assert.equal(uid, createHash("md5").update("k8s-resources-namespace.json").digest("hex"));
                continue;
            }
            const named = uids.get(uid) ?? assert.fail(`${alert} names ${uid}`);
            const hasBudget = panelsOf(named).some((panel) => panel.title.endsWith("error budget left"));
            assert.ok(hasBudget || !/Budget/.test(alert), alert);
        }
    });

    it("lead from the overview to dashboards that exist", () => {
        const uids = new Set(dashboards.map(({ uid }) => uid));
        const urls = dashboards.flatMap(panelsOf).flatMap(({ links = [] }) => links.map(({ url }) => url));
        assert.ok(urls.length > 5);
        for (const url of urls) {
            assert.ok(uids.has(/^\/d\/([^?]+)\?/.exec(url)?.[1] ?? ""), url);
        }
    });

    it("mark when a version of a service gets its first pods, forwards or back", () => {
        for (const { annotations, uid } of dashboards) {
            const [deployments, ...others] = annotations.list ?? [];
            assert.deepEqual(others, [], uid);
            assert.match(
                deployments?.expr ?? "",
                /replicaset=~"user-mgmt-api-\[a-z0-9\]\+".* unless .* offset \$__interval/,
            );
        }
    });

    it("show what a service measures of its own business, but what an operation counts only once", () => {
        const model = completeModel();
        const ownMetrics = {
            signups_total: { type: "counter", unit: "1", labels: ["plan"], description: "Sign-ups." },
            queue_oldest_seconds: { type: "gauge", unit: "timestamp seconds", description: "Oldest." },
            report_seconds: { type: "histogram", unit: "seconds", description: "Reports." },
            user_batch_operations_total: { type: "counter", unit: "1", labels: ["status"], description: "Batches." },
        } as const;
        const shown = dashboardsOf({ ...model, services: model.services.map((each) => ({ ...each, ownMetrics })) })
            .filter(({ title }) => title === service)
            .flatMap(panelsOf);
        const of = (title: string): [string | undefined, string | undefined] => {
            const panel = shown.find((each) => each.title === title);
            return [panel?.targets?.[0]?.expr.replace(/\{[^}]*\}/, ""), panel?.fieldConfig?.defaults.unit];
        };
        assert.deepEqual(of("signups_total"), ["sum by (plan) (rate(signups_total[$__rate_interval]))", "ops"]);
        assert.deepEqual(of("queue_oldest_seconds"), ["time() - max by () (queue_oldest_seconds)", "s"]);
        assert.deepEqual(of("report_seconds"), [
            "histogram_quantile(0.95, sum by (le) (rate(report_seconds_bucket[$__rate_interval])))",
            "s",
        ]);
        assert.deepEqual(of("user_batch_operations_total"), [undefined, undefined]);
    });

    it("have none about stores where there are none", () => {
        const titles = dashboardsOf({ ...completeModel(), databases: [], caches: [] }).map(({ title }) => title);
        assert.ok(!titles.includes("Database Metrics"));
    });

    it("show MySQL's own metrics for a MySQL database", () => {
        const model = completeModel();
        const mysql = { ...model, databases: model.databases.map((each) => ({ ...each, engine: "mysql" as const })) };
        const text = JSON.stringify(dashboardsOf(mysql));
        assert.ok(text.includes("mysql_global_status_threads_connected") && !text.includes("pg_stat_database"));
    });

    it("compute what the rules record for the alerts", () => {
        const model = completeModel();
        const pods = model.services[0]?.pods ?? "";
        const recording = recordingRules(model);
        const parts = new Map(
            recording.map(({ record, expr }) => [record, expr.includes(" or ") ? `(${expr})` : expr]),
        );
        const whole = (expr: string): string =>
            expr.replace(/\bservice:[\w:]+(\{[^}]*\})/g, (found) => parts.get(found.replace(/\{.*/, "")) ?? found);
        const isPart = ({ record }: { record: string }): boolean =>
            recording.some(({ expr }) => expr.includes(`${record}{`));
        const shown = new Set(
            dashboards
                .flatMap(panelsOf)
                .flatMap(({ targets = [] }) => targets.map(({ expr }) => computedFor(expr, model.namespace, pods))),
        );
        const ofOneService = recording
            // Panels show, as the alert does, by how much restarts grow.
            .filter((rule) => !isPart(rule) && rule.record !== recorded.restarts)
            .filter(({ expr }) => !expr.includes("pod=~") || expr.includes(`"${pods.replace(/\\/g, "\\\\")}"`));
        const missing = ofOneService.filter(({ expr }) => !shown.has(normal(whole(expr))));
        assert.ok(ofOneService.length > 10);
        assert.deepEqual(
            missing.map(({ record }) => record),
            [],
        );
    });

    it("ask Prometheus only what it understands", function () {
        if (!installed("promtool")) {
            console.log("      promtool is not installed (Debian package prometheus); the queries are not parsed");
            this.skip();
        }
        const mysql = completeModel();
        const all = [
            ...dashboards,
            ...dashboardsOf({ ...mysql, databases: mysql.databases.map((each) => ({ ...each, engine: "mysql" })) }),
        ];
        const events = all.flatMap(({ annotations }) => (annotations.list ?? []).map(({ expr = "" }) => ({ expr })));
        const rules = [...all.flatMap(panelsOf).flatMap(({ targets }) => targets ?? []), ...events].map(
            ({ expr }, index) => ({ record: `query_${index}`, expr: resolved(expr) }),
        );
        assert.ok(rules.length > 50);
        runOn("promtool", ["check", "rules", "rules.yml"], {
            "rules.yml": stringify({ groups: [{ name: "queries", rules }] }),
        });
    });
});
