import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { temporaryDirectories } from "../simulation/support";

/**
 * The commands as an operator runs them, in a process of their own, with a real git repository and the real Automation API. Only the
 * program that would reach a cloud is a stand-in: it writes down how it is called.
 */

const project = path.resolve(__dirname, "../..");
const temporary = temporaryDirectories();

const standIns: Readonly<Record<string, string>> = {
    pulumi: `
        const [command, subcommand] = args;
        if (command === "version") console.log("v3.265.0");
        if (command === "preview") console.log("a preview");
        if (command === "up") {
            console.log("an update");
            if (process.env.UP_FAILS) { console.error("error: the quota is used up"); process.exit(255); }
        }
        if (command === "destroy") console.log("a destruction");
        if (command === "stack" && subcommand === "export") {
            const other = JSON.parse(process.env.OTHERS || "{}")[args[args.indexOf("--stack") + 1]];
            const resources = other || JSON.parse(process.env.RESOURCES || "[]");
            console.log(JSON.stringify({ version: 3, deployment: { resources } }));
        }
        if (command === "stack" && subcommand === "ls") {
            const names = ["dev", ...Object.keys(JSON.parse(process.env.OTHERS || "{}"))];
            console.log(JSON.stringify(names.map((name) => ({ name, current: name === "dev" }))));
        }
        if (command === "stack" && subcommand === "output") console.log('{"clusterName":"bakery","kubeconfig":"{}"}');
        if (command === "stack" && subcommand === "history") console.log('[{"kind":"update","startTime":"","message":"","environment":{},"config":{},"result":"succeeded","endTime":""}]');
    `,
};

interface Workplace {
    readonly root: string;
    readonly run: (
        args: readonly string[],
        env?: Readonly<Record<string, string>>,
    ) => { status: number | null; stdout: string; stderr: string };
    readonly calls: () => string[];
    readonly commit: (version: string) => void;
}

