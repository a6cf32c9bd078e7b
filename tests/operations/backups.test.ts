import assert from "node:assert/strict";
import fc from "fast-check";
import { backupJobs } from "../../operations/backups";
import { differenceLines, differenceOf } from "../../operations/difference";
import { jobName } from "../../operations/jobs";
import { kubernetesObjects } from "../../simulation/manifests";
import { simulate } from "../../simulation/program";
import type { Plan } from "../../simulation/record";
import { simulateStack, stackNames } from "../harness";

const root = `${__dirname}/fixtures/bakery`;
const noon = new Date("2026-11-21T12:00:00.123Z");

describe("the backup jobs of a stack", () => {
    let plan: Plan;
    before(async () => {
        plan = await simulate({ root, stack: "dev" });
    });

    it("are the CronJobs that are labelled so", () => {
        const jobs = [{ system: "bread", namespace: "bread", cronJob: "recipes-backup" }];
        assert.deepEqual(backupJobs(plan), jobs);
        assert.deepEqual(backupJobs(plan, "bread"), jobs);
        assert.deepEqual(backupJobs(plan, "cakes"), []);
    });

    it("are started under a name that says when", () => {
        assert.equal(jobName("recipes-backup", noon), "recipes-backup-manual-20261121t120000z");
    });

    it("have names that Kubernetes takes, however long the CronJob's is", () => {
        fc.assert(
            fc.property(
                fc.stringMatching(/^[a-z]([a-z0-9-]{0,50}[a-z0-9])?$/),
                fc.date({ noInvalidDate: true, min: new Date("2020-01-01"), max: new Date("2100-01-01") }),
                (name, now) => {
                    assert.match(jobName(name, now), /^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/);
                },
            ),
        );
    });
});

for (const stack of stackNames()) {
    it(`every backup job of the ${stack} stack is found by its label`, async () => {
        const { plan } = await simulateStack(stack);
        const named = kubernetesObjects(plan)
            .filter(({ kind, metadata }) => kind === "CronJob" && metadata.name.endsWith("-backup"))
            .map(({ metadata }) => metadata.name);
        assert.deepEqual(
            backupJobs(plan)
                .map(({ cronJob }) => cronJob)
                .sort(),
            named.sort(),
        );
    });
}

describe("the difference between two plans", () => {
    it("is what an update would create, change and delete", async () => {
        const stackFile = [
            "config:",
            "  platform:environment: dev",
            "  platform:systems:",
            "    bread: { version: 2.0.0 }",
            "    pies: { version: 1.0.0 }",
        ].join("\n");
        const [before, after] = [
            await simulate({ root, stack: "dev" }),
            await simulate({ root, stack: "dev", stackFile }),
        ];
        assert.deepEqual(differenceLines(differenceOf(before, after)), [
            "+ kubernetes:apps/v1:Deployment pies-oven",
            "~ kubernetes:apps/v1:Deployment bread-oven",
            "- kubernetes:apps/v1:Deployment cakes-oven",
        ]);
        assert.deepEqual(differenceLines(differenceOf(before, before)), []);
    });

    it("is cut short when it is long", async () => {
        const plan = await simulate({ root, stack: "dev" });
        const [first] = plan.resources;
        assert.ok(first);
        const many = {
            ...plan,
            resources: Array.from({ length: 20 }, (_, index) => ({ ...first, urn: `${first.urn}-${index}` })),
        };
        const lines = differenceLines(differenceOf({ ...plan, resources: [] }, many));
        assert.equal(lines.length, 13);
        assert.equal(lines.at(-1), "… and 8 more");
    });
});
