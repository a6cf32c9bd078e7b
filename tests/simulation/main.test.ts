import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { contents, fixture, start, temporaryDirectories, type Outcome } from "./support";

const temporary = temporaryDirectories();
const output = (): string => path.join(temporary(), "out");
/* eslint-disable-next-line no-control-regex -- the escape character is what a colour begins with */
const escapes = /\u001b\[[0-9;]*[A-Za-z]/g;

describe("npm start", () => {
    it("shows the components, the counts, the endpoints, the other outputs, the time, and where the files are", async () => {
        const out = output();
        const { code, stdout, stderr } = await start(fixture("shop"), ["dev", "--out", out]);
        assert.equal(code, 0);
        const lines = stdout.split("\n");
        assert.equal(lines[0], "Previewing update (dev), simulated:");
        assert.match(lines[1] ?? "", /^ {5}Name +Type +Resources +Month$/);
        assert.match(lines[2] ?? "", /^ \+ {3}shop-dev +Stack +14 +\$0\.11$/);
        assert.match(lines[3] ?? "", /^ \+ {3}└─ shop +Shop +13 +\$0\.11$/);
        assert.match(stdout, /\nResources:\n {4}\+ 14 to create: 7 kubernetes, 4 aws, /);
        assert.match(stdout, /\nEndpoints:\n {4}shop\/web {2}https:\/\/shop-files\.example\.com\n/);
        assert.match(stdout, /\nOutputs:\n {4}token {2}\[secret\]\n/);
        assert.match(stdout, /\nTime: about 45s for the first pulumi up\n/);
        assert.ok(stdout.endsWith(`Files: ${out} (11)\n`));
        assert.equal(stderr, "Loading the Pulumi SDK …\nRunning the program for stack dev …\nWriting the files …\n");
        assert.ok(!escapes.test(stdout + stderr));
    });

    it("shows every resource and every type in full", async () => {
        const { code, stdout } = await start(fixture("shop"), ["dev", "--full", "--out", output()]);
        assert.equal(code, 0);
        const lines = stdout.split("\n");
        assert.equal(lines[0], "Previewing update (dev), simulated:");
        assert.match(lines[1] ?? "", /^ {5}Type +Name +Plan$/);
        assert.match(lines[2] ?? "", /^ \+ {3}pulumi:pulumi:Stack +shop-dev +create$/);
        assert.match(lines[3] ?? "", /^ \+ {3}└─ shop:index:Shop +shop +create$/);
        assert.match(lines[4] ?? "", /^ \+ {6}├─ aws:s3:Bucket +shop-bucket +create$/);
        assert.match(
            stdout,
            /\nBy type:\n {5}2 {2}aws:s3:BucketObject\n {5}2 {2}kubernetes:core\/v1:ConfigMap\n {5}1 {2}aws:s3:Bucket\n/,
        );
    });

    it("takes dev when no stack is named, and out/<stack> when no directory is", async () => {
        const root = temporary();
        writeFileSync(path.join(root, "Pulumi.yaml"), "name: empty\n");
        writeFileSync(path.join(root, "Pulumi.dev.yaml"), "");
        writeFileSync(path.join(root, "index.ts"), "export = {};\n");
        const { code, stderr } = await start(root, []);
        assert.equal(code, 0, stderr);
        assert.deepEqual(Object.keys(contents(path.join(root, "out"))), ["dev/plan.json", "dev/report.html"]);
    });

    it("redraws one line in a terminal and removes it, colours, and fits 80 columns", async () => {
        const { stdout, stderr } = await start(fixture("shop"), ["dev", "--full", "--out", output()], { isTTY: true });
        assert.ok(!stderr.includes("\n"));
        assert.ok(stderr.endsWith("\r\u001b[K"));
        assert.ok(stdout.includes("\u001b[32m"));
        for (const line of stdout
            .replace(escapes, "")
            .split("\n")
            .filter((each) => !/^(Files|Report): /.test(each))) {
            assert.ok(line.length <= 80, line);
        }
        assert.match(
            stdout.replace(escapes, ""),
            /…\S+monitoring\.coreos\.com\/v1:PrometheusRule {2}shop-rules +create/,
        );
    });

    it("has no colours where NO_COLOR is set", async () => {
        process.env.NO_COLOR = "1";
        try {
            const { stdout } = await start(fixture("shop"), ["dev", "--out", output()], { isTTY: true });
            assert.ok(!escapes.test(stdout));
        } finally {
            delete process.env.NO_COLOR;
        }
    });

    it("explains itself within 80 columns", async () => {
        const { code, stdout } = await start(fixture("shop"), ["--help"]);
        assert.equal(code, 0);
        assert.match(stdout, /^Usage: npm start -- \[stack\] /);
        assert.ok(stdout.split("\n").every((line) => line.length <= 80));
    });
});

describe("a mistake", () => {
    const assertOneMessage = ({ code, stdout, stderr }: Outcome, message: RegExp, expected = 1): void => {
        assert.equal(code, expected);
        assert.equal(stdout, "");
        const errors = stderr.slice(stderr.indexOf("error: "));
        assert.match(errors, message);
        assert.ok(!/^\s+at .*\(/m.test(errors), `a stack trace: ${errors}`);
        assert.equal(errors.split("error: ").length, 2, `more than one message: ${errors}`);
    };

    it("in the name of the stack is one line", async () => {
        assertOneMessage(
            await start(fixture("shop"), ["deev"]),
            /^error: There is no stack "deev"; did you mean "dev"\? The stacks are: dev, prod\.\n$/,
        );
    });

    const table: readonly (readonly [what: string, args: readonly string[], message: RegExp])[] = [
        [
            "in an option",
            ["dev", "--oot", "x"],
            /^error: There is no option --oot; did you mean --out\? --help lists them\.\n$/,
        ],
        ["in a short option", ["dev", "-x"], /^error: There is no option -x\. --help lists them\.\n$/],
        ["of leaving a value out", ["dev", "--out"], /^error: --out needs a value\.\n$/],
        ["of an empty directory name", ["dev", "--out="], /^error: --out needs a directory\.\n$/],
        ["of giving a flag a value", ["--help=no"], /^error: --help takes no value\.\n$/],
        ["of naming two stacks", ["dev", "prod"], /^error: One stack at a time: "dev" or "prod"\?\n$/],
        ["of asking for two formats", ["--json", "--markdown"], /^error: Either --json or --markdown\.\n$/],
        ["of Markdown without a difference", ["--markdown"], /^error: --markdown shows a difference: /],
        ["of comparing with nothing", ["--against="], /^error: --against needs a plan file, a stack or a Git revision/],
    ];
    for (const [what, args, message] of table) {
        it(`${what} is one line, and wrong use`, async () => {
            assertOneMessage(await start(fixture("shop"), args), message, 2);
        });
    }

    const programs: readonly (readonly [stack: string, message: RegExp])[] = [
        ["throws", /^error: The program failed: the subnet is too small\n {2}at stacks\/parts\.ts:7:\d+\n$/],
        [
            "throws-later",
            /^error: The program failed: .*the ARN has the wrong form\n {2}at stacks\/parts\.ts:13:\d+\n$/,
        ],
        ["rejects", /^error: The program failed: the price list is gone\n {2}at stacks\/parts\.ts:21:\d+\n$/],
        ["duplicate", /^error: The program failed: .*Duplicate resource URN .*\n {2}at stacks\/parts\.ts:25:\d+\n$/],
        [
            "missing",
            /^error: The program failed: Cannot find module '\.\/nowhere'\n {2}imported by stacks\/parts\.ts\n$/,
        ],
        [
            "unanswered",
            /^error: The program failed: The simulation has no answer for the provider function aws:index\/getAvailabilityZones/,
        ],
    ];
    for (const [stack, message] of programs) {
        it(`of a program that ${stack} is told with its place, and writes nothing`, async () => {
            const out = output();
            assertOneMessage(await start(fixture("broken"), [stack, "--out", out]), message);
            assert.deepEqual(readdirSync(path.dirname(out)), []);
        });
    }

    it("in the configuration is told with every other one, by path, value and what is allowed", async () => {
        const outcome = await start(fixture("misconfigured"), ["dev", "--out", output()]);
        assertOneMessage(outcome, /^error: The configuration of stack "dev" has 2 errors:\n/);
        assert.match(
            outcome.stderr,
            /\n {2}platform:environment is "development": must be one of dev, staging, prod, local\n/,
        );
        assert.match(outcome.stderr, /\n {2}platform:network\.cird: unknown key; did you mean cidr\?/);
    });

    it("leaves a good earlier output as it is", async () => {
        const out = output();
        await start(fixture("shop"), ["dev", "--out", out]);
        const before = contents(out);
        assertOneMessage(await start(fixture("broken"), ["throws", "--out", out]), /too small/);
        assert.deepEqual(contents(out), before);
        assert.deepEqual(readdirSync(path.dirname(out)), ["out"]);
    });

    it("in a program's syntax is told with file, line and column", () => {
        const root = temporary();
        writeFileSync(path.join(root, "Pulumi.yaml"), "name: typo\n");
        writeFileSync(path.join(root, "Pulumi.dev.yaml"), "");
        writeFileSync(path.join(root, "index.ts"), "export = {\n    a: 1,,\n};\n");
        const child = launch(root, ["dev"]);
        assert.equal(child.status, 1);
        assert.match(child.stderr, /\nerror: index\.ts:2:10: Property assignment expected\.\n$/);
    });

    it("in the output directory is found before the program runs", async () => {
        const out = output();
        mkdirSync(out);
        writeFileSync(path.join(out, "notes.md"), "mine");
        const outcome = await start(fixture("broken"), ["throws", "--out", out]);
        assertOneMessage(outcome, /holds files that no simulation wrote \(notes\.md\)/);
        assert.ok(!outcome.stderr.includes("Running the program"));
    });
});

/** Runs the command in a process of its own. */
function launch(root: string, args: readonly string[]): { status: number | null; stdout: string; stderr: string } {
    const cli = path.resolve(__dirname, "../../simulation/cli.js");
    const script = `require(${JSON.stringify(cli)}).run(${JSON.stringify(root)}, ${JSON.stringify(args)})`;
    return spawnSync(process.execPath, ["-e", script], { encoding: "utf8" });
}

describe("the process of npm start", () => {
    it("ends with 0 when all is well", () => {
        const { status, stdout } = launch(fixture("shop"), ["dev", "--out", output()]);
        assert.equal(status, 0);
        assert.match(stdout, /\+ 14 to create/);
    });

    it("ends with 1, one message and the place when the program throws", () => {
        const { status, stdout, stderr } = launch(fixture("broken"), ["throws-later", "--out", output()]);
        assert.equal(status, 1);
        assert.equal(stdout, "");
        assert.match(
            stderr,
            /\nerror: The program failed: .*the ARN has the wrong form\n {2}at stacks\/parts\.ts:13:23\n$/,
        );
    });

    for (const stack of ["hangs", "leaves"]) {
        it(`ends with 1 and says so when the program ${stack}`, () => {
            const out = output();
            const { status, stderr } = launch(fixture("broken"), [stack, "--out", out]);
            assert.equal(status, 1);
            assert.match(stderr, /error: The program ended unfinished: /);
            assert.deepEqual(readdirSync(path.dirname(out)), []);
        });
    }

    it("passes the program's own messages on", () => {
        const { status, stderr } = launch(fixture("broken"), ["logs", "--out", output()]);
        assert.equal(status, 0);
        assert.match(stderr, /warning: .*the certificate expires soon/);
    });
});