function workplace(): Workplace {
    const directory = temporary();
    const root = path.join(directory, "project");
    const bin = path.join(directory, "bin");
    const calls = path.join(directory, "calls");
    const file = path.join(root, "Pulumi.dev.yaml");
    cpSync(path.join(__dirname, "fixtures", "bakery"), root, { recursive: true });
    symlinkSync(path.join(project, "node_modules"), path.join(root, "node_modules"));
    mkdirSync(bin);
    for (const [name, body] of Object.entries(standIns)) {
        const text = `#!${process.execPath}\nconst fs = require("node:fs");\nconst args = process.argv.slice(2);\nfs.appendFileSync(process.env.CALLS, ${JSON.stringify(name)} + " " + args.join(" ") + "\\n");\n${body}`;
        writeFileSync(path.join(bin, name), text, { mode: 0o755 });
    }
    const git = (...args: string[]): string =>
        execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@b", ...args], { cwd: root, encoding: "utf8" });
    git("init", "--quiet");
    return {
        root,
        run: (args, env = {}) => {
            // As `operations/run.js` does it, but with the stand-ins before the locked CLI.
            const script = [
                `const { run } = require(${JSON.stringify(path.join(project, "operations", "run.js"))});`,
                `run(${JSON.stringify(root)}, ${JSON.stringify(args)});`,
                `process.env.PATH = ${JSON.stringify(bin + path.delimiter)} + process.env.PATH;`,
            ].join("\n");
            return spawnSync(process.execPath, ["-e", script], {
                cwd: root,
                encoding: "utf8",
                env: { PATH: process.env.PATH ?? "", HOME: directory, CALLS: calls, ...env },
            });
        },
        calls: () => (existsSync(calls) ? readFileSync(calls, "utf8").trim().split("\n") : []),
        commit: (version) => {
            writeFileSync(file, readFileSync(file, "utf8").replace(/version: \S+ #/, `version: ${version} #`));
            git("add", ".");
            git("commit", "--quiet", "--message", version);
        },
    };
}

const credentials = { AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "b", PULUMI_ACCESS_TOKEN: "t" };

describe("an operator's command in a process of its own", function () {
    this.timeout(60_000);

    it("simulates without credentials and calls nobody", () => {
        const { run, calls } = workplace();
        const { status, stdout, stderr } = run(["deploy", "dev", "bread=1.1.0"]);
        assert.equal(status, 0, stderr);
        assert.match(
            stdout,
            /^Mode: simulation, nothing is changed \(no AWS credentials, Pulumi is not logged in\)\.\n/,
        );
        assert.deepEqual(calls(), []);
    });

    it("deploys through the Pulumi CLI with credentials, and shows what the CLI says", () => {
        const { run, calls, root } = workplace();
        const { status, stdout, stderr } = run(["deploy", "dev", "bread=1.1.0", "--yes"], credentials);
        assert.equal(status, 0, stderr);
        assert.match(stdout, /^Mode: real /);
        assert.match(stdout, /\na preview\nan update\n/);
        assert.match(
            readFileSync(path.join(root, "Pulumi.dev.yaml"), "utf8"),
            /version: 1\.1\.0 # the one with raisins\n/,
        );
        const commands = calls().map((call) => call.split(" ").slice(0, 3).join(" "));
        assert.deepEqual(
            commands.filter((call) => /preview|up|select/.test(call)),
            ["pulumi stack select", "pulumi preview --color", "pulumi up --yes"],
        );
    });

    it("ends with 1 and the CLI's own error when the update fails", () => {
        const { run } = workplace();
        const { status, stderr } = run(["deploy", "dev", "--yes"], { ...credentials, UP_FAILS: "1" });
        assert.equal(status, 1);
        // The stand-in has no event log, which the Automation API remarks on.
        assert.ok(stderr.endsWith("error: Pulumi could not deploy.\n  the quota is used up\n"), stderr);
    });

    const resource = (type: string, name: string, more: object): object => ({
        urn: `urn:pulumi:dev::platform::${type}::${name}`,
        type,
        ...more,
    });

    it("destroys through the Pulumi CLI, which waits for nothing but what the state has", () => {
        const { run, calls } = workplace();
        const { status, stdout, stderr } = run(["destroy", "dev", "--yes"], credentials);
        assert.equal(status, 0, stderr);
        assert.match(stdout, /\na destruction\n/);
        assert.ok(calls().some((call) => call.startsWith("pulumi destroy --yes")));
    });

    it("reads from the state what is protected, and what version runs", () => {
        const { run, calls } = workplace();
        const bucket = resource("aws:s3/bucket:Bucket", "shop-backups", { protect: true });
        const refused = run(["destroy", "dev", "--yes"], { ...credentials, RESOURCES: JSON.stringify([bucket]) });
        assert.equal(refused.status, 1);
        assert.match(refused.stderr, /\n {2}aws:s3\/bucket:Bucket shop-backups \(by Pulumi\)\n/);
        assert.ok(!calls().some((call) => call.startsWith("pulumi destroy")));

        const cluster = resource("eks:index:Cluster", "cluster", { inputs: { version: "1.34" } });
        const planned = run(["upgrade-plan", "dev", "--json"], {
            ...credentials,
            RESOURCES: JSON.stringify([cluster]),
        });
        assert.equal((JSON.parse(planned.stdout) as { current: { kubernetes: string } }).current.kubernetes, "1.34");
    });

    it("reads from the states of other stacks who deploys into this one's cluster, without their secrets", () => {
        const { run, calls } = workplace();
        const reference = resource("pulumi:pulumi:StackReference", "platform", {
            inputs: { name: "your-org/platform/dev" },
        });
        const OTHERS = JSON.stringify({ "team-shop": [reference], "team-books": [] });
        const { status, stderr } = run(["destroy", "dev", "--yes"], { ...credentials, OTHERS });
        assert.equal(status, 1);
        assert.match(stderr, /cluster of dev, so nothing is destroyed: team-shop\.\n/);
        assert.ok(calls().includes("pulumi stack export --stack team-shop"), calls().join("\n"));
    });

    it("finds the previous version in git", () => {
        const { run, commit } = workplace();
        ["1.0.0", "1.1.0", "1.2.0"].forEach(commit);
        assert.match(
            run(["rollback", "dev", "bread"]).stdout,
            /\nBefore 1\.2\.0, bread was 1\.1\.0 \(commit [0-9a-f]{8}\)\.\n/,
        );
    });

    it("says when there is no history", () => {
        const { run } = workplace();
        const { status, stderr } = run(["rollback", "dev", "bread"]);
        assert.equal(status, 1);
        assert.match(stderr, /^error: The history cannot be read: fatal: .*\.\n$/);
    });
});
