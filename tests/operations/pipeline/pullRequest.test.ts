import assert from "node:assert/strict";
import path from "node:path";
import type { StackChanges } from "../../../operations/pipeline/changes";
import { commentBody } from "../../../operations/pipeline/comment";
import { temporaryDirectories } from "../../simulation/support";
import { FakeGitHub, page } from "./fakeGitHub";
import { loggedIn, pipeline, type Result } from "./support";

const temporary = temporaryDirectories();

const update = {
    kind: "update",
    type: "aws:rds/instance:Instance",
    name: "db",
    stateful: true,
    properties: ["a"],
} as const;
const loss = { ...update, kind: "replace", properties: ["engine"] } as const;
const dev: StackChanges = { stack: "dev", mode: "simulation", changes: [update] };
const prod: StackChanges = { stack: "prod", mode: "simulation", changes: [] };

describe("the comment on a pull request", () => {
    const body = (...stacks: StackChanges[]): string => commentBody(stacks, { sha: "0123456789abcdef" });

    it("names the mode, the commit, and what changes in each stack", () => {
        const text = body(prod, dev);
        assert.match(
            text,
            /^<!-- platform: preview -->\n\n## 1 of 2 stacks change\n\nMode: simulation .*Commit 01234567\./,
        );
        assert.match(text, /\| dev \| 0 \| 1 \| 0 \| 0 \| not checked \| not estimated \|\n\| prod \| 0 \| 0 \|/);
        assert.match(text, /~ aws:rds\/instance:Instance db \[a\]/);
        assert.ok(!text.includes("Data would be lost"));
    });

    it("says first what would be lost, and by which label it is allowed", () => {
        const text = body({ ...dev, changes: [update, loss] });
        assert.match(
            text,
            /### Data would be lost[^]*`allow-data-loss`[^]*dev: ! aws:rds\/instance:Instance db \[engine\]/,
        );
        assert.ok(text.indexOf("! aws:rds") < text.indexOf("~ aws:rds"));
    });

    it("tells costs and policy findings where they are known", () => {
        const text = body({
            ...dev,
            monthlyCost: { before: 300.2, after: 341 },
            findings: [{ rule: "encrypted", resource: "db", message: "storage is not encrypted" }],
        });
        assert.match(text, /\| 1 \| \+\$41 \(now \$341\) \|/);
        assert.match(text, /### Policy findings in dev\n\n```text\nencrypted: db: storage is not encrypted\n```/);
    });

    it("says what could not be deployed", () => {
        const text = body({ ...dev, refusals: ["1.35 has to be deployed first"] });
        assert.match(text, /### Cannot be deployed[^]*```text\ndev: 1\.35 has to be deployed first\n```/);
        assert.ok(!body(dev).includes("Cannot be deployed"));
    });

    it("shows a stack that could not be previewed, in a fence that its message cannot leave", () => {
        const text = body({ ...dev, changes: [], failure: "bad\n```\n# Approved" });
        assert.match(text, /\*\*dev could not be previewed:\*\*\n\n```text\nbad\n'''\n# Approved\n```/);
    });

    it("fits into a comment, whatever happens", () => {
        const many = Array.from({ length: 500 }, (_, index) => ({ ...update, name: `n${index}`.padEnd(290, "x") }));
        const stacks = ["a", "b", "c", "d", "e"].map((stack) => ({ ...dev, stack, changes: many }));
        const text = body(...stacks);
        assert.ok(text.length < 65_536, String(text.length));
        assert.match(text, /… and 440 more/);
        assert.match(text, /too long for a comment/);
    });
});

describe("pipeline changes", () => {
    const plan = (inputs: object): string =>
        JSON.stringify({
            project: "platform",
            stack: "dev",
            resources: [
                {
                    ...{ urn: "urn:pulumi:dev::platform::x::db", type: update.type, name: "db", inputs, parent: "" },
                    ...{ provider: "", dependencies: [], protect: true, aliases: [], ignoreChanges: [] },
                },
            ],
        });

    it("compares two plans", async () => {
        const directory = temporary();
        const at = (name: string): string => path.join(directory, name);
        const { code, stderr, read } = await pipeline(
            directory,
            ["changes", "dev", "--base", at("a.json"), "--head", at("b.json"), "--out", at("out.json")],
            { files: { "a.json": plan({ engine: "mysql" }), "b.json": plan({ engine: "postgres" }) } },
        );
        assert.equal(code, 0, stderr);
        const { findings: _, ...result } = JSON.parse(read("out.json")) as StackChanges;
        assert.deepEqual(result, {
            stack: "dev",
            mode: "simulation",
            changes: [{ ...loss, properties: ["engine"] }],
            monthlyCost: { before: 0, after: 0 },
        });
    });

    const versions: readonly (readonly [before: string, after: string, refusals: readonly string[] | undefined])[] = [
        ["1.34", "1.35", undefined],
        [
            "1.34",
            "1.36",
            [
                "cluster.version goes from 1.34 to 1.36, but a control plane goes up one minor version at a time: 1.35 has to be deployed first",
            ],
        ],
        // What takes back a change that was never deployed.
        ["1.36", "1.34", undefined],
    ];
    for (const [before, after, expected] of versions) {
        it(`${expected === undefined ? "lets" : "does not let"} Kubernetes go from ${before} to ${after}`, async () => {
            const directory = temporary();
            const at = (name: string): string => path.join(directory, name);
            const of = (version: string): string => plan({ version }).replaceAll(update.type, "eks:index:Cluster");
            const { read } = await pipeline(
                directory,
                ["changes", "dev", "--base", at("a.json"), "--head", at("b.json"), "--out", at("out.json")],
                { files: { "a.json": of(before), "b.json": of(after) } },
            );
            assert.deepEqual((JSON.parse(read("out.json")) as StackChanges).refusals, expected);
        });
    }

    it("takes a stack that was not there before as all new, and one that fails as failed", async () => {
        const directory = temporary();
        const at = (name: string): string => path.join(directory, name);
        const made = await pipeline(
            directory,
            ["changes", "dev", "--base", at("none"), "--head", at("b.json"), "--out", at("out.json")],
            { files: { "b.json": plan({}) } },
        );
        assert.match(made.read("out.json"), /"kind": "create"/);
        const failed = await pipeline(directory, [
            ...["changes", "dev", "--base", at("b.json"), "--head", at("none"), "--out", at("out.json")],
        ]);
        assert.match(failed.read("out.json"), /"failure": "The simulation failed/);
    });
});

describe("pipeline preview with credentials", () => {
    it("writes what the engine would do", async () => {
        const urn = "urn:pulumi:dev::platform::platform:x$aws:rds/instance:Instance::db";
        const { code, read } = await pipeline(temporary(), ["preview", "dev", "--out", "previews/dev.json"], {
            env: loggedIn,
            steps: [{ op: "replace", urn, type: update.type, properties: ["engine"] }],
        });
        assert.equal(code, 0);
        assert.deepEqual(JSON.parse(read("previews/dev.json")), { stack: "dev", mode: "real", changes: [loss] });
    });

    it("refuses by what runs, whatever the base of the pull request says", async () => {
        const cluster = { type: "eks:index:Cluster", name: "cluster", inputs: { version: "1.34" }, protect: false };
        const { read } = await pipeline(temporary(), ["preview", "dev", "--out", "previews/dev.json"], {
            project: "harbour",
            env: loggedIn,
            resources: [cluster],
        });
        assert.deepEqual((JSON.parse(read("previews/dev.json")) as StackChanges).refusals, [
            "cluster.version is 1.36, but the cluster runs 1.34, and a control plane goes up one minor version at a time: it must be 1.34 or 1.35",
        ]);
    });
});

describe("on GitHub", () => {
    let github: FakeGitHub;
    let env: Record<string, string>;
    beforeEach(async () => {
        github = new FakeGitHub();
        env = await github.listen();
    });
    afterEach(() => github.close());

    const run = (
        command: "comment" | "risk-gate",
        event: object,
        results: readonly StackChanges[],
    ): Promise<Result> => {
        const directory = temporary();
        const files = Object.fromEntries(
            results.map((result, index) => [`previews/${index}/${result.stack}.json`, JSON.stringify(result)]),
        );
        return pipeline(directory, [command, "--from", path.join(directory, "previews")], {
            env: { ...env, GITHUB_EVENT_PATH: "event.json" },
            files: { ...files, "event.json": JSON.stringify(event) },
        });
    };
    const comment = (id: number, body: string, type = "Bot"): object => ({ id, body, user: { login: "x", type } });
    const pull = (labels: string[] = [], sha = "head"): object => ({
        number: 7,
        head: { sha },
        labels: labels.map((name) => ({ name })),
    });
    const opened = { pull_request: { number: 7 } };
    const forked = {
        workflow_run: { head_sha: "head", head_branch: "topic", head_repository: { owner: { login: "somebody" } } },
    };

    it("writes one comment", async () => {
        github
            .on("GET /pulls/7", () => pull())
            .on("GET /issues/7/comments", () => [])
            .on("POST /issues/7/comments", () => ({ id: 1 }));
        const { code, stderr } = await run("comment", opened, [dev]);
        assert.equal(code, 0, stderr);
        const [call, ...more] = github.written();
        assert.deepEqual(more, []);
        assert.match(String(call?.body?.body), /1 of 1 stacks change/);
    });

    it("edits it the next time, wherever it stands in the thread, and leaves what people have written alone", async () => {
        const marker = "<!-- platform: preview -->";
        const thread = [
            ...Array.from({ length: 120 }, (_, index) => comment(index, "chat", "User")),
            comment(200, `${marker}\nquoted by hand`, "User"),
            comment(201, `${marker}\nold`),
        ];
        github
            .on("GET /pulls/7", () => pull())
            .on("GET /issues/7/comments", (_, query) => page(thread, query))
            .on("PATCH /issues/comments/201", () => ({}));
        await run("comment", opened, [dev]);
        assert.deepEqual(
            github.written().map(({ method, path: target }) => `${method} ${target}`),
            ["PATCH /issues/comments/201"],
        );
    });

    it("asks GitHub for the pull request of a fork, and comments only while it is at the commit that was previewed", async () => {
        let head = "head";
        github
            .on("GET /pulls", (_, query) => (query.get("head") === "somebody:topic" ? [pull([], head)] : []))
            .on("GET /issues/7/comments", () => [])
            .on("POST /issues/7/comments", () => ({ id: 1 }));
        await run("comment", forked, [dev]);
        assert.equal(github.written().length, 1);
        head = "newer";
        const { stdout } = await run("comment", forked, [dev]);
        assert.match(stdout, /has newer commits/);
        assert.equal(github.written().length, 1);
    });

    it("shows nothing that a fork's code has made up", async () => {
        const smuggled = { ...dev, changes: [{ ...update, name: "`<img src=x>`" }] };
        const { code, stderr } = await run("comment", forked, [smuggled]);
        assert.equal(code, 1);
        assert.match(stderr, /is not what a preview writes: changes\.0\.name no control characters/);
        assert.deepEqual(github.calls, []);
    });

    it("lets changes through that lose nothing, without asking GitHub", async () => {
        const { code, stdout } = await run("risk-gate", opened, [dev, prod]);
        assert.equal(code, 0);
        assert.match(stdout, /No data would be lost\./);
        assert.deepEqual(github.calls, []);
    });

    it("stops a loss of data", async () => {
        github.on("GET /pulls/7", () => pull(["documentation"]));
        const { code, stderr } = await run("risk-gate", opened, [{ ...dev, changes: [loss] }]);
        assert.equal(code, 1);
        assert.match(stderr, /dev: ! aws:rds\/instance:Instance db \[engine\]/);
    });

    it("lets it through when the label says that it is wanted", async () => {
        github.on("GET /pulls/7", () => pull(["allow-data-loss"]));
        const { code, stdout } = await run("risk-gate", opened, [{ ...dev, changes: [loss] }]);
        assert.equal(code, 0);
        assert.match(stdout, /says that this is wanted/);
    });

    it("goes by the real preview where there is one", async () => {
        github.on("GET /pulls/7", () => pull());
        const real: StackChanges = { stack: "dev", mode: "real", changes: [loss] };
        assert.equal((await run("risk-gate", opened, [dev, real])).code, 1);
        assert.equal(
            (
                await run("risk-gate", opened, [
                    { ...dev, changes: [loss] },
                    { ...real, changes: [] },
                ])
            ).code,
            0,
        );
    });

    it("stops what could not be deployed, whoever says so and whatever the labels are", async () => {
        github.on("GET /pulls/7", () => pull(["allow-data-loss"]));
        const refused = { refusals: ["1.35 has to be deployed first"] };
        const real: StackChanges = { stack: "dev", mode: "real", changes: [] };
        for (const results of [
            [{ ...dev, ...refused }, real],
            [dev, { ...real, ...refused }],
        ]) {
            const { code, stderr } = await run("risk-gate", opened, results);
            assert.equal(code, 1);
            assert.match(stderr, /cannot be deployed in one step:\n {2}dev: 1\.35 has to be deployed first\.\n/);
        }
    });

    it("stops what could not be previewed", async () => {
        const { code, stderr } = await run("risk-gate", opened, [{ ...dev, failure: "broken" }]);
        assert.equal(code, 1);
        assert.match(stderr, /there is no preview of dev/);
    });

    it("stops when there is no preview at all", async () => {
        assert.equal((await run("risk-gate", opened, [])).code, 1);
    });
});
