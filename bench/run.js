"use strict";

/**
 * `npm run bench`. Every figure is a median over interleaved runs of whole processes, and a ratio to what was measured in the same minutes: a
 * machine that is slow today is slow for both.
 */

const { spawnSync } = require("node:child_process");
const { mkdtempSync, rmSync } = require("node:fs");
const { tmpdir } = require("node:os");
const path = require("node:path");

const root = path.dirname(__dirname);
const rounds = 7;
const timeoutMilliseconds = 60_000;

/** Runs a script and gives back its wall time in milliseconds and what it printed. */
function run(...args) {
    const start = process.hrtime.bigint();
    const { status, stdout, stderr, error } = spawnSync(process.execPath, args, {
        cwd: root,
        encoding: "utf8",
        timeout: timeoutMilliseconds,
        env: { ...process.env, NO_COLOR: "1" },
    });
    if (status !== 0) {
        throw new Error(`${args.join(" ")} failed: ${error?.message ?? stderr}`);
    }
    return { milliseconds: Number(process.hrtime.bigint() - start) / 1e6, stdout };
}

function median(values) {
    const sorted = [...values].sort((a, b) => a - b);
    const middle = Math.floor(sorted.length / 2);
    return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function table(rows) {
    const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => String(row[column]).length)));
    return rows
        .map((row) =>
            row
                .map((cell, column) => String(cell).padEnd(widths[column]))
                .join("  ")
                .trimEnd(),
        )
        .join("\n");
}

const verdict = (value, aim) => (value <= aim ? "met" : "missed");

function wholeProcesses(out) {
    const simulate = (stack) => ["simulation/cli.js", stack, "--out", path.join(out, stack)];
    const subjects = {
        floor: ["bench/floor.js"],
        dev: simulate("dev"),
        prod: simulate("prod"),
        services: ["bench/services.js", "100"],
    };
    // The first run of each fills the caches, as a user's first run does.
    for (const args of Object.values(subjects)) {
        run(...args);
    }
    const times = Object.fromEntries(Object.keys(subjects).map((name) => [name, []]));
    for (let round = 0; round < rounds; round++) {
        for (const [name, args] of Object.entries(subjects)) {
            times[name].push(run(...args).milliseconds);
        }
    }
    return Object.fromEntries(Object.entries(times).map(([name, all]) => [name, median(all)]));
}

function coldStart(out) {
    rmSync(path.join(root, ".cache", "typescript"), { recursive: true, force: true });
    rmSync(path.join(root, ".cache", "node"), { recursive: true, force: true });
    return run("simulation/cli.js", "dev", "--out", path.join(out, "dev")).milliseconds;
}

function perResource() {
    const counts = [1, 10, 100, 1000];
    const samples = new Map(counts.map((count) => [count, []]));
    for (let round = 0; round < 3; round++) {
        for (const count of counts) {
            samples.get(count).push(JSON.parse(run("--expose-gc", "bench/services.js", String(count)).stdout));
        }
    }
    return counts.map((count) => {
        const all = samples.get(count);
        const { resources } = all[0];
        return {
            count,
            resources,
            milliseconds: median(all.map((each) => each.milliseconds)) / resources,
            bytes: median(all.map((each) => each.bytes)) / resources,
        };
    });
}

function main() {
    const out = mkdtempSync(path.join(tmpdir(), "platform-bench-"));
    try {
        const cold = coldStart(out);
        const { floor, dev, prod, services } = wholeProcesses(out);
        const each = perResource();
        const costs = each.map((row) => row.milliseconds);
        const spread = Math.max(...costs) / Math.min(...costs);
        const print = (line = "") => process.stdout.write(`${line}\n`);

        print(
            `Node ${process.version}, medians of ${rounds} interleaved runs; the floor imports the five SDK packages.`,
        );
        print();
        print(
            table([
                ["whole process", "ms", "× floor", "aim"],
                ["floor", floor.toFixed(0), "1.00", ""],
                ["(a) simulation of dev", dev.toFixed(0), (dev / floor).toFixed(2), `1.5 ${verdict(dev / floor, 1.5)}`],
                ["    simulation of prod", prod.toFixed(0), (prod / floor).toFixed(2), ""],
                ["    simulation of dev, empty caches", cold.toFixed(0), (cold / floor).toFixed(2), ""],
                [
                    "(c) 100 services of 8 objects",
                    services.toFixed(0),
                    (services / floor).toFixed(2),
                    `1.7 ${verdict(services / floor, 1.7)}`,
                ],
            ]),
        );
        print();
        print(
            table([
                ["(b) services", "resources", "ms each", "bytes each"],
                ...each.map((row) => [row.count, row.resources, row.milliseconds.toFixed(3), row.bytes.toFixed(0)]),
            ]),
        );
        print();
        print(
            `The dearest number of services costs ${spread.toFixed(2)} × the cheapest for each resource; aim 1.2: ${verdict(spread, 1.2)}.`,
        );
    } finally {
        rmSync(out, { recursive: true, force: true });
    }
}

main();
