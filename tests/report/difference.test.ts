import assert from "node:assert/strict";
import { planFacts } from "../../report/planFacts";
import { readPlan, type PlanView } from "../../report/model/resource";
import { signed, type Change, type DifferenceView } from "../../report/model/difference";
import { dollars } from "../../report/model/assessment";
import { assess } from "../../simulation/assessment";
import { differenceBetween } from "../../simulation/difference/difference";
import { planOf, type Sketch } from "../simulation/plans";

const database = (inputs: Record<string, unknown>): Sketch => ({
    type: "aws:rds/instance:Instance",
    name: "db",
    inputs,
});

const settings = (text: string): Sketch => ({
    type: "kubernetes:core/v1:ConfigMap",
    name: "settings",
    inputs: { data: { text } },
});

function viewOf(before: readonly Sketch[], after: readonly Sketch[]): PlanView {
    const plan = planOf(after);
    return readPlan(
        planFacts(plan, assess(plan), differenceBetween(planOf(before), plan)),
        plan.resources.map(({ inputs }) => JSON.stringify(inputs)),
    );
}

function differenceOf(before: readonly Sketch[], after: readonly Sketch[]): DifferenceView {
    const { difference } = viewOf(before, after);
    assert.ok(difference);
    return difference;
}

function changeOf(before: readonly Sketch[], after: readonly Sketch[]): Change {
    const [change, ...others] = differenceOf(before, after).changes;
    assert.ok(change);
    assert.deepEqual(others, []);
    return change;
}

describe("the difference that a report shows", () => {
    it("is absent where the plan was compared with nothing", () => {
        const plan = planOf([database({})]);
        assert.equal("difference" in planFacts(plan, assess(plan)), false);
    });

    it("leads to what is added, changed or replaced, and names what is removed", () => {
        const added = changeOf([], [database({})]);
        assert.deepEqual([added.kind, added.resource?.name, added.losesData], ["added", "db", false]);
        const removed = changeOf([database({})], []);
        assert.deepEqual(
            [removed.kind, removed.resource, removed.type, removed.name, removed.losesData],
            ["removed", undefined, "aws:rds/instance:Instance", "db", true],
        );
    });

    const losses: readonly (readonly [
        what: string,
        after: Record<string, unknown>,
        kind: string,
        losesData: boolean,
    ])[] = [
        ["replaced", { engine: "mysql", instanceClass: "a" }, "replaced", true],
        ["changed in place", { engine: "postgres", instanceClass: "b" }, "changed", false],
    ];
    for (const [what, inputs, kind, losesData] of losses) {
        it(`says whether data are lost when a database is ${what}`, () => {
            const change = changeOf([database({ engine: "postgres", instanceClass: "a" })], [database(inputs)]);
            assert.deepEqual([change.kind, change.losesData], [kind, losesData]);
        });
    }

    it("says of what holds none that none are lost", () => {
        assert.equal(changeOf([settings("a")], []).losesData, false);
    });

    it("puts the properties that replace a resource first", () => {
        const change = changeOf(
            [database({ allocatedStorage: 20, engine: "postgres" })],
            [database({ allocatedStorage: 30, engine: "mysql" })],
        );
        assert.deepEqual(change.properties, [
            { path: "engine", before: '"postgres"', after: '"mysql"', replaces: true },
            { path: "allocatedStorage", before: "20", after: "30" },
        ]);
    });

    it("shows of long values the part from where they differ", () => {
        const long = (middle: string): string => `${"a".repeat(5_000)}${middle}${"z".repeat(5_000)}`;
        const [property] = changeOf([settings(long("old"))], [settings(long("new"))]).properties;
        assert.match(property?.before ?? "", /^…a{40}oldz+…$/);
        assert.match(property?.after ?? "", /^…a{40}newz+…$/);
        assert.ok((property?.before ?? "").length < 250);
    });

    it("shows of a long value that is new its beginning, and that nothing was there", () => {
        const empty = { ...settings(""), inputs: { data: {} } };
        const [property] = changeOf([empty], [settings("b".repeat(5_000))]).properties;
        assert.equal(property?.before, undefined);
        assert.match(property?.after ?? "", /^"b+…$/);
    });

    it("has cost and time before and after", () => {
        const { monthly, seconds, unchanged } = differenceOf([settings("a")], [settings("a"), database({})]);
        assert.equal(unchanged, 1);
        assert.ok(monthly[1] >= monthly[0]);
        assert.ok(seconds[1] > seconds[0]);
    });

    const amounts: readonly (readonly [pair: readonly [number, number], text: string])[] = [
        [[100, 250], "+$150"],
        [[3.5, 1], "−$2.50"],
        [[7, 7], "none"],
        [[7, 7.001], "none"],
    ];
    for (const [pair, text] of amounts) {
        it(`writes the change from ${pair.join(" to ")} as ${text}`, () => {
            assert.equal(signed(pair, dollars), text);
        });
    }
});
