import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fixture, start, temporaryDirectories } from "./support";

const temporary = temporaryDirectories();
const output = (): string => path.join(temporary(), "out");

interface Document {
    readonly stack: string;
    readonly resources: { readonly create: number; readonly byType: Record<string, number> };
    readonly cost: { readonly monthly: number; readonly unpriced: readonly unknown[] };
    readonly time: { readonly seconds: number };
    readonly files: { readonly count: number };
    readonly difference?: { readonly changes: readonly { name: string; kind: string }[]; readonly unchanged: number };
}

async function documentOf(root: string, ...args: readonly string[]): Promise<Document> {
    const { code, stdout, stderr } = await start(root, [...args, "--json", "--out", output()]);
    assert.equal(code, 0, stderr);
    return JSON.parse(stdout) as Document;
}

describe("npm start -- --json", () => {
    it("prints one document with counts, cost, time and files", async () => {
        const { stack, resources, cost, time, files, difference } = await documentOf(fixture("shop"), "dev");
        assert.deepEqual([stack, resources.create, resources.byType["aws:s3/bucket:Bucket"]], ["dev", 14, 1]);
        assert.ok(cost.monthly >= 0 && time.seconds > 0 && files.count === 11);
        assert.equal(difference, undefined);
    });
});

describe("npm start -- --against", () => {
    it("compares with another stack", async () => {
        const { difference } = await documentOf(fixture("shop"), "prod", "--against", "dev");
        assert.ok((difference?.changes.length ?? 0) > 0);
        assert.ok((difference?.unchanged ?? 0) > 0);
    });

    it("compares with the plan of an earlier run, and finds no difference when nothing changed", async () => {
        const out = output();
        await start(fixture("shop"), ["dev", "--out", out]);
        const { difference } = await documentOf(fixture("shop"), "dev", "--against", path.join(out, "plan.json"));
        assert.deepEqual(difference?.changes, []);
    });

    it("puts the difference into the report, and none where nothing was compared", async () => {
        const facts = async (...args: readonly string[]): Promise<Record<string, unknown>> => {
            const out = output();
            await start(fixture("shop"), ["prod", ...args, "--out", out]);
            const report = readFileSync(path.join(out, "report.html"), "utf8");
            const [, json = ""] = /<script type="application\/json" id="plan">(.*?)<\/script>/.exec(report) ?? [];
            return JSON.parse(json) as Record<string, unknown>;
        };
        const { difference } = await facts("--against", "dev");
        const { before, after, changes } = difference as { before: string; after: string; changes: readonly unknown[] };
        assert.deepEqual([before, after], ["dev", "prod"]);
        assert.ok(changes.length > 0);
        assert.equal("difference" in (await facts()), false);
    });

    it("names what differs from a changed plan, as text and as Markdown", async () => {
        const out = output();
        await start(fixture("shop"), ["dev", "--out", out]);
        const file = path.join(out, "plan.json");
        const plan = readFileSync(file, "utf8").replaceAll('"replicas": ', '"replicas": 9');
        const changed = path.join(temporary(), "earlier.json");
        writeFileSync(changed, plan);
        const text = await start(fixture("shop"), ["dev", "--against", changed, "--out", output()]);
        assert.match(text.stdout, /\n {4}0 added, 0 removed, 1 changed, 0 replaced, 12 unchanged\n/);
        assert.match(text.stdout, / ~ kubernetes:apps\/v1:Deployment \S+\n {7}spec\.replicas: 9\d+ → \d+\n/);
        const comment = await start(fixture("shop"), ["dev", "--against", changed, "--markdown", "--out", output()]);
        assert.match(comment.stdout, /^### Plan of `dev` against `.*earlier\.json`\n/);
        assert.match(comment.stdout, /<details><summary>Changed: 1<\/summary>\n\n- `kubernetes:apps\/v1:Deployment`/);
        assert.match(comment.stdout, /\n {2}- `spec\.replicas`: `9\d+` → `\d+`\n/);
    });

    it("fits a terminal of 80 columns", async () => {
        const args = ["prod", "--against", "dev", "--out", output()];
        const { stdout } = await start(fixture("shop"), args, { isTTY: true });
        /* eslint-disable-next-line no-control-regex -- the escape character is what a colour begins with */
        const lines = stdout.replace(/\u001b\[[0-9;]*[A-Za-z]/g, "").split("\n");
        assert.deepEqual(
            lines.filter((line) => line.length > 80 && !/^(Files|Report): /.test(line)),
            [],
        );
    });

    const mistakes: Readonly<Record<string, readonly [content: string | undefined, message: RegExp]>> = {
        "is neither file, stack nor revision": [
            undefined,
            /error: ".*other\.json" is no plan file, no stack \(dev, prod\) and no Git revision\.\n$/,
        ],
        "is no JSON": ["plan:", /error: .*other\.json is no JSON file\.\n$/],
        "is no plan": ["{}", /error: .*other\.json is no plan: project, stack and resources are missing/],
    };
    for (const [what, [content, message]] of Object.entries(mistakes)) {
        it(`says so when that ${what}`, async () => {
            const file = path.join(temporary(), "other.json");
            if (content !== undefined) {
                writeFileSync(file, content);
            }
            const { code, stdout, stderr } = await start(fixture("shop"), [
                "dev",
                "--against",
                file,
                "--out",
                output(),
            ]);
            assert.deepEqual([code, stdout], [1, ""]);
            assert.match(stderr, message);
        });
    }

    it("compares with a Git revision, whose program runs with the modules that are installed", async function () {
        if (spawnSync("git", ["--version"]).status !== 0) {
            this.skip();
        }
        const project = path.resolve(__dirname, "../..");
        const root = path.join(temporary(), "repository");
        mkdirSync(root);
        cpSync(fixture("shop"), root, { recursive: true });
        for (const part of ["simulation", "report", "config", "policy", "components", "tsconfig.json"]) {
            cpSync(path.join(project, part), path.join(root, part), { recursive: true });
        }
        const git = (...args: readonly string[]): void => {
            const identity = ["-c", "user.name=Test", "-c", "user.email=test@example.com"];
            const { status, stderr } = spawnSync("git", [...identity, ...args], { cwd: root, encoding: "utf8" });
            assert.equal(status, 0, stderr);
        };
        git("init", "--quiet");
        git("add", ".");
        git("commit", "--quiet", "--message", "before");
        symlinkSync(path.join(project, "node_modules"), path.join(root, "node_modules"));
        const program = path.join(root, "index.ts");
        writeFileSync(
            program,
            readFileSync(program, "utf8").replace(/replicas: config.requireNumber\("size"\)/, "replicas: 7"),
        );
        const { difference } = await documentOf(root, "dev", "--against", "HEAD");
        assert.deepEqual(
            difference?.changes.map(({ kind }) => kind),
            ["changed"],
        );
    });
});
