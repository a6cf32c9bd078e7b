"use strict";

/** `npm run fuzz -- --runs N`: the property tests of bad input with N cases each, and how many were tried. */

const { spawnSync } = require("node:child_process");
const path = require("node:path");
const { parseArgs } = require("node:util");

const usage =
    "Usage: npm run fuzz -- [--runs N]\n\n  --runs N  cases that each property tries, 1 to 100000000; default 10000\n";

function runsOf(args) {
    const { values } = parseArgs({
        args,
        options: { runs: { type: "string", default: "10000" }, help: { type: "boolean" } },
    });
    if (values.help) {
        process.stdout.write(usage);
        process.exit(0);
    }
    if (!/^[1-9]\d{0,8}$/.test(values.runs) || Number(values.runs) > 100_000_000) {
        throw new Error(`--runs is "${values.runs}": must be a whole number from 1 to 100000000`);
    }
    return values.runs;
}

try {
    const runs = runsOf(process.argv.slice(2));
    const mocha = require.resolve("mocha/bin/mocha.js");
    const args = ["--no-config", "--require", "./tests/register.js", "--timeout", "0", "tests/fuzz/**/*.test.ts"];
    const { status } = spawnSync(process.execPath, [mocha, ...args], {
        cwd: path.join(__dirname, "..", ".."),
        env: { ...process.env, FUZZ_RUNS: runs },
        stdio: "inherit",
    });
    process.exitCode = status ?? 1;
} catch (error) {
    process.stderr.write(`error: ${error.message}\n\n${usage}`);
    process.exitCode = 2;
}
