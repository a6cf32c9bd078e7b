import { strict as assert } from "node:assert";
import type { AlertName } from "../../../components/observability/limits";
import type { MonitoringModel } from "../../../components/observability/model";
import { ruleGroups } from "../../../components/observability/rules/alertRules";
import type { AlertingRule, RecordingRule, RuleGroup } from "../../../components/observability/rules/rule";
import { alertCases } from "./alertCases/all";
import type { AlertCase } from "./alertCases/situation";
import { variantModel } from "./fixtures";
import { recordedSuites } from "./recordedSuites";
import { defaultEvaluationSeconds, ruleTest, seconds, type Check, type RuleTest, type Suite } from "./suite";

type Rule = RecordingRule | AlertingRule;

/** Every case with its alert's name. */
export function allCases(): readonly (readonly [AlertName, AlertCase])[] {
    return Object.entries(alertCases).flatMap(([name, cases]) =>
        [cases].flat().map((one) => [name as AlertName, one] as const),
    );
}

/** What tells the case from others. */
export function caseName(name: AlertName, { rule = {}, of }: Pick<AlertCase, "rule" | "of">): string {
    return [name, ...Object.values(rule), ...(of === undefined ? [] : [`(${of})`])].join(" ");
}

/** The one rule that a case is about. */
export function ruleOf(name: AlertName, one: AlertCase): AlertingRule {
    const found = ruleGroups(modelFor(one))
        .flatMap((group) => group.rules)
        .filter((rule): rule is AlertingRule => "alert" in rule && rule.alert === name)
        .filter(({ labels }) => labels.component === one.component)
        .filter(({ labels }) => Object.entries(one.rule ?? {}).every(([label, value]) => labels[label] === value));
    assert.equal(found.length, 1, caseName(name, one));
    return found[0] as AlertingRule;
}

function modelFor({ of, evaluationSeconds = defaultEvaluationSeconds }: AlertCase): MonitoringModel {
    return { ...variantModel(of), evaluationIntervalSeconds: evaluationSeconds };
}

/** A rule, and what is recorded for it, directly or through others: the other rules would only cost time. */
function groupsFor(model: MonitoringModel, rule: AlertingRule): RuleGroup[] {
    const groups = ruleGroups(model);
    const ofPart = (other: Rule): boolean => other.labels.component === rule.labels.component;
    const wanted = new Set<Rule>();
    const want = (one: Rule): void => {
        if (!wanted.has(one)) {
            wanted.add(one);
            groups
                .flatMap((group) => group.rules)
                .filter((other) => "record" in other && ofPart(other) && reads(one.expr, other.record))
                .forEach(want);
        }
    };
    const own = groups
        .flatMap((group) => group.rules)
        .find((other) => "alert" in other && other.alert === rule.alert && sameLabels(other.labels, rule.labels));
    want(own ?? assert.fail(rule.alert));
    return groups
        .map((group) => ({ ...group, rules: group.rules.filter((one) => wanted.has(one)) }))
        .filter((group) => group.rules.length > 0);
}

function reads(expr: string, metric: string): boolean {
    return new RegExp(`(?<![\\w:])${metric}(?![\\w:])`).test(expr);
}

function sameLabels(one: Readonly<Record<string, string>>, other: Readonly<Record<string, string>>): boolean {
    return JSON.stringify(one) === JSON.stringify(other);
}

/** The tests of a case, with the rules that they need. */
export function suiteOf(name: AlertName, one: AlertCase): Suite {
    const { evaluationSeconds = defaultEvaluationSeconds } = one;
    const rule = ruleOf(name, one);
    const groups = groupsFor(modelFor(one), rule);
    const recorded = groups.flatMap(({ rules }) => rules.flatMap((each) => ("record" in each ? [each.record] : [])));
    return { name: caseName(name, one), groups, tests: testsOf(rule, one, recorded), evaluationSeconds };
}

/** Everything that promtool runs: the cases of alerts, and those of what only dashboards read. */
export function allSuites(): Suite[] {
    return [...allCases().map(([name, one]) => suiteOf(name, one)), ...recordedSuites()];
}

function testsOf({ alert, annotations, expr }: AlertingRule, one: AlertCase, recorded: readonly string[]): RuleTest[] {
    const { component, severity, fires, quiet, rule, evaluationSeconds = defaultEvaluationSeconds } = one;
    const nothing = (at: string): Check => ({ eval_time: at, alertname: alert, exp_alerts: [] });
    const before = (at: string): string => `${seconds(at) - evaluationSeconds}s`;
    const after = (at: string): string => `${seconds(at) + evaluationSeconds}s`;
    return [
        ...fires.map(({ samples, at, labels, description, until }, index) => {
            const expected = {
                exp_labels: {
                    severity,
                    owner: "identity",
                    system: "user-management",
                    environment: "dev",
                    component,
                    ...rule,
                    ...labels,
                },
                exp_annotations: { ...annotations, description },
            };
            const firing = (time: string): Check => ({ eval_time: time, alertname: alert, exp_alerts: [expected] });
            const end = until === undefined ? [] : [nothing(after(until))];
            return ruleTest(`${alert} fires (${index + 1})`, samples, {
                alert_rule_test: [nothing(before(at)), firing(at), ...end],
                promql_expr_test: until === undefined ? [] : [stillFiring(alert, until)],
            });
        }),
        ...Object.entries(quiet).map(([situation, { samples, after: time }]) =>
            ruleTest(`${alert} is quiet ${situation}`, samples, {
                alert_rule_test: [nothing(time)],
                promql_expr_test: recorded.map((metric) => noNaN(metric, time)),
            }),
        ),
        // An exporter that is not there says nothing; only the alert about that may fire.
        ...(expr.includes("absent(")
            ? []
            : [ruleTest(`${alert} is quiet without its exporter`, {}, { alert_rule_test: [nothing("3h")] })]),
    ];
}

/** By then its text may have other values. */
function stillFiring(alert: string, time: string): Check {
    const expr = `count(ALERTS{alertname="${alert}",alertstate="firing"})`;
    return { expr, eval_time: time, exp_samples: [{ labels: "{}", value: 1 }] };
}

/** Only NaN is not equal to itself. */
function noNaN(metric: string, time: string): Check {
    return { expr: `${metric} != ${metric}`, eval_time: time, exp_samples: [] };
}
