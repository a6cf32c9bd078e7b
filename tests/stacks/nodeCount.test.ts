import assert from "node:assert/strict";
import path from "node:path";
import { parseConfig } from "../../config/parse";
import { readConfiguration } from "../../simulation/configuration";
import { capacityIssues } from "../../stacks/capacity";
import { planSystems } from "../../stacks/plan";
import { systemDefinitions } from "../../stacks/registry";
import { stackNames } from "../harness";

const root = path.resolve(__dirname, "../..");

// A cost is computed with the desired size: it would be too low if the autoscaler had to add nodes from the first minute on.
for (const stack of stackNames()) {
    it(`the nodes that ${stack} starts with hold what its systems ask for at their smallest`, () => {
        const { config } = parseConfig(readConfiguration(root, stack).values);
        assert.ok(config !== undefined);
        const { systems } = planSystems(config, systemDefinitions);
        const groups = Object.entries(config.cluster.nodeGroups).map(
            ([name, group]) => [name, { ...group, maxSize: group.desiredSize }] as const,
        );
        const asStarted = { ...config, cluster: { ...config.cluster, nodeGroups: Object.fromEntries(groups) } };
        assert.deepEqual(capacityIssues(asStarted, systems), []);
    });
}
