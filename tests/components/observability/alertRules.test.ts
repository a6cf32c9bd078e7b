import { strict as assert } from "node:assert";
import fc from "fast-check";
import { systemDashboards } from "../../../components/observability/dashboards/systemDashboards";
import { defaultLimits, limitsWith } from "../../../components/observability/limits";
import { alertRules, ruleGroups } from "../../../components/observability/rules/alertRules";
import type { AlertingRule } from "../../../components/observability/rules/rule";
import type { MonitoringModel } from "../../../components/observability/model";
import { completeModel, modelOf, plannedSystem, rolloutModel } from "./fixtures";

function alertsOf(model: MonitoringModel): AlertingRule[] {
    return alertRules(model).flatMap((group) => group.rules as readonly AlertingRule[]);
}

function namesOf(model: MonitoringModel): Set<string> {
    return new Set(alertsOf(model).map((rule) => rule.alert));
}

describe("alert rules", () => {
    it("raise every alert that has a limit, for a system that has everything", () => {
        assert.deepEqual([...namesOf(completeModel())].sort(), Object.keys(defaultLimits).sort());
    });

    it("say how bad it is, whose it is, what is wrong, and where to read on", () => {
        for (const rule of alertsOf(completeModel())) {
            assert.match(rule.labels.severity ?? "", /^(critical|warning)$/);
            assert.equal(rule.labels.owner, "identity");
            assert.equal(rule.labels.system, "user-management");
            assert.equal(rule.labels.environment, "dev");
            assert.match(rule.labels.component ?? "", /^[a-z][a-z-]+$/, rule.alert);
            assert.ok(rule.annotations.summary?.endsWith("."), rule.alert);
            assert.match(rule.annotations.description ?? "", /\{\{ \$(labels|value)/);
            assert.equal(
                rule.annotations.runbook_url,
                `https://github.com/your-org/platform/blob/main/docs/runbooks/${rule.alert}.md`,
            );
            assert.match(
                rule.annotations.dashboard_url ?? "",
                /^http:\/\/localhost:3000\/d\/(user-management-[a-z-]+\?var-namespace=user-management|[0-9a-f]{32}\?var-namespace=[a-z-]+)$/,
            );
        }
    });

    it("do not repeat an alert for the same part", () => {
        const keys = alertsOf(completeModel()).map(
            ({ alert, labels }) => `${alert}/${labels.component}/${labels.window ?? ""}`,
        );
        assert.deepEqual([...new Set(keys)], keys);
    });

    it("watch a service that exports no metrics by what Kubernetes knows of it", () => {
        const { declaration } = plannedSystem();
        const services = Object.fromEntries(
            Object.entries(declaration.services).map(([name, spec]) => [name, { ...spec, metricsPath: null }]),
        );
        const names = namesOf(modelOf("in-cluster", { declaration: { ...declaration, services } }));
        assert.ok(names.has("ServiceNotReady") && names.has("PodRestarting") && names.has("HighMemoryUsage"));
        for (const absent of ["ServiceDown", "ServiceAbsent", "HighErrorRate", "ConnectionPoolNearlyExhausted"]) {
            assert.ok(!names.has(absent), absent);
        }
    });

    it("watch volumes and pods of stores in the cluster only", () => {
        const managed = alertsOf(modelOf("managed"));
        assert.ok(!managed.some((rule) => rule.alert.startsWith("Volume")));
        assert.ok(!managed.some((rule) => rule.alert === "PodDown" && rule.labels.component !== "user-mgmt-api"));
        assert.ok(managed.some((rule) => rule.alert === "DatabaseBackupTooOld"));
        assert.ok(namesOf(modelOf("in-cluster")).has("VolumeNearlyFull"));
    });

    it("ask for replicas only where there are some", () => {
        assert.ok(!namesOf(modelOf("managed")).has("DatabaseReplicaMissing"));
        const { declaration } = plannedSystem("managed");
        const postgres = { ...declaration.databases?.postgres, readReplicas: 2 } as never;
        const names = namesOf(modelOf("managed", { declaration: { ...declaration, databases: { postgres } } }));
        assert.ok(names.has("DatabaseReplicaMissing") && names.has("DatabaseReplicationLagging"));
    });

    it("hold a system to its own objectives", () => {
        const { declaration } = plannedSystem();
        const api = declaration.services["user-mgmt-api"];
        const services = {
            "user-mgmt-api": { ...api, objectives: { errorRatePercent: 2.5, latencyP95Seconds: 0.4 } } as never,
        };
        const rules = alertsOf(modelOf("in-cluster", { declaration: { ...declaration, services } }));
        const exprOf = (name: string): string | undefined => rules.find((rule) => rule.alert === name)?.expr;
        assert.ok(exprOf("HighErrorRate")?.endsWith("> 0.025"), exprOf("HighErrorRate"));
        assert.ok(exprOf("HighResponseTime")?.endsWith("> 0.4"), exprOf("HighResponseTime"));
    });

    it("use the names that a service gives its metrics", () => {
        const { declaration } = plannedSystem();
        const api = declaration.services["user-mgmt-api"];
        const metricNames = { requests: "api_calls_total", statusLabel: "code", cacheHits: "user_cache_hits_total" };
        const services = { "user-mgmt-api": { ...api, metricNames } as never };
        const text = JSON.stringify(ruleGroups(modelOf("in-cluster", { declaration: { ...declaration, services } })));
        assert.ok(text.includes("api_calls_total{") && text.includes('code=~\\"5..\\"'));
        assert.ok(text.includes("user_cache_hits_total{") && text.includes("redis_cache_misses_total{"));
        assert.ok(!text.includes("http_requests_total{"));
    });

    it("watch the speed at which the promises of a service are broken, over the four pairs of windows", () => {
        const { declaration } = plannedSystem();
        const api = declaration.services["user-mgmt-api"];
        const objectives = { availabilityPercent: 99.5, latencyPercent: 90, latencySeconds: 0.3 };
        const services = { "user-mgmt-api": { ...api, objectives } as never };
        const model = modelOf("in-cluster", { declaration: { ...declaration, services } });
        const thresholds = (name: string): string[] =>
            alertsOf(model)
                .filter((rule) => rule.alert.startsWith(name))
                .map(({ labels, expr }) => `${labels.severity} ${labels.window} ${/} > ([\d.]+)/.exec(expr)?.[1]}`);
        assert.deepEqual(thresholds("AvailabilityBudget"), [
            "critical 1h 0.072",
            "critical 6h 0.03",
            "warning 1d 0.015",
            "warning 3d 0.005",
        ]);
        // 14.4 times 10 % is more than all requests.
        assert.deepEqual(thresholds("LatencyBudget"), ["critical 6h 0.6", "warning 1d 0.3", "warning 3d 0.1"]);
        const text = JSON.stringify(ruleGroups(model));
        assert.ok(text.includes('le=~\\"0\\\\\\\\.3\\"'), text.slice(text.indexOf("le=~"), text.indexOf("le=~") + 40));
    });

    it("promise by default what the threshold of the 95th percentile says", () => {
        const { declaration } = plannedSystem();
        const api = declaration.services["user-mgmt-api"];
        const services = { "user-mgmt-api": { ...api, objectives: { latencyP95Seconds: 2 } } as never };
        const [service] = modelOf("in-cluster", { declaration: { ...declaration, services } }).services;
        assert.deepEqual(service?.objectives, { availabilityPercent: 99.9, latencyPercent: 95, latencySeconds: 2 });
    });

    it("record a window only where an alert looks at it", () => {
        const groups = ruleGroups(completeModel());
        const rules = groups.flatMap((group) => group.rules);
        const exprs = rules.map((rule) => rule.expr).join("\n");
        for (const rule of rules) {
            if ("record" in rule && /_rate\d+[mhd]$/.test(rule.record)) {
                assert.ok(exprs.includes(`${rule.record}{`), rule.record);
            }
        }
    });

    it("look at windows of at least four scrapes, however rare scrapes are", () => {
        fc.assert(
            fc.property(fc.integer({ min: 5, max: 300 }), (scrapeIntervalSeconds) => {
                const units: Record<string, number> = { s: 1, m: 60, h: 3600 };
                const exprs = ruleGroups({ ...completeModel(), scrapeIntervalSeconds }).flatMap((group) =>
                    group.rules.map((rule) => rule.expr),
                );
                for (const [, count, unit = "s"] of exprs.join("\n").matchAll(/\[(\d+)([smh])\]/g)) {
                    assert.ok(Number(count) * (units[unit] ?? 0) >= 4 * scrapeIntervalSeconds);
                }
            }),
        );
    });

    it("follow what a system says of its limits, for services and stores alike", () => {
        const { declaration } = plannedSystem();
        const alerts = {
            HighCPUUsage: { value: 60, for: "3m" },
            ServiceDown: { for: "4m" },
            CacheDown: { for: "7m" },
            DatabaseBackupTooOld: { value: 5 },
        } as const;
        const rules = alertsOf(modelOf("in-cluster", { declaration: { ...declaration, alerts } }));
        const named = (name: string): AlertingRule[] => rules.filter((rule) => rule.alert === name);
        assert.equal(named("HighCPUUsage").length, 3);
        assert.ok(named("HighCPUUsage").every((rule) => rule.expr.endsWith("> 0.6") && rule.for === "3m"));
        assert.deepEqual(
            [...named("ServiceDown"), ...named("CacheDown")].map((rule) => rule.for),
            ["4m", "7m"],
        );
        assert.ok(named("DatabaseBackupTooOld")[0]?.expr.endsWith(`> ${5 * 3600}`));
    });

    it("ask the controller of Rollouts about a Rollout, which Kubernetes' own metrics do not know", () => {
        const rules = alertsOf(rolloutModel());
        for (const name of ["ServiceNotReady", "ReplicasUnavailable"]) {
            const { expr = "" } = rules.find((rule) => rule.alert === name) ?? {};
            assert.ok(!expr.includes("kube_deployment"), expr);
            const labels = '{job="argo-rollouts-metrics",namespace="user-management",name="user-mgmt-api"}';
            assert.ok(expr.includes(`rollout_info_replicas_available${labels}`), expr);
            assert.ok(expr.includes(`rollout_info_replicas_desired${labels}`), expr);
        }
        const dashboards = JSON.stringify(systemDashboards(rolloutModel()));
        assert.ok(dashboards.includes("rollout_info_replicas_available") && !dashboards.includes("kube_deployment"));
    });

    it("look for a service in the namespace that it runs in", () => {
        const { declaration } = plannedSystem();
        const services = { "user-mgmt-api": { ...declaration.services["user-mgmt-api"], namespace: "front" } as never };
        const rules = alertsOf(modelOf("in-cluster", { declaration: { ...declaration, services } }));
        assert.ok(rules.find((rule) => rule.alert === "ServiceNotReady")?.expr.includes('namespace="front"'));
        assert.ok(rules.find((rule) => rule.alert === "DatabaseDown")?.expr.includes('namespace="user-management"'));
    });

    it("keep a limit's time when its value is replaced", () => {
        assert.deepEqual(limitsWith({ HighErrorRate: 2 }).HighErrorRate, { value: 2, for: "5m", keepFiringFor: "5m" });
        assert.deepEqual(limitsWith({ HighErrorRate: undefined }), defaultLimits);
    });
});
