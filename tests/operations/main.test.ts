import assert from "node:assert/strict";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { main } from "../../operations/main";
import type { Surroundings } from "../../operations/surroundings";
import { FakeStream, temporaryDirectories } from "../simulation/support";

const fixture = `${__dirname}/fixtures/bakery`;
const temporary = temporaryDirectories();

const loggedIn = { AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "b", PULUMI_ACCESS_TOKEN: "t" };

interface World {
    readonly env?: Readonly<Record<string, string>>;
    readonly isTTY?: boolean;
    readonly answer?: boolean;
    /** Texts of the stack's file, newest first. */
    readonly history?: readonly string[];
    readonly outputs?: Readonly<Record<string, unknown>>;
    readonly failing?: "preview" | "up";
    /** What the backend writes into the stack's file when it creates the stack. */
    readonly salt?: string;
}

interface Result {
    readonly code: number;
    readonly stdout: string;
    readonly stderr: string;
    /** What was done outside, in order. */
    readonly done: readonly string[];
    /** The stack's file afterwards. */
    readonly file: string;
}

/** Runs a command in a copy of the fixture, with a world around it that only writes down what it is told. */
async function run(args: readonly string[], world: World = {}): Promise<Result> {
    const root = path.join(temporary(), "project");
    cpSync(fixture, root, { recursive: true });
    // The program's imports are found from where it really stands.
    const program = JSON.stringify(path.join(fixture, "index.ts"));
    writeFileSync(path.join(root, "index.ts"), `delete require.cache[${program}];\nexport = require(${program});\n`);
    const file = path.join(root, "Pulumi.dev.yaml");
    const done: string[] = [];
    const [stdout, stderr] = [new FakeStream(), new FakeStream()];
    const step =
        (name: "preview" | "up") =>
        (show: (text: string) => void): Promise<void> => {
            done.push(`${name} with ${/bread:\s+version: (\S+)/.exec(readFileSync(file, "utf8"))?.[1]}`);
            show(`output of ${name}\n`);
            return world.failing === name ? Promise.reject(new Error(`Pulumi could not ${name}.`)) : Promise.resolve();
        };
    const around: Surroundings = {
        root,
        stdin: { isTTY: world.isTTY ?? true },
        stdout: stdout as unknown as NodeJS.WriteStream,
        stderr: stderr as unknown as NodeJS.WriteStream,
        machine: { env: world.env ?? {}, home: "/nowhere", read: () => undefined, hasCommand: () => true },
        now: () => new Date("2026-11-21T12:00:00Z"),
        confirm: (question) => {
            done.push(question);
            return Promise.resolve(world.answer ?? true);
        },
        writeFile: (name, text) => {
            done.push(`write ${path.basename(name)}`);
            writeFileSync(name, text);
        },
        git: ([command = "", ...rest]) => {
            const texts = world.history ?? [];
            return command === "log"
                ? texts.map((_, index) => `${index}`.repeat(40)).join("\n")
                : (texts[Number(rest[0]?.[0])] ?? "");
        },
        kubectl: (command, kubeconfig) =>
            void done.push([`kubectl ${command.join(" ")}`, kubeconfig].filter(Boolean).join(" using ")),
        stack: (name) => {
            done.push(`select ${name}`);
            if (world.salt !== undefined) {
                writeFileSync(file, readFileSync(file, "utf8") + world.salt);
            }
            return Promise.resolve({
                preview: step("preview"),
                up: step("up"),
                outputs: () => Promise.resolve(world.outputs ?? {}),
            });
        },
    };
    const code = await main(args, around);
    return { code, stdout: stdout.text, stderr: stderr.text, done, file: readFileSync(file, "utf8") };
}

