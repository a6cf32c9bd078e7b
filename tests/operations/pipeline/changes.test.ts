import assert from "node:assert/strict";
import { readPlan, readStackChanges, realChanges, simulatedChanges } from "../../../operations/pipeline/changes";
import { changedSteps, driftedSteps, type EngineEvent } from "../../../operations/pipeline/engineEvents";
import { holdsData } from "../../../operations/pipeline/stateful";
import { planFile } from "../../../simulation/planFile";
import type { Plan } from "../../../simulation/record";
import { simulateStack } from "../../harness";

/** A plan as it comes back from its file. */
function throughFile(plan: Plan): Plan {
    return readPlan("plan.json", planFile(plan).content);
}

describe("changes between two simulations", () => {
    let dev: Plan;
    before(async () => {
        dev = throughFile((await simulateStack("dev")).plan);
    });
    const name = "user-management-postgres-server";
    const database = (plan: Plan): Plan["resources"][number] => {
        const found = plan.resources.find(
            (each) =>
                each.type === "kubernetes:apps/v1:StatefulSet" && each.name.startsWith("user-management-postgres"),
        );
        assert.ok(found, name);
        return found;
    };
    const withSpec = (more: object): Plan => {
        const old = database(dev);
        const spec = { ...(old.inputs.spec as object), ...more };
        const changed = { ...old, inputs: { ...old.inputs, spec } };
        return { ...dev, resources: dev.resources.map((each) => (each === old ? changed : each)) };
    };
    const cases = [
        { it: "are none between equal plans", after: () => dev, expected: [] },
        {
            it: "replace a store whose volumes are others",
            after: () => withSpec({ serviceName: "other" }),
            expected: ["replace true spec.serviceName"],
        },
        {
            it: "update a store whose replicas are others",
            after: () => withSpec({ replicas: 7 }),
            expected: ["update true spec.replicas"],
        },
        {
            it: "delete a store that is gone",
            after: () => ({ ...dev, resources: dev.resources.filter((each) => each !== database(dev)) }),
            expected: ["delete true "],
        },
    ];
    for (const { it: title, after, expected } of cases) {
        it(title, () => {
            assert.deepEqual(
                simulatedChanges(dev, after()).changes.map(
                    ({ kind, stateful, properties }) => `${kind} ${stateful} ${properties.join()}`,
                ),
                expected,
            );
        });
    }

    it("are shown whatever a property is called", () => {
        const key = `<script>\n\`${"x".repeat(400)}`;
        const [change] = simulatedChanges(dev, withSpec({ template: { [key]: 1 } })).changes;
        const written = JSON.stringify({ stack: "dev", mode: "simulation", changes: [change] });
        assert.match(readStackChanges("dev.json", written).changes[0]?.properties.join() ?? "", /script/);
    });

    it("come with what they cost", () => {
        const { monthlyCost } = simulatedChanges(dev, {
            ...dev,
            resources: dev.resources.filter(({ type }) => type !== "aws:eks/nodeGroup:NodeGroup"),
        });
        assert.ok(
            monthlyCost !== undefined && monthlyCost.after < monthlyCost.before - 20,
            JSON.stringify(monthlyCost),
        );
    });
});

describe("what a pull request breaks", () => {
    it("is found by the rules of policy/, each finding in one line", async () => {
        const { plan } = await simulateStack("dev");
        const open = plan.resources.map((each) =>
            each.type === "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
                ? { ...each, inputs: { ...each.inputs, blockPublicAcls: false } }
                : each,
        );
        assert.deepEqual(simulatedChanges(plan, plan).findings, []);
        const { findings = [] } = simulatedChanges(plan, { ...plan, resources: open });
        assert.ok(findings.length > 0);
        assert.ok(findings.every(({ message }) => !/[\n`<>]/.test(message) && message.length <= 300));
    });
});

describe("what holds data", () => {
    it("is everything that prod protects", async () => {
        const { plan } = await simulateStack("prod");
        const unknown = plan.resources.filter(({ type, protect }) => protect && !holdsData(type));
        assert.deepEqual([...new Set(unknown.map(({ type }) => type))], []);
    });

    const cases = [
        ["aws:rds/instance:Instance", true],
        ["aws:dynamodb/table:Table", true],
        ["kubernetes:apps/v1:StatefulSet", true],
        ["kubernetes:core/v1:Namespace", true],
        ["kubernetes:apps/v1:Deployment", false],
        ["aws:iam/role:Role", false],
        ["aws:s3/bucketPolicy:BucketPolicy", false],
    ] as const;
    for (const [type, expected] of cases) {
        it(`is ${expected ? "" : "not "}${type}`, () => assert.equal(holdsData(type), expected));
    }
});

const metadata = (op: string, more: object = {}): { op: string; urn: string; type: string } => ({
    op,
    urn: `urn:pulumi:dev::platform::aws:s3/bucket:Bucket::${op}`,
    type: "aws:s3/bucket:Bucket",
    ...more,
});

describe("the engine's events", () => {
    it("give each resource of a preview once, with what differs", () => {
        const events: EngineEvent[] = [
            { resourcePreEvent: { metadata: metadata("same") } },
            { resourcePreEvent: { metadata: metadata("update", { detailedDiff: { b: {}, a: {} }, diffs: ["x"] }) } },
            { resourcePreEvent: { metadata: metadata("create-replacement") } },
            { resourcePreEvent: { metadata: metadata("replace", { diffs: ["bucket"] }) } },
            { resourcePreEvent: { metadata: metadata("delete-replaced") } },
            { resourcePreEvent: { metadata: metadata("delete") } },
            {},
        ];
        assert.deepEqual(
            realChanges(changedSteps(events)).map(({ kind, name, stateful, properties }) => [
                kind,
                name,
                stateful,
                properties.join(),
            ]),
            [
                ["update", "update", true, "a,b"],
                ["replace", "replace", true, "bucket"],
                ["delete", "delete", true, ""],
            ],
        );
    });

    it("tell drift by how a refresh ends, not by how it begins", () => {
        const events: EngineEvent[] = [
            { resourcePreEvent: { metadata: metadata("refresh") } },
            { resOutputsEvent: { metadata: metadata("same") } },
            {
                resOutputsEvent: {
                    metadata: metadata("update", {
                        old: { outputs: { tags: { a: 1 }, arn: "x" } },
                        new: { outputs: { tags: { a: 2 }, arn: "x", region: "y" } },
                    }),
                },
            },
            { resOutputsEvent: { metadata: metadata("delete", { old: { outputs: {} }, new: null }) } },
        ];
        assert.deepEqual(
            driftedSteps(events).map(({ op, properties }) => [op, ...properties]),
            [["update", "region", "tags"], ["delete"]],
        );
    });
});
