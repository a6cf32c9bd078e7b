import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { temporaryDirectories } from "../simulation/support";

/** What a page promises has to be there: its links, the files and scripts it names, and the commands that can run without an account. */

const temporary = temporaryDirectories();

const { scripts } = JSON.parse(readFileSync("package.json", "utf8")) as { scripts: Record<string, string> };

interface Page {
    readonly file: string;
    readonly text: string;
    /** Without what is fenced. */
    readonly prose: string;
    /** Command lines of its shell blocks, joined where a backslash ends one. */
    readonly commands: readonly string[];
}

const pages: readonly Page[] = ["README.md", ...markdownIn("docs")].map((file) => {
    const text = readFileSync(file, "utf8");
    const blocks = [...text.matchAll(/^```sh\n([^]*?)^```/gm)].map(([, block = ""]) => block);
    const commands = blocks
        .join("\n")
        .replace(/\\\n\s*/g, "")
        .split("\n")
        .map((line) => line.replace(/\s+#.*$/, "").trim())
        .filter((line) => line !== "" && !line.startsWith("#"));
    return { file, text, prose: text.replace(/^```[^]*?^```/gm, ""), commands };
});

function markdownIn(directory: string): string[] {
    return readdirSync(directory, { recursive: true, encoding: "utf8" })
        .filter((file) => file.endsWith(".md"))
        .map((file) => path.join(directory, file))
        .sort();
}

/** Addresses of a page's headings, as GitHub makes them. */
function anchorsOf(file: string): string[] {
    const prose = readFileSync(file, "utf8").replace(/^```[^]*?^```/gm, "");
    return [...prose.matchAll(/^#{1,6} (.*)$/gm)].map(([, heading = ""]) =>
        heading
            .toLowerCase()
            .replace(/[^\p{L}\p{N} _-]/gu, "")
            .replaceAll(" ", "-"),
    );
}

describe("every page", () => {
    for (const { file, text, prose } of pages) {
        it(`${file} links to what exists`, () => {
            const broken = [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
                .map(([, link = ""]) => link)
                .filter((link) => !/^(https?|mailto):/.test(link))
                .filter((link) => {
                    const [target = "", anchor] = link.split("#");
                    const place = target === "" ? file : path.join(path.dirname(file), target);
                    return !existsSync(place) || (anchor !== undefined && !anchorsOf(place).includes(anchor));
                });
            assert.deepEqual(broken, []);
        });

        it(`${file} names npm scripts and files that exist`, () => {
            const named = [...text.matchAll(/npm run ([a-z][\w:-]*)/g)].map(([, script = ""]) => script);
            assert.deepEqual(
                named.filter((script) => scripts[script] === undefined),
                [],
                "scripts",
            );
            const files = [...prose.matchAll(/`([^`\s]+)`/g)]
                .map(([, quoted = ""]) => quoted)
                .filter((quoted) =>
                    /^(\.ci|\.github|bench|bootstrap|components|config|docs|operations|policy|simulation|stacks|tests)\//.test(
                        quoted,
                    ),
                )
                .filter((quoted) => !/[<*{]/.test(quoted))
                // The system that a reader is about to make.
                .filter((quoted) => quoted !== "stacks/orderTracking.ts");
            assert.deepEqual(
                files.filter((each) => !existsSync(each)),
                [],
                "files",
            );
            const workflows = [...prose.matchAll(/`((?:deploy|dev|image|drift|preview|quality|rollback)[\w-]*\.yml)`/g)]
                .map(([, workflow = ""]) => workflow)
                .filter((workflow) => !existsSync(path.join(".github", "workflows", workflow)));
            assert.deepEqual(workflows, [], "workflows");
        });
    }
});

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
