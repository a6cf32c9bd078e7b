import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { pages } from "../docs/pages";
import { temporaryDirectories } from "../simulation/support";

const temporary = temporaryDirectories();

const { scripts } = JSON.parse(readFileSync("package.json", "utf8")) as { scripts: Record<string, string> };

/** What stands for a reader's own in the pages. */
const examples: Readonly<Record<string, string>> = {
    "<stack>": "dev",
    "<system>": "user-management",
    "<service>": "user-mgmt-api",
};

/** Commands that show what they would do without credentials. Of the others, the help is asked for: they need what a test has not. */
const simulating = /^npm (start|run (deploy|backup|scale|pipeline))\b/;

function runnable(): { readonly command: string; readonly args: readonly string[] }[] {
    const wanted = new Map<string, string[]>();
    for (const command of pages.flatMap((page) => page.commands.flatMap((line) => line.split(" && ")))) {
        const filled = command.replace(/<\w+>/g, (name) => examples[name] ?? name);
        const [, script = "", rest = ""] = /^npm (?:run )?([a-z][\w:-]*)(?: --)?(.*)$/.exec(filled) ?? [];
        const [program, entry = "", ...fixed] = (scripts[script] ?? "").split(" ");
        if (program !== "node" || !/^(simulation\/cli|operations\/(pipeline\/)?run)\.js$/.test(entry)) {
            continue;
        }
        const words = rest.split(" ").filter((word) => word !== "");
        const whole = simulating.test(filled) && !filled.includes("<");
        const args = [entry, ...fixed, ...(whole ? words : ["--help"])];
        wanted.set(args.join(" "), args);
    }
    return [...wanted].map(([command, args]) => ({ command, args }));
}

describe("the commands of the pages that can run here", () => {
    it("are found", () => assert.ok(runnable().length >= 5));

    for (const { command, args } of runnable()) {
        it(`node ${command}`, async () => {
            const out =
                args[0] === "simulation/cli.js" && !args.includes("--help")
                    ? ["--out", path.join(temporary(), "out")]
                    : [];
            // A home without credentials, and none in the environment: everything simulates.
            const env = { PATH: process.env.PATH, HOME: temporary(), NO_COLOR: "1" };
            const { stdout } = await promisify(execFile)(process.execPath, [...args, ...out], { env });
            assert.notEqual(stdout, "");
            if (args.includes("--help")) {
                assert.match(stdout, /^Usage: /);
            } else if (args[0] !== "simulation/cli.js") {
                assert.match(stdout, /^Mode: simulation/);
            }
        });
    }
});
