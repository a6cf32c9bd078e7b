import assert from "node:assert/strict";
import { temporaryDirectories } from "../../simulation/support";
import { FakeGitHub } from "./fakeGitHub";
import { loggedIn, pipeline, type Result } from "./support";

const temporary = temporaryDirectories();

interface Past {
    readonly sha: string;
    readonly versions: Readonly<Record<string, string>>;
    readonly states: readonly string[];
}

describe("deployments that GitHub remembers", () => {
    let github: FakeGitHub;
    let env: Record<string, string>;
    beforeEach(async () => {
        github = new FakeGitHub();
        env = { ...loggedIn, ...(await github.listen()) };
    });
    afterEach(() => github.close());

    const remember = (environment: string, past: readonly Past[]): void => {
        github.on("GET /deployments", (_, query) =>
            query.get("environment") === environment && query.get("task") === "platform"
                ? past.map(({ sha, versions }, id) => ({ id, sha, payload: { versions } }))
                : [],
        );
        past.forEach(({ states }, id) =>
            github.on(`GET /deployments/${id}/statuses`, () => states.map((state) => ({ state }))),
        );
    };
    const run = (...args: string[]): Promise<Result> =>
        pipeline(temporary(), args, {
            env,
            programs: () => ({ status: 0, stdout: "aaaaaaaaaaaa\n" }),
        });
    const now = { bread: "1.0.0", cakes: "7" };

    it("are recorded with commit and versions, apart from those of GitHub's environments", async () => {
        github.on("POST /deployments", () => ({ id: 5 })).on("POST /deployments/5/statuses", () => ({}));
        const { code, stderr } = await run("record", "dev", "success");
        assert.equal(code, 0, stderr);
        const [made, status] = github.written();
        assert.equal(made?.body?.ref, "aaaaaaaaaaaa");
        assert.equal(made?.body?.environment, "dev");
        assert.equal(made?.body?.task, "platform");
        assert.deepEqual(made?.body?.payload, { versions: now });
        assert.deepEqual(status?.body, { state: "success", auto_inactive: false });
    });

    it("have no other outcome than success and failure", async () => {
        assert.match((await run("record", "dev", "cancelled")).stderr, /"cancelled" is no outcome/);
    });

    const promotions = [
        {
            it: "lets through what the other stack has run",
            past: [{ sha: "aaaaaaaaaaaa", versions: now, states: ["success", "in_progress"] }],
        },
        {
            it: "lets through what has been superseded since",
            past: [
                { sha: "bbbbbbbbbbbb", versions: { bread: "2.0.0", cakes: "8" }, states: ["success"] },
                { sha: "aaaaaaaaaaaa", versions: now, states: ["inactive", "success"] },
            ],
        },
        {
            it: "lets through versions and commit from different deployments",
            past: [
                { sha: "aaaaaaaaaaaa", versions: { bread: "1.0.0", cakes: "6" }, states: ["success"] },
                { sha: "bbbbbbbbbbbb", versions: now, states: ["success"] },
            ],
        },
        {
            it: "stops when it has run nothing",
            past: [],
            problems: [/commit aaaaaaaa; small has run none/, /bread 1\.0\.0/],
        },
        {
            it: "stops another commit",
            past: [{ sha: "bbbbbbbbbbbb", versions: now, states: ["success"] }],
            problems: [/commit aaaaaaaa; small has run bbbbbbbb/],
        },
        {
            it: "stops a version that failed there",
            past: [
                { sha: "aaaaaaaaaaaa", versions: now, states: ["failure"] },
                { sha: "aaaaaaaaaaaa", versions: { bread: "1.0.0", cakes: "6" }, states: ["success"] },
            ],
            problems: [/cakes 7; small has run 6/],
        },
    ] as const;
    for (const { it: name, past, ...expected } of promotions) {
        it(name, async () => {
            remember("small", past);
            const { code, stderr } = await run("promotion", "dev", "--from", "small");
            const problems = "problems" in expected ? expected.problems : [];
            assert.equal(code, problems.length === 0 ? 0 : 1, stderr);
            problems.forEach((problem) => assert.match(stderr, problem));
        });
    }

    it("say where an automatic rollback goes", async () => {
        remember("dev", [
            { sha: "aaaaaaaaaaaa", versions: now, states: ["failure"] },
            { sha: "bbbbbbbbbbbb", versions: now, states: ["failure"] },
            { sha: "cccccccccccc", versions: { bread: "0.9.0" }, states: ["success"] },
            { sha: "dddddddddddd", versions: { bread: "0.8.0" }, states: ["success"] },
        ]);
        const { output, stdout } = await run("last-good", "dev");
        assert.equal(output, "sha=cccccccccccc\n");
        assert.match(stdout, /Going back to commit cccccccc with bread 0\.9\.0/);
    });

    it("say when there is nowhere to go back to", async () => {
        remember("dev", [{ sha: "aaaaaaaaaaaa", versions: now, states: ["success"] }]);
        const { output, stdout } = await run("last-good", "dev");
        assert.equal(output, "");
        assert.match(stdout, /nothing to go back to/);
    });

    it("are not guessed at when GitHub does not answer", async () => {
        await github.close();
        const { code, stderr } = await run("promotion", "dev", "--from", "small");
        assert.equal(code, 1);
        assert.match(stderr, /GitHub cannot be reached/);
        github = new FakeGitHub();
        await github.listen();
    });
});
