import { strict as assert } from "node:assert";
import { budgets } from "../../../components/observability/rules/errorBudget";
import { recordingGroups } from "../../../components/observability/rules/recordingGroups";
import { completeModel } from "./fixtures";

describe("what is recorded", () => {
    const groups = recordingGroups(completeModel());

    it("of error budgets can be selected by instance, as everything on a dashboard is", () => {
        const rules = groups
            .flatMap((group) => group.rules)
            .filter((rule) => "record" in rule && Object.values<string>(budgets).includes(rule.record));
        assert.ok(rules.length > 2);
        assert.ok(rules.every(({ labels }) => labels.instance === "all"));
    });

    it("is read by no other group of recording rules, which would see the value of some time ago", () => {
        const recordedIn = groups.map(({ rules }) => rules.flatMap((rule) => ("record" in rule ? [rule.record] : [])));
        for (const [index, { name, rules }] of groups.entries()) {
            const others = new Set(recordedIn.filter((_, at) => at !== index).flat());
            const own = new Set(recordedIn[index]);
            const read = rules.flatMap(({ expr }) => expr.match(/\b\w+(?::\w+)+/g) ?? []);
            assert.deepEqual(
                read.filter((metric) => others.has(metric) && !own.has(metric)),
                [],
                name,
            );
        }
    });
});
