import assert from "node:assert/strict";
import { timelineOf } from "../../../simulation/timeline/timeline";
import { simulateStack, stackNames } from "../../harness";
import { planOf, urnOf, type Sketch } from "../plans";
import { unavoidableSeconds } from "./unavoidable";

const vpc = { type: "aws:ec2/vpc:Vpc", name: "vpc" };
const cluster = { type: "eks:index:Cluster", name: "cluster", dependencies: [urnOf(vpc)] };
const nodes = { type: "aws:eks/nodeGroup:NodeGroup", name: "nodes", dependencies: [urnOf(cluster)] };
const provider = { type: "pulumi:providers:kubernetes", name: "kubernetes", dependencies: [urnOf(cluster)] };
const deployment: Sketch = {
    type: "kubernetes:apps/v1:Deployment",
    name: "api",
    provider: `${urnOf(provider)}::some-id`,
    dependencies: [urnOf(nodes)],
};

describe("the timeline of a plan", () => {
    const sketches = [deployment, provider, nodes, cluster, vpc];
    const timeline = timelineOf(planOf(sketches));
    const entry = (sketch: Sketch): (typeof timeline.entries)[number] | undefined =>
        timeline.entries.find(({ urn }) => urn === urnOf(sketch));

    it("starts a resource when the last thing that it waits for is there", () => {
        assert.deepEqual(
            [vpc, cluster, nodes, deployment].map((each) => [entry(each)?.start, entry(each)?.end]),
            [
                [0, 24],
                [24, 534],
                [534, 649],
                [649, 689],
            ],
        );
        assert.equal(timeline.seconds, 689);
    });

    it("names the chain that decides the duration, and what each part waits for", () => {
        assert.deepEqual(
            timeline.criticalPath.map(({ name }) => name),
            ["vpc", "cluster", "nodes", "api"],
        );
        assert.equal(entry(deployment)?.waitsFor, urnOf(nodes));
    });

    it("says how much longer a resource may take without harm", () => {
        const quick = { type: "aws:iam/role:Role", name: "role" };
        const { entries } = timelineOf(planOf([...sketches, quick]));
        const slacks = Object.fromEntries(entries.map(({ name, slack }) => [name, slack]));
        assert.equal(slacks.role, 689 - 7);
        assert.equal(slacks.cluster, 0);
        assert.equal(slacks.kubernetes, 689 - 40 - 534);
    });

    it("makes resources wait for their explicit provider", () => {
        const lonely = { ...deployment, dependencies: [] };
        assert.equal(timelineOf(planOf([lonely, provider, cluster, vpc])).seconds, 24 + 510 + 40);
    });

    it("takes a Multi-AZ database for twice as long", () => {
        const instance = (multiAz: boolean): number =>
            timelineOf(planOf([{ type: "aws:rds/instance:Instance", name: "db", inputs: { multiAz } }])).seconds;
        assert.equal(instance(true), 2 * instance(false));
    });

    it("refuses a plan in which something waits for itself", () => {
        const loop = [
            { ...vpc, dependencies: [urnOf(cluster)] },
            { ...cluster, dependencies: [urnOf(vpc)] },
        ];
        assert.throws(() => timelineOf(planOf(loop)), /depends on itself/);
    });
});

for (const stack of stackNames()) {
    it(`the timeline of the ${stack} stack has every resource of a provider, and none before what it waits for`, async () => {
        const { plan } = await simulateStack(stack);
        const { entries, seconds, criticalPath } = timelineOf(plan);
        const made = plan.resources.filter(({ custom, remote }) => custom || remote);
        assert.deepEqual(entries.map(({ urn }) => urn).sort(), made.map(({ urn }) => urn).sort());
        const ends = new Map(entries.map(({ urn, end }) => [urn, end]));
        for (const { urn, dependencies } of made) {
            const start = entries.find((each) => each.urn === urn)?.start ?? 0;
            assert.ok(dependencies.every((dependency) => (ends.get(dependency) ?? 0) <= start));
        }
        assert.equal(criticalPath.at(-1)?.end ?? 0, seconds);
        assert.ok(entries.every(({ slack }) => slack >= 0));
    });
}

for (const stack of stackNames()) {
    it(`no needless dependency makes creating ${stack} longer than 1.05 × what cannot be avoided`, async () => {
        const { plan } = await simulateStack(stack);
        const { seconds, criticalPath } = timelineOf(plan);
        const unavoidable = unavoidableSeconds(plan);
        const path = criticalPath.map(({ name, seconds: part }) => `${name} ${part}s`).join(", ");
        assert.ok(seconds <= 1.05 * unavoidable, `${seconds}s instead of ${unavoidable}s: ${path}`);
    });
}
