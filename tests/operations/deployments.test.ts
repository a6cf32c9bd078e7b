import assert from "node:assert/strict";
import { loggedIn, original, run, withBread } from "./support";

describe("npm run deploy without credentials", () => {
    it("names the mode and why in the first line, says what each step would do, and does nothing", async () => {
        const { code, stdout, stderr, done, file } = await run(["deploy", "dev", "bread=1.1.0"]);
        assert.equal(code, 0, stderr);
        const lines = stdout.split("\n");
        assert.equal(lines[0], "Mode: simulation, nothing is changed (no AWS credentials, Pulumi is not logged in).");
        assert.match(stdout, /\n {2}1\. Check the configuration: it is valid and gives 6 resources \(done\)\.\n/);
        assert.match(stdout, /\n {2}2\. Write to Pulumi\.dev\.yaml:\n {7}bread 1\.0\.0 → 1\.1\.0\n/);
        assert.match(
            stdout,
            /\n {2}4\. Run `pulumi up --stack dev`\. The other versions change:\n {7}~ kubernetes:apps\/v1:Deployment bread-oven\n {2}5\./,
        );
        assert.deepEqual(done, []);
        assert.equal(file, original);
    });

    it("needs no change of a version", async () => {
        const { stdout } = await run(["deploy", "dev"]);
        assert.match(stdout, /create or change what differs from these resources/);
        assert.ok(!stdout.includes("Pulumi.dev.yaml"));
    });

    it("refuses a system that the stack does not run", async () => {
        const { code, stderr } = await run(["deploy", "dev", "tarts=1.1.0"]);
        assert.equal(code, 1);
        assert.equal(stderr, 'error: Pulumi.dev.yaml runs no system "tarts". It runs: bread, cakes.\n');
    });

    it("also simulates with credentials when told to", async () => {
        const { stdout, done } = await run(["deploy", "dev", "--dry-run"], { env: loggedIn });
        assert.match(stdout, /^Mode: simulation, nothing is changed \(--dry-run\)\.\n/);
        assert.deepEqual(done, []);
    });
});

describe("npm run deploy with credentials", () => {
    it("writes the version, shows the preview, asks, and deploys", async () => {
        const { code, stdout, done, file } = await run(["deploy", "dev", "bread=1.1.0"], { env: loggedIn });
        assert.equal(code, 0);
        assert.match(stdout, /^Mode: real \(AWS keys in the environment, Pulumi Cloud by access token\)\.\n/);
        assert.deepEqual(done, [
            "select dev",
            "write Pulumi.dev.yaml",
            "preview with 1.1.0",
            "Deploy this to dev?",
            "up with 1.1.0",
        ]);
        assert.equal(file, withBread("1.1.0"));
        assert.ok(stdout.indexOf("output of preview") < stdout.indexOf("output of up"));
        assert.match(
            stdout,
            /Stack dev is deployed\.\n {2}configuration {2}0 s\n {2}preview {8}1 min 30 s\n {2}update {9}1 min 30 s\n {2}together {7}3 min 0 s\nCommit Pulumi\.dev\.yaml/,
        );
    });

    it("does not ask with --yes, and does not write what does not change", async () => {
        const { code, done } = await run(["deploy", "dev", "--yes"], { env: loggedIn, isTTY: false });
        assert.equal(code, 0);
        assert.deepEqual(done, ["select dev", "preview with 1.0.0", "up with 1.0.0"]);
    });

    it("refuses to begin where nobody can be asked", async () => {
        const { code, stderr, done } = await run(["deploy", "dev"], { env: loggedIn, isTTY: false });
        assert.equal(code, 3);
        assert.equal(stderr, "error: A deployment is confirmed at a terminal; where there is none, pass --yes.\n");
        assert.deepEqual(done, []);
    });

    for (const [what, world, expected] of [
        ["the answer is no", { answer: false }, 3],
        ["the preview fails", { failing: "preview" }, 1],
    ] as const) {
        it(`leaves the file as it was when ${what}`, async () => {
            const { code, done, file } = await run(["deploy", "dev", "bread=1.1.0"], { env: loggedIn, ...world });
            assert.equal(code, expected);
            assert.equal(file, original);
            assert.ok(!done.some((each) => each.startsWith("up")));
        });
    }

    it("says how to go back when the update fails half-way", async () => {
        const { code, stderr, file } = await run(["deploy", "dev", "bread=1.1.0"], { env: loggedIn, failing: "up" });
        assert.equal(code, 1);
        assert.equal(
            stderr,
            "error: Pulumi could not up.\nPulumi.dev.yaml names the new version. To go back: npm run rollback -- dev bread\n",
        );
        assert.equal(file, withBread("1.1.0"));
    });

    it("keeps what the backend wrote into the file", async () => {
        const salt = "encryptionsalt: v1:abc\n";
        const { file } = await run(["deploy", "dev", "bread=1.1.0"], { env: loggedIn, salt });
        assert.equal(file, withBread("1.1.0") + salt);
        assert.equal(
            (await run(["deploy", "dev", "bread=1.1.0"], { env: loggedIn, salt, answer: false })).file,
            original + salt,
        );
    });
});

