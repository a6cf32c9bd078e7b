import { strict as assert } from "node:assert";
import { stringify } from "yaml";
import type { MonitoringModel } from "../../../components/observability/model";
import { alertRules, ruleGroups } from "../../../components/observability/rules/alertRules";
import type { AlertingRule } from "../../../components/observability/rules/rule";
import type { Proof, Samples } from "./alertCases/situation";
import { completeModel, installed, modelOf, rolloutModel, runOn } from "./fixtures";
import {
    allCases,
    caseName,
    groupsFor,
    promtoolFiles,
    ruleOf,
    ruleTest,
    suiteOf,
    type RuleTest,
    type Suite,
} from "./ruleTests";

const model = completeModel();

function promtool(suite: Suite): void {
    runOn("promtool", ["test", "rules", "tests.yml"], promtoolFiles(suite));
}

/** Everything that is recorded, under a test. */
function recording(test: RuleTest, of: MonitoringModel = model): Suite {
    const groups = ruleGroups(of)
        .map((group) => ({ ...group, rules: group.rules.filter((rule) => "record" in rule) }))
        .filter((group) => group.rules.length > 0);
    return { name: test.name, groups, tests: [test] };
}

function windowOf({ window }: Readonly<Record<string, string>>): Record<string, string> {
    return window === undefined ? {} : { window };
}

/** What each alert has to be proven of: its threshold, unless it is about something that is gone; the rest, where it counts. */
function required({ groups }: Suite): Proof[] {
    const exprs = groups.flatMap(({ rules }) => rules.map(({ expr }) => expr)).join("\n");
    const counts = /\brate\(|\bincrease\(|_total\b/.test(exprs);
    const gone = /\babsent\(/.test(exprs) || /\bunless\b/.test(exprs);
    return [...(gone ? [] : (["threshold"] as const)), ...(counts ? (["no traffic", "counter reset"] as const) : [])];
}

describe("cases of alerts", () => {
    it("exist for every rule of every alert, by name, part and what tells it from others", () => {
        const rules = alertRules(model).flatMap((group) => group.rules as readonly AlertingRule[]);
        const distinct = new Set(rules.map(({ alert, labels }) => caseName(alert, { rule: windowOf(labels) })));
        assert.deepEqual(
            allCases()
                .map(([name, one]) => caseName(name, one))
                .sort(),
            [...distinct].sort(),
        );
    });

    for (const [name, one] of allCases()) {
        it(`show of ${caseName(name, one)} that it fires, and everything that must not make it fire`, () => {
            const shown = new Set(Object.values(one.quiet).flatMap(({ shows }) => shows ?? []));
            const missing = required(suiteOf(model, name, one)).filter((proof) => !shown.has(proof));
            assert.deepEqual(missing, []);
            assert.ok(one.fires.length > 0 && Object.keys(one.quiet).length > 0);
            const { keep_firing_for: goesOn } = ruleOf(model, name, one);
            assert.ok(goesOn === undefined || one.fires.some(({ until }) => until !== undefined), "no end is shown");
        });
    }
});

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

    for (const [name, one] of allCases()) {
        it(`${caseName(name, one)} fires at its time with its labels and text, and not when it should not`, () => {
            promtool(suiteOf(model, name, one));
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
            assert.ok(rule !== undefined);
            const expected = {
                exp_labels: { ...rule.labels, severity, ...labels },
                exp_annotations: { ...rule.annotations, description },
            };
            const check = (exp_alerts: unknown[]): Pick<RuleTest, "alert_rule_test"> => ({
                alert_rule_test: [{ eval_time: at, alertname: name, exp_alerts }],
            });
            const tests = [
                ruleTest("fires", samples(available), check([expected])),
                ruleTest("is quiet", samples(3), check([])),
            ];
            promtool({ name, groups: groupsFor(rolloutModel(), rule), tests });
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
        promtool(
            recording(
                ruleTest("idle", idle, { promql_expr_test: [{ expr: ratios, eval_time: "20m", exp_samples: [] }] }),
            ),
        );
    });

    it("record an error ratio of 0 for a service that never failed", () => {
        const labels = 'namespace="user-management",job="user-mgmt-api"';
        const sample = {
            labels: `service:http_request_errors:ratio_rate{${labels},system="user-management",environment="dev",component="user-mgmt-api"}`,
            value: 0,
        };
        promtool(
            recording(
                ruleTest(
                    "never failed",
                    { [`http_requests_total{${labels},status="200"}`]: "0+10x60" },
                    {
                        promql_expr_test: [
                            { expr: "service:http_request_errors:ratio_rate", eval_time: "20m", exp_samples: [sample] },
                        ],
                    },
                ),
            ),
        );
    });
});
