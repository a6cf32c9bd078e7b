import { stringify } from "yaml";
import type { RuleGroup } from "../../../components/observability/rules/rule";
import type { Samples } from "./alertCases/situation";

/** Seconds between two evaluations, as a stack has them by default. */
export const defaultEvaluationSeconds = 15;

/** A test of promtool: what was scraped, and what there is at which times. */
export interface RuleTest {
    readonly name: string;
    /** Time between two samples. */
    readonly interval: string;
    readonly input_series: readonly { readonly series: string; readonly values: string }[];
    readonly alert_rule_test?: readonly Check[];
    readonly promql_expr_test?: readonly Check[];
}

/** What there is at a time, in promtool's own words. */
export interface Check {
    readonly eval_time: string;
    readonly [member: string]: unknown;
}

/** What promtool runs at once: some rules and tests of them. */
export interface Suite {
    readonly name: string;
    readonly groups: readonly RuleGroup[];
    readonly tests: readonly RuleTest[];
    readonly evaluationSeconds?: number;
}

export function ruleTest(
    name: string,
    samples: Samples,
    checks: Pick<RuleTest, "alert_rule_test" | "promql_expr_test">,
    interval = "30s",
): RuleTest {
    const input = Object.entries(samples).map(([series, values]) => ({ series, values }));
    return { name, interval, input_series: input, ...checks };
}

/** The files that `promtool test rules tests.yml` reads. */
export function promtoolFiles({
    groups,
    tests,
    evaluationSeconds = defaultEvaluationSeconds,
}: Suite): Record<string, string> {
    return {
        "rules.yml": stringify({ groups }),
        "tests.yml": stringify({
            rule_files: ["rules.yml"],
            evaluation_interval: `${evaluationSeconds}s`,
            group_eval_order: groups.map((group) => group.name),
            tests,
        }),
    };
}

export function seconds(duration: string): number {
    const units: Readonly<Record<string, number>> = { d: 86_400, h: 3600, m: 60, s: 1 };
    return [...duration.matchAll(/(\d+)([dhms])/g)].reduce(
        (sum, [, count, unit = "s"]) => sum + Number(count) * (units[unit] ?? 0),
        0,
    );
}