describe("npm run rollback", () => {
    const history = [withBread("1.0.0"), withBread("0.9.0"), withBread("0.8.0")];

    it("says which version it would go back to", async () => {
        const { code, stdout } = await run(["rollback", "dev", "bread"], { history });
        assert.equal(code, 0);
        assert.match(stdout, /\nBefore 1\.0\.0, bread was 0\.9\.0 \(commit 11111111\)\.\n/);
        assert.match(stdout, /bread 1\.0\.0 → 0\.9\.0/);
    });

    it("is the same deployment with the earlier version", async () => {
        const { done, file } = await run(["rollback", "dev", "bread", "--yes"], { env: loggedIn, history });
        assert.deepEqual(done, ["select dev", "write Pulumi.dev.yaml", "preview with 0.9.0", "up with 0.9.0"]);
        assert.equal(file, withBread("0.9.0"));
    });

    it("goes to any earlier version", async () => {
        const { stdout, done } = await run(["rollback", "dev", "bread", "0.8.0", "--yes"], { env: loggedIn, history });
        assert.match(stdout, /\nBefore 1\.0\.0, bread was 0\.8\.0 \(commit 22222222\)\.\n/);
        assert.equal(done.at(-1), "up with 0.8.0");
    });

    it("says when a checkout has the end of the history only", async () => {
        const { stderr } = await run(["rollback", "dev", "cakes"], { history, shallow: true });
        assert.ok(stderr.endsWith(" Only the end of the history is here: `git fetch --unshallow` gets the rest.\n"));
    });

    const refusals: readonly (readonly [args: readonly string[], code: number, message: string])[] = [
        [["dev"], 2, "Which system? Pulumi.dev.yaml runs: bread, cakes."],
        [["dev", "bred"], 1, 'Pulumi.dev.yaml runs no system "bred"; did you mean "bread"? It runs: bread, cakes.'],
        [["dev", "cakes"], 1, "cakes has had one version only, as far as the history of Pulumi.dev.yaml goes back."],
        [
            ["dev", "bread", "0.7.0"],
            1,
            "bread was never 0.7.0, as far as the history of Pulumi.dev.yaml goes back. It was: 0.9.0, 0.8.0.",
        ],
        [["dev", "bread", "1.0.0"], 2, "bread is 1.0.0 already, by Pulumi.dev.yaml."],
        [
            ["dev", "bread", "0.8.0", "now"],
            2,
            '"now" is one word too many: npm run rollback -- <stack> [system] [version]',
        ],
    ];
    for (const [args, expected, message] of refusals) {
        it(`refuses ${args.join(" ")}`, async () => {
            const { code, stderr } = await run(["rollback", ...args], { history });
            assert.equal(code, expected);
            assert.equal(stderr, `error: ${message}\n`);
        });
    }

    it("knows the system where the stack runs only one", async () => {
        const earlier = "config:\n  systems:\n    bread:\n      version: 0.9.0\n";
        const { stdout } = await run(["rollback", "small"], { history: [earlier] });
        assert.match(stdout, /bread 1\.0\.0 → 0\.9\.0/);
    });
});
