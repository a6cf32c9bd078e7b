import { strict as assert } from "node:assert";
import { stringify } from "yaml";
import type { AlertName } from "../../../components/observability/limits";
import { alertRules, ruleGroups } from "../../../components/observability/rules/alertRules";
import type { AlertingRule, RuleGroup } from "../../../components/observability/rules/rule";
import { alertCases } from "./alertCases/all";
import type { Samples } from "./alertCases/situation";
import { completeModel, installed, modelOf, rolloutModel, runOn } from "./fixtures";

const evaluationSeconds = 15;

const model = completeModel();
const alerts = alertRules(model).flatMap((group) => group.rules as readonly AlertingRule[]);

/** A test of promtool: what was scraped, and which alerts there are at which times. */
interface RuleTest {
    readonly name: string;
    readonly interval: string;
    readonly input_series: readonly { readonly series: string; readonly values: string }[];
    readonly alert_rule_test?: readonly unknown[];
    readonly promql_expr_test?: readonly unknown[];
}

function ruleTest(
    name: string,
    samples: Samples,
    checks: Pick<RuleTest, "alert_rule_test" | "promql_expr_test">,
): RuleTest {
    const input = Object.entries(samples).map(([series, values]) => ({ series, values }));
    return { name, interval: "30s", input_series: input, ...checks };
}

function seconds(duration: string): number {
    const units: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1 };
    return [...duration.matchAll(/(\d+)([hms])/g)].reduce(
        (sum, [, count, unit = "s"]) => sum + Number(count) * (units[unit] ?? 0),
        0,
    );
}

/** The alert that has the given name and is about the given part. */
function ruleOf(name: string, component: string): AlertingRule {
    const found = alerts.filter((rule) => rule.alert === name && rule.labels.component === component);
    assert.equal(found.length, 1, `${name} for ${component}`);
    return found[0] as AlertingRule;
}

/** What a firing alert says, of one part of the system. */
function testsOf(name: AlertName): RuleTest[] {
    const { component, severity, fires, quiet } = alertCases[name];
    const annotations = ruleOf(name, component).annotations;
    const nothing = (at: string): unknown => ({ eval_time: at, alertname: name, exp_alerts: [] });
    return [
        ...fires.map(({ samples, at, labels, description }, index) => {
            const expected = {
                exp_labels: {
                    severity,
                    owner: "identity",
                    system: "user-management",
                    environment: "dev",
                    component,
                    ...labels,
                },
                exp_annotations: { ...annotations, description },
            };
            return ruleTest(`${name} fires (${index + 1})`, samples, {
                alert_rule_test: [
                    nothing(`${seconds(at) - evaluationSeconds}s`),
                    { eval_time: at, alertname: name, exp_alerts: [expected] },
                ],
            });
        }),
        ...Object.entries(quiet).map(([situation, { samples, after }]) =>
            ruleTest(`${name} is quiet ${situation}`, samples, { alert_rule_test: [nothing(after)] }),
        ),
    ];
}

/** The groups with the given alert alone and what is recorded for it: the other rules would only cost time. */
function groupsFor(name: AlertName | undefined, of = model): RuleGroup[] {
    const read = alerts.filter((rule) => rule.alert === name).map((rule) => rule.expr);
    return ruleGroups(of).map((group) => ({
        ...group,
        rules: group.rules.filter((rule) =>
            "alert" in rule
                ? rule.alert === name
                : name === undefined || read.some((expr) => expr.includes(rule.record)),
        ),
    }));
}

function promtool(tests: readonly RuleTest[], name?: AlertName, of = model): string {
    const groups = groupsFor(name, of);
    return runOn("promtool", ["test", "rules", "tests.yml"], {
        "rules.yml": stringify({ groups }),
        "tests.yml": stringify({
            rule_files: ["rules.yml"],
            evaluation_interval: `${evaluationSeconds}s`,
            group_eval_order: groups.map((group) => group.name),
            tests,
        }),
    });
}

