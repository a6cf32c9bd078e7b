import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { commands } from "../../operations/commands";
import { loggedIn, run } from "./support";

describe("an operator's command", () => {
    const mistakes: readonly (readonly [args: readonly string[], message: RegExp])[] = [
        [[], /^error: There is no command ""\. The commands are: deploy, rollback, .*\.\n$/],
        [["deplyo", "dev"], /^error: There is no command "deplyo"; did you mean "deploy"\? The commands are: /],
        [["deploy"], /^error: Which stack\? npm run deploy -- <stack> \[system=version …\]\n$/],
        [["deploy", "dve"], /^error: There is no stack "dve"; did you mean "dev"\? The stacks are: dev, small\.\n$/],
        [["deploy", "dev", "--force"], /^error: There is no option --force\. --help lists them\.\n$/],
    ];
    for (const [args, message] of mistakes) {
        it(`refuses ${args.join(" ") || "nothing"} in one line`, async () => {
            const { code, stderr, stdout } = await run(args);
            assert.equal(code, args[1] === "dve" ? 1 : 2);
            assert.match(stderr, message);
            assert.equal(stdout, "");
        });
    }

    for (const { name } of commands) {
        it(`explains ${name} within 80 columns`, async () => {
            const { code, stdout } = await run([name, "--help"]);
            assert.equal(code, 0);
            assert.ok(stdout.startsWith(`Usage: npm run ${name} -- `), stdout);
            assert.deepEqual(
                stdout.split("\n").filter((line) => line.length > 80),
                [],
            );
        });
    }

    it("lists all of them when asked for help alone", async () => {
        const { stdout } = await run(["--help"]);
        for (const { name } of commands) {
            assert.ok(stdout.includes(`  npm run ${name} -- `), name);
        }
    });

    it("has an npm script of its name", () => {
        const { scripts } = JSON.parse(readFileSync(`${__dirname}/../../package.json`, "utf8")) as {
            scripts: Record<string, string>;
        };
        for (const { name } of commands) {
            assert.equal(scripts[name], `node operations/run.js ${name}`);
        }
    });
});

describe("an operator's command with --json", () => {
    it("prints one object on the standard output, and what is for people elsewhere", async () => {
        const { code, stdout, stderr } = await run(["deploy", "dev", "bread=1.1.0", "--json", "--yes"], {
            env: loggedIn,
        });
        assert.equal(code, 0);
        assert.match(stderr, /^Mode: real /);
        const { phases, ...result } = JSON.parse(stdout) as { phases: { name: string; seconds: number }[] };
        assert.deepEqual(result, {
            command: "deploy",
            stack: "dev",
            mode: "real",
            reasons: ["AWS keys in the environment", "Pulumi Cloud by access token"],
            ok: true,
            changes: [{ system: "bread", from: "1.0.0", to: "1.1.0" }],
            resources: 6,
        });
        assert.deepEqual(phases.slice(1), [
            { name: "preview", seconds: 90 },
            { name: "update", seconds: 90 },
        ]);
    });

    it("prints one object when it fails, too", async () => {
        const { code, stdout } = await run(["deploy", "dev", "tarts=1.1.0", "--json"]);
        assert.equal(code, 1);
        assert.deepEqual(JSON.parse(stdout), {
            command: "deploy",
            ok: false,
            error: 'Pulumi.dev.yaml runs no system "tarts". It runs: bread, cakes.',
        });
    });
});
