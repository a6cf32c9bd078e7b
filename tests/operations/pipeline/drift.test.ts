import assert from "node:assert/strict";
import type { Step } from "../../../operations/pipeline/engineEvents";
import { temporaryDirectories } from "../../simulation/support";
import { FakeGitHub, Refusal } from "./fakeGitHub";
import { loggedIn, pipeline, type Result } from "./support";

const temporary = temporaryDirectories();

describe("the nightly look for drift", () => {
    let github: FakeGitHub;
    let env: Record<string, string>;
    beforeEach(async () => {
        github = new FakeGitHub();
        env = {
            ...loggedIn,
            ...(await github.listen()),
            GITHUB_SERVER_URL: "https://github.example",
            GITHUB_RUN_ID: "9",
        };
    });
    afterEach(() => github.close());

    const changed: Step = { op: "update", urn: "urn::db", type: "aws:rds/instance:Instance", properties: ["tags"] };
    const run = (steps: readonly Step[]): Promise<Result> => pipeline(temporary(), ["drift", "dev"], { env, steps });
    const issue = { number: 3, title: "Drift in stack dev" };
    const others = [
        { number: 1, title: "Drift in stack prod" },
        { number: 2, title: "Drift in stack dev", pull_request: {} },
    ];

    it("opens an issue with the difference", async () => {
        github.on("GET /issues", () => others).on("POST /issues", () => issue);
        const { code, stdout, stderr } = await run([changed]);
        assert.equal(code, 0, stderr);
        const [{ body } = {}] = github.written();
        assert.equal(body?.title, issue.title);
        assert.deepEqual(body?.labels, ["drift"]);
        assert.match(String(body?.body), /~ aws:rds\/instance:Instance db \[tags\]/);
        assert.match(String(body?.body), /https:\/\/github\.example\/your-org\/platform\/actions\/runs\/9/);
        assert.match(stdout, /issue 3 is opened/);
    });

    it("keeps the one issue up to date", async () => {
        github.on("GET /issues", () => [...others, issue]).on("PATCH /issues/3", () => issue);
        await run([changed, { ...changed, op: "delete", urn: "urn::bucket" }]);
        assert.deepEqual(
            github.written().map(({ method, path }) => `${method} ${path}`),
            ["PATCH /issues/3"],
        );
    });

    it("closes it when nothing differs any more", async () => {
        github
            .on("GET /issues", () => [issue])
            .on("POST /issues/3/comments", () => ({}))
            .on("PATCH /issues/3", () => issue);
        await run([]);
        assert.deepEqual(github.written().at(-1)?.body, { state: "closed", state_reason: "completed" });
    });

    it("does nothing when nothing differs", async () => {
        github.on("GET /issues", () => others);
        assert.match((await run([])).stdout, /nothing differs, and no issue is open/);
        assert.deepEqual(github.written(), []);
    });

    it("fails with GitHub's reason when it may not write", async () => {
        github
            .on("GET /issues", () => [])
            .on("POST /issues", () => new Refusal(403, "Resource not accessible by integration"));
        const { code, stderr } = await run([changed]);
        assert.equal(code, 1);
        assert.match(stderr, /GitHub refused POST \/issues: 403 Resource not accessible by integration/);
    });
});
