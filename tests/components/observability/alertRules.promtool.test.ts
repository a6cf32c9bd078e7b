import { strict as assert } from "node:assert";
import { stringify } from "yaml";
import { alertRules, ruleGroups } from "../../../components/observability/rules/alertRules";
import type { AlertingRule } from "../../../components/observability/rules/rule";
import { stackModels } from "../../../docs/stackModels";
import type { Proof } from "./alertCases/situation";
import { completeModel, installed, modelOf, runOn, variantModel } from "./fixtures";
import { recordedSuites } from "./recordedSuites";
import { allCases, allSuites, caseName, ruleOf, suiteOf } from "./ruleTests";
import { shapeOf } from "./ruleShape";
import { promtoolFiles, type Suite } from "./suite";
import { stackNames } from "../../harness";

const model = completeModel();

function promtool(suite: Suite): void {
    runOn("promtool", ["test", "rules", "tests.yml"], promtoolFiles(suite));
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
                .filter(([, { of }]) => of === undefined)
                .map(([name, one]) => caseName(name, one))
                .sort(),
            [...distinct].sort(),
        );
    });

    it("and those of recorded series run every rule of every stack, up to names and numbers", () => {
        const run = new Set(allSuites().flatMap(({ groups }) => groups.flatMap(({ rules }) => rules.map(shapeOf))));
        const shipped = stackNames().flatMap((stack) =>
            stackModels(stack).flatMap((each) => ruleGroups(each).flatMap(({ rules }) => rules.map(shapeOf))),
        );
        assert.ok(shipped.length > 1000);
        assert.deepEqual([...new Set(shipped.filter((shape) => !run.has(shape)))], []);
    });

    for (const [name, one] of allCases()) {
        it(`show of ${caseName(name, one)} that it fires, and everything that must not make it fire`, () => {
            const shown = new Set(Object.values(one.quiet).flatMap(({ shows }) => shows ?? []));
            const missing = required(suiteOf(name, one)).filter((proof) => !shown.has(proof));
            assert.deepEqual(missing, []);
            assert.ok(one.fires.length > 0 && Object.keys(one.quiet).length > 0);
            const { keep_firing_for: goesOn } = ruleOf(name, one);
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
        for (const each of [model, modelOf("managed"), modelOf("in-cluster"), variantModel("Rollouts")]) {
            const groups = ruleGroups(each);
            runOn("promtool", ["check", "rules", "rules.yml"], { "rules.yml": stringify({ groups }) });
        }
    });

    for (const [name, one] of allCases()) {
        it(`${caseName(name, one)} fires at its time with its labels and text, and not when it should not`, () => {
            promtool(suiteOf(name, one));
        });
    }
});

describe("recorded series, computed by promtool", function () {
    before(function () {
        if (!installed("promtool")) {
            console.log(
                "      promtool is not installed (Debian package prometheus); the recorded series are not made",
            );
            this.skip();
        }
    });

    for (const suite of recordedSuites()) {
        it(`are right about ${suite.name}`, () => {
            promtool(suite);
        });
    }
});
