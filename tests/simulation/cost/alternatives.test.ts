import assert from "node:assert/strict";
import { alternativesOf, destroyedOverNight } from "../../../simulation/cost/alternatives";
import { costOf } from "../../../simulation/cost/cost";
import { planOf } from "../plans";

const group = (capacityType: string) => ({
    type: "aws:eks/nodeGroup:NodeGroup",
    name: "nodes",
    inputs: { instanceTypes: ["t4g.large"], capacityType, scalingConfig: { desiredSize: 2 } },
});
const cluster = { type: "eks:index:Cluster", name: "cluster" };

describe("the alternatives of a stack", () => {
    const plan = planOf([cluster, group("ON_DEMAND")]);
    const amounts = Object.fromEntries(
        alternativesOf(plan).map(({ capacity, hours, monthly }) => [`${capacity}, ${hours}`, monthly ?? NaN]),
    );

    it("have its own cost among them", () => assert.equal(amounts["on-demand, always"], costOf(plan).monthly));

    it("cost less on spot nodes, and less in office hours", () => {
        const order = ["spot, office hours", "on-demand, office hours", "spot, always", "on-demand, always"];
        const sorted = Object.entries(amounts)
            .sort(([, a], [, b]) => a - b)
            .map(([name]) => name);
        assert.deepEqual(sorted, order);
    });

    it("run nodes for 50 of 168 hours in office hours", () => {
        const nodes = (name: string): number => (amounts[name] ?? 0) - 73;
        assert.ok(Math.abs(nodes("spot, office hours") / nodes("spot, always") - 50 / 168) < 1e-9);
    });

    it("do not count a schedule twice that the stack has already", () => {
        const action = (name: string, desiredCapacity: number, hour: number) => ({
            type: "aws:autoscaling/schedule:Schedule",
            name,
            inputs: { desiredCapacity, recurrence: `0 ${hour} * * *` },
        });
        const scheduled = planOf([cluster, group("SPOT"), action("start", 2, 6), action("stop", 0, 22)]);
        assert.deepEqual(alternativesOf(scheduled), alternativesOf(planOf([cluster, group("SPOT")])));
    });

    it("have no amount where a machine has no such price", () => {
        const inputs = { instanceTypes: ["t3.nano"], scalingConfig: { desiredSize: 1 } };
        const unknown = planOf([{ type: "aws:eks/nodeGroup:NodeGroup", name: "nodes", inputs }]);
        assert.ok(alternativesOf(unknown).every(({ monthly }) => monthly === undefined));
    });

    it("cost a share of what exists when the whole stack is destroyed over night", () => {
        assert.ok(Math.abs(destroyedOverNight(plan) - (costOf(plan).monthly * 50) / 168) < 1e-9);
    });
});
