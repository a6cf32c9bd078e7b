import { strict as assert } from "node:assert";
import type { AlertingRule } from "../../components/observability/rules/rule";
import { mutantsOf } from "./mutants";

const rule: AlertingRule = {
    alert: "HighErrorRate",
    expr: 'sum(rate(a{job="x",pod=~"y-.*",c!=""}[5m])) > 0.5',
    for: "1m",
    keep_firing_for: "5m",
    labels: { severity: "critical" },
    annotations: {},
};

describe("mutants of a rule", () => {
    it("have each one thing wrong: comparator, threshold, matcher, window, time or label", () => {
        const expr = (from: string, to: string): string => {
            assert.ok(rule.expr.includes(from));
            return rule.expr.replace(from, to);
        };
        assert.deepEqual(
            mutantsOf(rule).map((mutant) => mutant.rule),
            [
                { ...rule, expr: expr(" > 0.5", " < 0.5") },
                { ...rule, expr: expr("0.5", "0.55") },
                { ...rule, expr: expr("0.5", "0.45") },
                { ...rule, expr: expr('job="x"', 'job="not-x"') },
                { ...rule, expr: expr('pod=~"y-.*"', 'pod=~"not-y-.*"') },
                { ...rule, expr: expr('c!=""', 'c=""') },
                { ...rule, expr: expr("[5m]", "[15m]") },
                { ...rule, for: "120s" },
                { ...rule, for: "30s" },
                { ...rule, for: "0s" },
                { ...rule, keep_firing_for: undefined },
                { ...rule, keep_firing_for: "600s" },
                { ...rule, labels: { severity: "mutant" } },
            ].map((mutant) => JSON.parse(JSON.stringify(mutant)) as unknown),
        );
    });

    it("change a threshold of 0 to what is near it, and a wait of 0 to a minute", () => {
        const [, up, down, wait] = mutantsOf({ ...rule, expr: "up == 0", for: "0m", labels: {} });
        assert.deepEqual([up?.rule.expr, down?.rule.expr], ["up == 1", "up == -1"]);
        assert.equal((wait?.rule as AlertingRule).for, "60s");
    });
});