describe("alert rules, run by promtool", function () {
    before(function () {
        if (!installed("promtool")) {
            console.log("      promtool is not installed (Debian package prometheus); the alert rules are not run");
            this.skip();
        }
    });

    it("are rules that Prometheus accepts, for every placement of the stores", () => {
        for (const each of [model, modelOf("managed"), modelOf("in-cluster"), rolloutModel()]) {
            const groups = ruleGroups(each);
            runOn("promtool", ["check", "rules", "rules.yml"], { "rules.yml": stringify({ groups }) });
        }
    });

    for (const name of Object.keys(alertCases) as AlertName[]) {
        it(`${name} fires at its time with its labels and text, and not when it should not`, () => {
            promtool(testsOf(name), name);
        });
    }

    for (const [name, at, available, severity, description] of [
        [
            "ServiceNotReady",
            "2m",
            0,
            "critical",
            "None of the pods of user-management/user-mgmt-api is ready, so no request reaches it.",
        ],
        ["ReplicasUnavailable", "10m", 2, "warning", "user-management/user-mgmt-api lacks 1 of its pods."],
    ] as const) {
        it(`${name} fires for a Rollout by the version that gets requests, whatever the other one does`, () => {
            const labels = { namespace: "user-management", name: "user-mgmt-api" };
            const ofRollout = (metric: string, pod: string): string =>
                `rollout_info_replicas_${metric}{job="argo-rollouts-metrics",namespace="${labels.namespace}",name="${labels.name}",pod="${pod}"}`;
            const readyGreen = `kube_pod_status_ready{job="kube-state-metrics",namespace="${labels.namespace}",pod="user-mgmt-api-5d8f7c9b6-x2k4p",condition="true"}`;
            // The second controller waits for the first one to go, and sees the same.
            const samples = (count: number): Samples => ({
                [ofRollout("desired", "a")]: "3x100",
                [ofRollout("desired", "b")]: "3x100",
                [ofRollout("available", "a")]: `${count}x100`,
                [ofRollout("available", "b")]: `${count}x100`,
                [readyGreen]: "1x100",
            });
            const rule = ruleGroups(rolloutModel())
                .flatMap((group) => group.rules)
                .find((each): each is AlertingRule => "alert" in each && each.alert === name);
            const expected = {
                exp_labels: { ...rule?.labels, severity, ...labels },
                exp_annotations: { ...rule?.annotations, description },
            };
            const check = (exp_alerts: unknown[]): Pick<RuleTest, "alert_rule_test"> => ({
                alert_rule_test: [{ eval_time: at, alertname: name, exp_alerts }],
            });
            const tests = [
                ruleTest("fires", samples(available), check([expected])),
                ruleTest("is quiet", samples(3), check([])),
            ];
            promtool(tests, name, rolloutModel());
        });
    }

    it("record no NaN and nothing at all where there is no traffic", () => {
        const api = 'namespace="user-management",job="user-mgmt-api"';
        const idle = {
            [`http_requests_total{${api},status="200"}`]: "7x60",
            [`http_request_duration_seconds_bucket{${api},le="1.0"}`]: "7x60",
            [`http_request_duration_seconds_bucket{${api},le="+Inf"}`]: "7x60",
            [`redis_cache_hits_total{${api}}`]: "7x60",
            [`redis_cache_misses_total{${api}}`]: "7x60",
        };
        const ratios = '{__name__=~"service:.*(ratio_rate|p50_rate|p95_rate|p99_rate)"}';
        promtool([ruleTest("idle", idle, { promql_expr_test: [{ expr: ratios, eval_time: "20m", exp_samples: [] }] })]);
    });

    it("record an error ratio of 0 for a service that never failed", () => {
        const labels = 'namespace="user-management",job="user-mgmt-api"';
        const sample = {
            labels: `service:http_request_errors:ratio_rate{${labels},system="user-management",environment="dev",component="user-mgmt-api"}`,
            value: 0,
        };
        promtool([
            ruleTest(
                "never failed",
                { [`http_requests_total{${labels},status="200"}`]: "0+10x60" },
                {
                    promql_expr_test: [
                        { expr: "service:http_request_errors:ratio_rate", eval_time: "20m", exp_samples: [sample] },
                    ],
                },
            ),
        ]);
    });
});
