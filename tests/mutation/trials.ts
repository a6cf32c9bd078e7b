import type { AlertingRule, RecordingRule } from "../../components/observability/rules/rule";
import { defaultEvaluationSeconds, seconds, type RuleTest, type Suite } from "../components/observability/suite";
import { mutantsOf, type Mutant } from "./mutants";

type Rule = RecordingRule | AlertingRule;

/** A wrong rule, and the suites that have it in place of the right one, each with a single test, quick ones first. */
export interface Trial {
    readonly name: string;
    readonly mutant: Mutant;
    readonly suites: readonly Suite[];
}

/** Every mutant of every rule that the suites run. A rule that several of them run is made wrong in each way once, in all of them. */
export function trialsOf(all: readonly Suite[]): Trial[] {
    const byRule = new Map<string, { rule: Rule; suites: Suite[] }>();
    for (const suite of all) {
        for (const rule of suite.groups.flatMap(({ rules }) => rules)) {
            const entry = byRule.get(keyOf(rule)) ?? { rule, suites: [] };
            entry.suites.push(suite);
            byRule.set(keyOf(rule), entry);
        }
    }
    return [...byRule].flatMap(([key, { rule, suites }]) =>
        distinct(mutantsOf(rule)).map((mutant) => ({
            name: nameOf(rule),
            mutant,
            suites: suites
                .flatMap((suite) =>
                    suite.tests.map((test) => ({ ...replaced(suite, key, mutant.rule), tests: [test] })),
                )
                .sort((one, other) => cost(one) - cost(other)),
        })),
    );
}

/** What a rule is called: an alert's rules may differ by a label, and those that are recorded by what they are about. */
function nameOf(rule: Rule): string {
    const { window = "", objective = "" } = rule.labels;
    return ["alert" in rule ? rule.alert : rule.record, objective, window].filter((each) => each !== "").join(" ");
}

/** What tells a rule from all others. Suites may evaluate it more or less often, which some rules say. */
function keyOf(rule: Rule): string {
    return JSON.stringify([nameOf(rule), rule.labels.component, rule.expr]);
}

function distinct(mutants: readonly Mutant[]): Mutant[] {
    return [...new Map(mutants.map((mutant) => [JSON.stringify(mutant.rule), mutant])).values()];
}

function replaced(suite: Suite, key: string, mutant: Rule): Suite {
    const groups = suite.groups.map((group) => ({
        ...group,
        rules: group.rules.map((rule) => (keyOf(rule) === key ? mutant : rule)),
    }));
    return { ...suite, groups };
}

/** About how long a suite takes: how often its rules are evaluated until its last look. */
function cost({ groups, tests, evaluationSeconds = defaultEvaluationSeconds }: Suite): number {
    const rules = groups.reduce((sum, group) => sum + group.rules.length, 0);
    return (rules * Math.max(...tests.map(lastLook))) / evaluationSeconds;
}

function lastLook({ alert_rule_test: alerts = [], promql_expr_test: values = [] }: RuleTest): number {
    return Math.max(0, ...[...alerts, ...values].map(({ eval_time: time }) => seconds(time)));
}