const original = readFileSync(`${fixture}/Pulumi.dev.yaml`, "utf8");
const withBread = (version: string): string => original.replace("version: 1.0.0 #", `version: ${version} #`);

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
        const { stdout, done } = await run(["deploy", "dev", "--simulate"], { env: loggedIn });
        assert.match(stdout, /^Mode: simulation, nothing is changed \(--simulate\)\.\n/);
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
        assert.match(stdout, /Stack dev is deployed\.\nCommit Pulumi\.dev\.yaml/);
    });

    it("does not ask with --yes, and does not write what does not change", async () => {
        const { code, done } = await run(["deploy", "dev", "--yes"], { env: loggedIn, isTTY: false });
        assert.equal(code, 0);
        assert.deepEqual(done, ["select dev", "preview with 1.0.0", "up with 1.0.0"]);
    });

    it("refuses to begin where nobody can be asked", async () => {
        const { code, stderr, done } = await run(["deploy", "dev"], { env: loggedIn, isTTY: false });
        assert.equal(code, 1);
        assert.equal(stderr, "error: A deployment is confirmed at a terminal; where there is none, pass --yes.\n");
        assert.deepEqual(done, []);
    });

    for (const [what, world] of [
        ["the answer is no", { answer: false }],
        ["the preview fails", { failing: "preview" }],
    ] as const) {
        it(`leaves the file as it was when ${what}`, async () => {
            const { code, done, file } = await run(["deploy", "dev", "bread=1.1.0"], { env: loggedIn, ...world });
            assert.equal(code, 1);
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

    const refusals: readonly (readonly [args: readonly string[], message: string])[] = [
        [["dev"], "Which system? Pulumi.dev.yaml runs: bread, cakes."],
        [["dev", "bred"], 'Pulumi.dev.yaml runs no system "bred"; did you mean "bread"? It runs: bread, cakes.'],
        [["dev", "cakes"], "cakes has had one version only, as far as the history of Pulumi.dev.yaml goes back."],
        [["dev", "bread", "cakes"], "One system at a time: npm run rollback -- <stack> [system]"],
    ];
    for (const [args, message] of refusals) {
        it(`refuses ${args.join(" ")}`, async () => {
            const { code, stderr } = await run(["rollback", ...args], { history });
            assert.equal(code, 1);
            assert.equal(stderr, `error: ${message}\n`);
        });
    }

    it("knows the system where the stack runs only one", async () => {
        const earlier = "config:\n  systems:\n    bread:\n      version: 0.9.0\n";
        const { stdout } = await run(["rollback", "small"], { history: [earlier] });
        assert.match(stdout, /bread 1\.0\.0 → 0\.9\.0/);
    });
});

describe("npm run backup-db", () => {
    const job =
        "kubectl create job recipes-backup-manual-20261121t120000z --from=cronjob/recipes-backup --namespace bread";

    it("says without credentials what it would start", async () => {
        const { code, stdout, done } = await run(["backup-db", "dev"]);
        assert.equal(code, 0);
        assert.ok(stdout.includes(`\n  1. ${job}\n`));
        assert.deepEqual(done, []);
    });

    it("starts the job in the stack's cluster", async () => {
        const outputs = { clusterName: "platform-dev", kubeconfig: '{"apiVersion":"v1"}' };
        const { stdout, done } = await run(["backup-db", "dev", "bread"], { env: loggedIn, outputs });
        assert.deepEqual(done, ["select dev", `${job} using {"apiVersion":"v1"}`]);
        assert.match(
            stdout,
            /\nFollow it: kubectl logs --follow --namespace bread job\/recipes-backup-manual-20261121t120000z\n$/,
        );
    });

    it("uses the cluster's context where the stack has no kubeconfig of its own", async () => {
        const { done } = await run(["backup-db", "dev"], { env: loggedIn, outputs: { clusterName: "kind-bakery" } });
        assert.deepEqual(done, ["select dev", `${job} --context kind-bakery`]);
    });

    it("says when there is nothing to back up", async () => {
        assert.equal(
            (await run(["backup-db", "dev", "cakes"])).stderr,
            "error: cakes has no database that is backed up.\n",
        );
    });
});

describe("an operator's command", () => {
    const mistakes: readonly (readonly [args: readonly string[], message: RegExp])[] = [
        [[], /^error: There is no command ""\. The commands are: deploy, rollback, backup-db\.\n$/],
        [["deploy"], /^error: Which stack\? npm run deploy -- <stack> \[system=version …\]\n$/],
        [["deploy", "dve"], /^error: There is no stack "dve"; did you mean "dev"\? The stacks are: dev, small\.\n$/],
        [["deploy", "dev", "--force"], /^error: There is no option --force\. --help lists them\.\n$/],
    ];
    for (const [args, message] of mistakes) {
        it(`refuses ${args.join(" ") || "nothing"} in one line`, async () => {
            const { code, stderr, stdout } = await run(args);
            assert.equal(code, 1);
            assert.match(stderr, message);
            assert.equal(stdout, "");
        });
    }

    for (const command of ["deploy", "rollback", "backup-db"]) {
        it(`explains ${command} within 80 columns`, async () => {
            const { code, stdout } = await run([command, "--help"]);
            assert.equal(code, 0);
            assert.ok(stdout.startsWith(`Usage: npm run ${command} -- <stack> `));
            assert.ok(stdout.split("\n").every((line) => line.length <= 80));
        });
    }
});
