import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { forms } from "../../operations/pipeline/arguments";
import { jobs, setupAction, workflows, type Job } from "./workflows";

const { scripts } = JSON.parse(readFileSync("package.json", "utf8")) as { scripts: Record<string, string> };

const runs = jobs.flatMap(({ name, job }) =>
    (job.steps ?? []).flatMap(({ run }) => (run === undefined ? [] : [{ name, run }])),
);

/** Names of the jobs of which something holds. */
const named = (which: (job: Job, name: string) => boolean): string[] =>
    jobs.filter(({ job, name }) => which(job, name)).map(({ name }) => name);

describe("workflows", () => {
    it("pin every action of others by its commit, with the version beside it", () => {
        const uses = [...workflows.map(({ text }) => text), setupAction]
            .join("\n")
            .split("\n")
            .filter((line) => /^\s*(?:- )?uses:/.test(line))
            .filter((line) => !/uses: \.\//.test(line));
        assert.ok(uses.length > 20);
        assert.deepEqual(
            uses.filter((line) => !/uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line)),
            [],
        );
    });

    it("use one version of each action", () => {
        const text = [...workflows.map((each) => each.text), setupAction].join("\n");
        const versions = new Map<string, Set<string>>();
        for (const [, action = "", version = ""] of text.matchAll(/uses: ([\w-]+\/[\w-]+)[\w/-]*@(.*)$/gm)) {
            versions.set(action, new Set([...(versions.get(action) ?? []), version]));
        }
        assert.deepEqual(
            [...versions].filter(([, each]) => each.size > 1).map(([action]) => action),
            [],
        );
    });

    it("give no right to a workflow as a whole, and to each job what it needs", () => {
        assert.deepEqual(
            workflows.filter(({ permissions }) => JSON.stringify(permissions) !== "{}").map(({ file }) => file),
            [],
        );
        assert.deepEqual(
            named(({ permissions }) => permissions === undefined),
            [],
        );
    });

    it("give every job a time after which it is given up", () => {
        assert.deepEqual(
            named((job) => job.uses === undefined && !(Number(job["timeout-minutes"]) <= 90)),
            [],
        );
    });

    it("put no text of others into a script", () => {
        assert.deepEqual(
            runs.filter(({ run }) => run.includes("${{")),
            [],
        );
    });

    it("keep no credentials in checkouts", () => {
        const kept = jobs.flatMap(({ name, job }) =>
            (job.steps ?? [])
                .filter(({ uses }) => uses?.startsWith("actions/checkout@"))
                .filter((step) => step.with?.["persist-credentials"] !== false)
                .map(() => name),
        );
        assert.deepEqual(kept, []);
    });

    it("name only npm scripts that exist", () => {
        const wrong = runs.flatMap(({ name, run }) =>
            [...run.matchAll(/npm (?:run )?(?:--silent )?([a-z][\w:-]*)(.*)/g)]
                .filter(([line, script = ""]) => /npm run/.test(line) && scripts[script] === undefined)
                // An application's own, where it has them.
                .filter(([line]) => !line.includes("--if-present"))
                .map(([line]) => `${name}: ${line}`),
        );
        assert.deepEqual(wrong, []);
    });

    it("name only commands of the pipeline that exist", () => {
        const commands = runs.flatMap(({ run }) =>
            [...run.matchAll(/npm run pipeline -- ([\w-]+)/g)].map(([, command = ""]) => command),
        );
        assert.ok(commands.length > 10);
        assert.deepEqual(
            commands.filter((command) => !(command in forms)),
            [],
        );
    });

    it("say in the first line of every job that touches a stack whether it acts or simulates", () => {
        const silent = named((job) => {
            const first = (job.steps ?? []).find(({ run }) => run !== undefined)?.run ?? "";
            return job.env?.STACK !== undefined && !first.startsWith('npm run pipeline -- mode "$STACK"');
        });
        assert.deepEqual(silent, []);
    });

    it("let one job at a time touch a stack, and interrupt none", () => {
        // A preview reads only, and a newer commit makes it pointless.
        const touching = jobs.filter(
            ({ job, workflow }) => job.env?.STACK !== undefined && workflow.file !== "preview.yml" && job.steps,
        );
        assert.ok(touching.length >= 4);
        for (const { name, job } of touching) {
            assert.match(job.concurrency?.group ?? "", /^stack-(dev|\$\{\{ (inputs|matrix)\.stack \}\})$/, name);
            assert.equal(job.concurrency?.["cancel-in-progress"], false, name);
        }
    });

    it("let no caller wait for the concurrency group that the workflow it calls needs", () => {
        const waiting = jobs.filter(({ job }) => job.uses !== undefined && job.concurrency !== undefined);
        assert.deepEqual(waiting, []);
    });

    it("take AWS credentials by OIDC only, and only when the mode is real", () => {
        const steps = jobs.flatMap(({ name, job }) =>
            (job.steps ?? [])
                .filter(({ uses }) => uses?.startsWith("aws-actions/configure-aws-credentials@"))
                .map((step) => ({ name, step, job })),
        );
        assert.ok(steps.length >= 4);
        for (const { name, step, job } of steps) {
            assert.equal(job.permissions?.["id-token"], "write", name);
            assert.ok(step.with?.["role-to-assume"], name);
            assert.ok(step.if, `${name}: unconditional`);
        }
        assert.deepEqual(
            workflows.filter(({ text }) => /AWS_(SECRET_)?ACCESS_KEY/.test(text)).map(({ file }) => file),
            [],
        );
    });

    it("give a fork's pull request no right to write and no identity", () => {
        const [preview] = workflows.filter(({ file }) => file === "preview.yml");
        for (const [id, { permissions = {} }] of Object.entries(preview?.jobs ?? {})) {
            const writes = Object.entries(permissions).filter(([, right]) => right === "write");
            assert.deepEqual(
                writes.filter(([scope]) => scope !== "id-token"),
                [],
                id,
            );
        }
        assert.ok(!/pull_request_target/.test(workflows.map(({ text }) => text).join("")));
    });

    it("run the code of the default branch where they may write for a pull request", () => {
        const privileged = workflows.filter(({ on }) => "workflow_run" in on);
        assert.equal(privileged.length, 1);
        for (const { jobs: all, file } of privileged) {
            const checkouts = Object.values(all).flatMap(({ steps = [] }) =>
                steps.filter(({ uses }) => uses?.startsWith("actions/checkout@")),
            );
            assert.deepEqual(
                checkouts.map((step) => step.with?.ref),
                ["${{ github.event.repository.default_branch }}"],
                file,
            );
        }
    });

    it("pass every input of the image workflow on from its variants", () => {
        const inputs = (file: string): Record<string, unknown> =>
            (
                workflows.find((each) => each.file === file)?.on.workflow_call as
                    { inputs: Record<string, unknown> } | undefined
            )?.inputs ?? {};
        const shared = Object.keys(inputs("image.yml")).filter((input) => input !== "test-command");
        for (const variant of ["image-python.yml", "image-node.yml"]) {
            const passed = jobs.find(({ name }) => name === `${variant}: image`)?.job as { with?: object } | undefined;
            assert.deepEqual(Object.keys(passed?.with ?? {}), shared, variant);
            assert.deepEqual(
                shared.filter((input) => !(input in inputs(variant))),
                [],
                variant,
            );
        }
    });
});

