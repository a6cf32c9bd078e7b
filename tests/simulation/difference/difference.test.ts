import assert from "node:assert/strict";
import { differenceBetween, type ResourceChange } from "../../../simulation/difference/difference";
import { simulateStack } from "../../harness";
import { planOf, urnOf, type Sketch } from "../plans";

const deployment = (spec: object): Sketch => ({
    type: "kubernetes:apps/v1:Deployment",
    name: "api",
    inputs: { metadata: { name: "api", namespace: "shop" }, spec },
});
const database = (inputs: Record<string, unknown>): Sketch => ({
    type: "aws:rds/instance:Instance",
    name: "db",
    inputs,
});

const changesBetween = (before: readonly Sketch[], after: readonly Sketch[]): readonly ResourceChange[] =>
    differenceBetween(planOf(before), planOf(after)).changes;

describe("the difference between two plans", () => {
    it("is empty for the same plan, and counts what did not change", () => {
        const { changes, unchanged } = differenceBetween(planOf([deployment({})]), planOf([deployment({})]));
        assert.deepEqual([changes, unchanged], [[], 1]);
    });

    it("names what is added and what is removed", () => {
        const kinds = changesBetween([database({})], [deployment({})]).map(({ kind, name }) => `${name} ${kind}`);
        assert.deepEqual(kinds, ["db removed", "api added"]);
    });

    it("names each property that changes, with both values", () => {
        const before = deployment({ replicas: 2, template: { containers: [{ image: "api:1" }] } });
        const after = deployment({ replicas: 3, template: { containers: [{ image: "api:2", ports: [80] }] } });
        assert.deepEqual(changesBetween([before], [after])[0]?.properties, [
            { path: "spec.replicas", before: 2, after: 3, replaces: false },
            { path: "spec.template.containers[0].image", before: "api:1", after: "api:2", replaces: false },
            { path: "spec.template.containers[0].ports", after: [80], replaces: false },
        ]);
    });

    const replacements: Readonly<
        Record<string, readonly [before: Sketch, after: Sketch, kind: string, stateful: boolean]>
    > = {
        "the selector of a Deployment": [
            deployment({ selector: { matchLabels: { app: "a" } } }),
            deployment({ selector: { matchLabels: { app: "b" } } }),
            "replaced",
            false,
        ],
        "the engine of a database": [database({ engine: "mysql" }), database({ engine: "postgres" }), "replaced", true],
        "the class of a database, in place": [
            database({ instanceClass: "db.t4g.small" }),
            database({ instanceClass: "db.t4g.medium" }),
            "changed",
            true,
        ],
        "the namespace of an object": [
            { type: "kubernetes:core/v1:Service", name: "s", inputs: { metadata: { namespace: "a" } } },
            { type: "kubernetes:core/v1:Service", name: "s", inputs: { metadata: { namespace: "b" } } },
            "replaced",
            false,
        ],
    };
    for (const [title, [before, after, kind, stateful]] of Object.entries(replacements)) {
        it(`knows whether a change replaces: ${title}`, () => {
            const [change] = changesBetween([before], [after]);
            assert.deepEqual([change?.kind, change?.stateful], [kind, stateful]);
        });
    }

    it("leaves out what the program ignores", () => {
        const nodes = (desiredSize: number): Sketch => ({
            type: "aws:eks/nodeGroup:NodeGroup",
            name: "nodes",
            inputs: { scalingConfig: { desiredSize } },
            ignoreChanges: ["scalingConfig.desiredSize"],
        });
        assert.deepEqual(changesBetween([nodes(2)], [nodes(3)]), []);
    });

    it("names a change of protection", () => {
        const [change] = changesBetween([database({})], [{ ...database({}), protect: true }]);
        assert.deepEqual(change?.properties, [
            { path: "options.protect", before: false, after: true, replaces: false },
        ]);
    });

    it("knows a resource that was renamed by its alias", () => {
        const old = database({ engine: "mysql" });
        const renamed = { ...database({ engine: "mysql" }), name: "store", urn: undefined, aliases: [urnOf(old)] };
        const { urn: _, ...sketch } = renamed;
        assert.deepEqual(changesBetween([old], [sketch]), []);
    });

    it("says what the change costs a month and in time", () => {
        const nat = { type: "aws:ec2/natGateway:NatGateway", name: "nat" };
        const { monthly, seconds } = differenceBetween(planOf([]), planOf([nat]));
        assert.ok(monthly.before === 0 && monthly.difference === monthly.after && monthly.after > 32.85);
        assert.equal(seconds.difference, 106);
    });

    it("compares stacks by what their resources are called, not by the stack", async () => {
        const dev = (await simulateStack("dev")).plan;
        const other = (await simulateStack("dev", { as: "other" })).plan;
        const { changes, unchanged } = differenceBetween(dev, other);
        assert.ok(unchanged > 300);
        assert.ok(changes.every(({ kind }) => kind === "changed" || kind === "replaced"));
    });
});
