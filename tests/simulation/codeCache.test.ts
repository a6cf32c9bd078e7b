import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, renameSync, statSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";
import { temporaryDirectories } from "./support";

const temporary = temporaryDirectories();

const cacheModule = path.join(__dirname, "..", "..", "simulation", "codeCache");

/** Everything that a module can see of how it was loaded. */
const program = `"use strict";
const result = {
    own: [__filename, __dirname, module.id, module.filename, module.parent.filename, this === module.exports, exports === module.exports],
    require: [require.main.filename, require.resolve("./other"), require.cache[__filename] === module, Object.keys(require.extensions)],
    paths: require.resolve.paths("tool"),
    other: require("./other").value,
    tool: require("tool"),
    json: require("./data.json"),
    text: "größer als ≤ \u{1F600}",
};
try {
    require("./missing");
} catch (error) {
    result.missing = error.code;
}
function fail() { throw new Error("here"); }
try { fail(); } catch (error) { result.place = error.stack.split("\\n").slice(0, 3); }
require("./late").then(({ value }) => console.log(JSON.stringify({ ...result, modern: value })));
`;

const files: Readonly<Record<string, string>> = {
    "main.js": `const { CodeCache } = require(${JSON.stringify(cacheModule)});
const fs = require("node:fs");
if (process.argv[2] === "cached") {
    new CodeCache(__dirname, require("node:path").join(__dirname, ".cache", "code")).register();
}
const read = fs.readFileSync;
fs.readFileSync = (file, ...others) => {
    if (/other\\.js|tool\\.js/.test(file)) {
        process.stderr.write(\`read \${require("node:path").basename(file)}\\n\`);
    }
    return read(file, ...others);
};
require("./program");
`,
    "program.js": program,
    "other/index.js": "exports.value = 'first';\n",
    "data.json": '{ "a": 1 }',
    "late.js": "module.exports = import('./modern.mjs');\n",
    "modern.mjs": "export const value = 'modern';\n",
    "node_modules/tool/package.json": '{ "main": "lib/tool.js" }',
    "node_modules/tool/lib/tool.js": "module.exports = require('part');\n",
    "node_modules/part/index.js": "module.exports = 'outer';\n",
    "node_modules/.package-lock.json": "{}",
};

function write(root: string, name: string, text: string): void {
    const file = path.join(root, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
}

function projectDirectory(): string {
    const root = temporary();
    Object.entries(files).forEach(([name, text]) => write(root, name, text));
    return root;
}

interface Run {
    readonly printed: Readonly<Record<string, unknown>>;
    /** Files that were read anew. */
    readonly read: readonly string[];
}

function run(root: string, how: "cached" | "plain", ...flags: readonly string[]): Run {
    const { status, stdout, stderr } = spawnSync(process.execPath, [...flags, "main.js", how], {
        cwd: root,
        encoding: "utf8",
        timeout: 60_000,
    });
    assert.equal(status, 0, stderr);
    return {
        printed: JSON.parse(stdout) as Run["printed"],
        read: stderr.split("\n").flatMap((line) => /^read (.*)/.exec(line)?.[1] ?? []),
    };
}

describe("code that is kept", () => {
    it("runs as Node runs it, on the first run and from the cache", () => {
        const root = projectDirectory();
        const { printed } = run(root, "plain");
        const first = run(root, "cached");
        assert.deepEqual(first.printed, printed);
        const second = run(root, "cached");
        assert.deepEqual(second.printed, printed);
        assert.deepEqual(second.read, [], "no module is read from its file");
        assert.notDeepEqual(first.read, []);
        assert.deepEqual(readdirSync(path.join(root, ".cache")), ["code"], "nothing temporary is left");
    });

    it("is written once: a run that loads nothing else leaves it alone", () => {
        const root = projectDirectory();
        const inode = (): number => statSync(path.join(root, ".cache", "code")).ino;
        run(root, "cached");
        const before = inode();
        run(root, "cached");
        assert.equal(inode(), before);
    });

    const changes: readonly (readonly [what: string, change: (root: string) => void, expected: object])[] = [
        [
            "a file is written with the same length and the time that it had",
            (root) => {
                const file = path.join(root, "other/index.js");
                const { atime, mtime } = statSync(file);
                writeFileSync(file, readFileSync(file, "utf8").replace("first", "other"));
                utimesSync(file, atime, mtime);
            },
            { other: "other" },
        ],
        [
            "a file is replaced by another of the same length",
            (root) => {
                write(root, "new.js", "exports.value = 'newer';\n");
                renameSync(path.join(root, "new.js"), path.join(root, "other/index.js"));
            },
            { other: "newer" },
        ],
        [
            "a file comes before the one that an import led to",
            (root) => write(root, "other.js", "exports.value = 'nearer';\n"),
            { other: "nearer" },
        ],
        [
            "a package is installed that comes before another one",
            (root) => {
                write(root, "node_modules/tool/node_modules/part/index.js", "module.exports = 'inner';\n");
                write(root, "node_modules/.package-lock.json", '{ "packages": {} }');
            },
            { tool: "inner" },
        ],
    ];
    for (const [what, change, expected] of changes) {
        it(`is not used where ${what}`, () => {
            const root = projectDirectory();
            run(root, "cached");
            change(root);
            const { printed } = run(root, "plain");
            for (const round of ["next", "one after"]) {
                assert.deepEqual(run(root, "cached").printed, printed, round);
            }
            assert.deepEqual({ ...printed, ...expected }, printed, "the change can be seen");
        });
    }

    const damages: readonly (readonly [what: string, damage: (kept: Buffer) => Buffer])[] = [
        ["is empty", () => Buffer.alloc(0)],
        ["ends early", (kept) => kept.subarray(0, kept.length - 100)],
        ["has no index", (kept) => Buffer.from(kept.map((byte, at) => (at < 200 ? 0 : byte)))],
        [
            "has a wrong byte in the code",
            (kept) => Buffer.from(kept.map((byte, at) => (at === kept.length - 50 ? byte ^ 90 : byte))),
        ],
    ];
    for (const [what, damage] of damages) {
        it(`is made anew where its file ${what}`, () => {
            const root = projectDirectory();
            const file = path.join(root, ".cache", "code");
            run(root, "cached");
            writeFileSync(file, damage(readFileSync(file)));
            const { printed } = run(root, "plain");
            const { printed: afterwards, read } = run(root, "cached");
            assert.deepEqual(afterwards, printed);
            assert.notDeepEqual(read, []);
            assert.deepEqual(run(root, "cached").read, []);
        });
    }

    it("is made anew for other flags of Node", () => {
        const root = projectDirectory();
        run(root, "cached");
        assert.deepEqual(run(root, "cached", "--no-opt").printed, run(root, "plain", "--no-opt").printed);
    });

    it("is done without where nothing can be written", () => {
        const root = projectDirectory();
        writeFileSync(path.join(root, ".cache"), "a file where the directory would be");
        const { printed } = run(root, "plain");
        assert.deepEqual(run(root, "cached").printed, printed);
        assert.deepEqual(run(root, "cached").printed, printed);
    });
});
