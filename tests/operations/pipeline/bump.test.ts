import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { withImageTag } from "../../../operations/pipeline/bump";
import { temporaryDirectories } from "../../simulation/support";
import { FakeGitHub, Refusal } from "./fakeGitHub";
import { pipeline, type Result } from "./support";

const temporary = temporaryDirectories();
const stackFile = readFileSync(path.join(__dirname, "..", "fixtures", "bakery", "Pulumi.dev.yaml"), "utf8");
const image = "ghcr.io/your-org/bread";

describe("an image's tag in a manifest", () => {
    const cases = [
        ["a plain one", `image: ${image}:1.0.0`, `image: ${image}:2.0.0`],
        ["none", `image: ${image}`, `image: ${image}:2.0.0`],
        ["a quoted one", `  - image: "${image}:1.0.0"`, `  - image: "${image}:2.0.0"`],
        ["a digest", `image: ${image}:1@sha256:${"a".repeat(64)}`, `image: ${image}:2.0.0`],
        ["another image's", `image: ${image}-tools:1.0.0`, `image: ${image}-tools:1.0.0`],
        ["another registry's", `image: x/${image}:1.0.0`, `image: x/${image}:1.0.0`],
        ["a comment's", `# image: ${image}:1.0.0`, `# image: ${image}:1.0.0`],
    ] as const;
    for (const [name, before, after] of cases) {
        it(`is ${before === after ? "left alone" : "replaced"}: ${name}`, () => {
            assert.equal(withImageTag(`a: 1\n${before}\nb: 2\n`, image, "2.0.0"), `a: 1\n${after}\nb: 2\n`);
        });
    }
});

describe("a version's way into git", () => {
    let github: FakeGitHub;
    let env: Record<string, string>;
    const files: Record<string, string> = {
        "Pulumi.dev.yaml": stackFile,
        "deploy/prod/bread/deployment.yaml": `spec:\n  image: ${image}:1.0.0 \n`,
        "deploy/prod/cakes/deployment.yaml": "spec:\n  image: ghcr.io/your-org/cakes:1\n",
        "deploy/staging/bread/deployment.yaml": `spec:\n  image: ${image}:1.0.0\n`,
    };
    beforeEach(async () => {
        github = new FakeGitHub("your-org/deployments");
        env = await github.listen();
        github
            .on("GET /git/ref/heads/main", () => ({ object: { sha: "tip" } }))
            .on("GET /git/trees/tip", () => ({
                tree: Object.keys(files).map((file) => ({ path: file, type: "blob", sha: encodeURIComponent(file) })),
            }))
            .on("POST /git/trees", () => ({ sha: "tree" }))
            .on("POST /git/commits", () => ({ sha: "0123456789" }))
            .on("PATCH /git/refs/heads/main", () => ({}));
        for (const [file, text] of Object.entries(files)) {
            const content = Buffer.from(text).toString("base64");
            github.on(`GET /git/blobs/${encodeURIComponent(file)}`, () => ({ content }));
        }
    });
    afterEach(() => github.close());

    const run = (version: string, ...args: string[]): Promise<Result> =>
        pipeline(temporary(), ["bump", version, "--repository", "your-org/deployments", "--branch", "main", ...args], {
            env,
        });
    const inStack = ["--stack", "dev", "--system", "bread"];
    const tree = (): unknown => github.written().find((call) => call.path === "/git/trees")?.body?.tree;

    it("is one commit that changes the version and no other byte", async () => {
        const { code, stdout, stderr } = await run("1.1.0", ...inStack);
        assert.equal(code, 0, stderr);
        assert.match(stdout, /Deploy bread 1\.1\.0 to dev: committed 01234567 to main of your-org\/deployments\./);
        assert.deepEqual(tree(), [
            {
                path: "Pulumi.dev.yaml",
                mode: "100644",
                type: "blob",
                content: stackFile.replace("version: 1.0.0 #", "version: 1.1.0 #"),
            },
        ]);
        assert.deepEqual(github.written().at(-1)?.body, { sha: "0123456789", force: false });
    });

    it("is nothing when the version is there already", async () => {
        assert.match((await run("1.0.0", ...inStack)).stdout, /nothing is written/);
        assert.deepEqual(github.written(), []);
    });

    it("can be what a rollback has left in the stack's file", async () => {
        assert.match((await run("deployed", ...inStack)).stdout, /Deploy bread 1\.0\.0 to dev/);
    });

    it("refuses a version that no image can have, and a system that is not there", async () => {
        assert.match((await run("1:2", ...inStack)).stderr, /cannot be the version of bread/);
        assert.match((await run("1.1.0", "--stack", "dev", "--system", "bred")).stderr, /did you mean "bread"\?/);
        assert.match((await run("1.1.0", "--stack", "dev")).stderr, /Where does the version go\?/);
    });

    it("changes the manifests of one environment that use the image", async () => {
        const { code, stderr } = await run("2.0.0", "--manifests", "deploy/prod", "--image", image);
        assert.equal(code, 0, stderr);
        assert.deepEqual(
            (tree() as { path: string; content: string }[]).map(({ path: file, content }) => [file, content]),
            [["deploy/prod/bread/deployment.yaml", `spec:\n  image: ${image}:2.0.0 \n`]],
        );
    });

    it("fails when no manifest uses the image", async () => {
        const { stderr } = await run("2.0.0", "--manifests", "deploy/prod", "--image", "ghcr.io/your-org/rolls");
        assert.match(stderr, /No manifest in deploy\/prod on the branch main uses the image ghcr\.io\/your-org\/rolls/);
    });

    it("loses nobody's commit: when the branch has moved on, it fails", async () => {
        github.on("PATCH /git/refs/heads/main", () => new Refusal(422, "Update is not a fast forward"));
        const { code, stderr } = await run("1.1.0", ...inStack);
        assert.equal(code, 1);
        assert.match(stderr, /422 Update is not a fast forward/);
    });

    it("asks for a merge on a branch of its own", async () => {
        github
            .on("GET /git/matching-refs/heads/deploy/dev/bread", () => [])
            .on("POST /git/refs", () => ({}))
            .on("GET /pulls", () => [])
            .on("POST /pulls", () => ({ html_url: "https://github.example/pull/4" }));
        const { stdout, stderr } = await run("1.1.0", ...inStack, "--pull-request");
        assert.match(stdout, /asked for a merge: https:\/\/github\.example\/pull\/4/, stderr);
        assert.deepEqual(
            github.written().map(({ method, path: target }) => `${method} ${target}`),
            ["POST /git/trees", "POST /git/commits", "POST /git/refs", "POST /pulls"],
        );
    });

    it("puts a newer version into the merge request that is open", async () => {
        github
            .on("GET /git/matching-refs/heads/deploy/dev/bread", () => [{ ref: "refs/heads/deploy/dev/bread" }])
            .on("PATCH /git/refs/heads/deploy/dev/bread", () => ({}))
            .on("GET /pulls", () => [{ html_url: "https://github.example/pull/4" }]);
        await run("1.2.0", ...inStack, "--pull-request");
        assert.deepEqual(
            github.written().map(({ method, path: target }) => `${method} ${target}`),
            ["POST /git/trees", "POST /git/commits", "PATCH /git/refs/heads/deploy/dev/bread"],
        );
    });
});