describe("deployments", () => {
    const on = (file: string): Workflow["on"] | undefined => workflows.find((each) => each.file === file)?.on;
    type Workflow = (typeof workflows)[number];
    const cases = [
        ["deploy-dev.yml", { push: { branches: ["develop"] }, workflow_dispatch: null }],
        ["deploy-staging.yml", { push: { branches: ["main"] }, workflow_dispatch: null }],
        ["deploy-prod.yml", { release: { types: ["published"] }, workflow_dispatch: null }],
    ] as const;
    for (const [file, expected] of cases) {
        it(`${file} starts as documented`, () => {
            assert.deepEqual(on(file), expected);
        });
    }

    it("of prod are of what staging has run", () => {
        const job = workflows.find(({ file }) => file === "deploy-prod.yml")?.jobs.deploy as { with?: object };
        assert.deepEqual(job.with, { stack: "prod", "promoted-from": "staging" });
    });

    it("are tested before they are recorded as good, and rolled back when that fails", () => {
        const steps = jobs.find(({ name }) => name === "deploy-stack.yml: deploy")?.job.steps ?? [];
        const place = (what: RegExp): number => steps.findIndex(({ run = "" }) => what.test(run));
        const order = [
            /pipeline -- promotion/,
            /^npm run deploy/,
            /smoke-test "\$STACK"$/,
            /--integration/,
            /load-test/,
            /^npm run pipeline -- record "\$STACK" success/,
            /last-good/,
        ];
        const places = order.map(place);
        assert.ok(!places.includes(-1), JSON.stringify(places));
        assert.deepEqual(
            [...places].sort((a, b) => a - b),
            places,
        );
        const rollback = steps.find(({ id }) => id === "rollback");
        assert.match(rollback?.if ?? "", /failure\(\)/);
        assert.match(rollback?.run ?? "", /npm run deploy[^]*smoke-test/);
    });
});
