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
/** A Prometheus that is measured has to fill its windows first. */
const rulesTimeoutMilliseconds = 1_200_000;

/** Runs a script and gives back its wall time in milliseconds and what it printed. */
function run(...args) {
    return runWithin(timeoutMilliseconds, ...args);
}

function runWithin(timeout, ...args) {
    const start = process.hrtime.bigint();
    const { status, stdout, stderr, error } = spawnSync(process.execPath, args, {
        cwd: root,
        encoding: "utf8",
        timeout,
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

const coldRounds = 3;

const reportRounds = 3;

const reportAimMilliseconds = 1_000;

function reportTable(measured, floor) {
    if (measured === undefined) {
        return "(d) The report is not measured: Chromium is not installed.";
    }
    const row = (what, milliseconds) => [
        what,
        milliseconds.toFixed(0),
        (milliseconds / floor).toFixed(2),
        `1 s ${verdict(milliseconds, reportAimMilliseconds)}`,
    ];
    return table([
        [`(d) report of 1,000 services, ${(measured.bytes / 1e6).toFixed(1)} MB`, "ms", "× floor", "aim"],
        row("opens", measured.open),
        row("finds a name", measured.search),
        row("finds a text in inputs", measured.inputs),
    ]);
}

function simulate(out, stack) {
    return run("simulation/cli.js", stack, "--out", path.join(out, stack));
}

/** Output that is already there is compared, not written again. Here it is not there. */
function simulateAnew(out, stack) {
    rmSync(path.join(out, stack), { recursive: true, force: true });
    return simulate(out, stack);
}

/** A user's very first run: nothing is compiled yet. */
function simulateCold(out, stack) {
    for (const cache of ["typescript", "code"]) {
        rmSync(path.join(root, ".cache", cache), { recursive: true, force: true });
    }
    return simulateAnew(out, stack);
}

function wholeProcesses(out) {
    const subjects = {
        cold: () => simulateCold(out, "dev"),
        floor: () => run("bench/floor.js"),
        dev: () => simulate(out, "dev"),
        anew: () => simulateAnew(out, "dev"),
        prod: () => simulate(out, "prod"),
        services: () => run("bench/services.js", "100"),
    };
    const times = Object.fromEntries(Object.keys(subjects).map((name) => [name, []]));
    for (let round = -1; round < rounds; round++) {
        for (const [name, measure] of Object.entries(subjects)) {
            const skipped = name === "cold" && round >= coldRounds;
            const { milliseconds } = skipped ? {} : measure();
            // The first round fills the caches.
            if (milliseconds !== undefined && (round >= 0 || name === "cold")) {
                times[name].push(milliseconds);
            }
        }
    }
    return Object.fromEntries(Object.entries(times).map(([name, all]) => [name, median(all)]));
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

/** What alerts and dashboards cost Prometheus: for 10 services and for 100, each in a Prometheus of its own. */
function rules(print) {
    if (spawnSync("prometheus", ["--version"]).error !== undefined) {
        print("(e) Prometheus is not installed: the cost of rules and dashboards is not measured.");
        return;
    }
    const costs = [10, 100].map((count) =>
        JSON.parse(runWithin(rulesTimeoutMilliseconds, "bench/rules.js", String(count)).stdout),
    );
    const [few, many] = costs;
    print(
        table([
            [
                "(e) services",
                "rules",
                "series",
                "recorded",
                "core s a round",
                "core busy with rules",
                "core s a dashboard query",
            ],
            ...costs.map((cost) => [
                cost.services,
                cost.rules,
                cost.series,
                cost.recordedSeries,
                cost.seconds.toFixed(3),
                `${(cost.share * 100).toFixed(1)} %`,
                (cost.dashboardSeconds / cost.dashboardQueries).toFixed(4),
            ]),
        ]),
    );
    print();
    const growth = many.seconds / many.services / (few.seconds / few.services);
    print(`Rules of a service among 100 cost ${growth.toFixed(2)} × what those of a service among 10 cost.`);
}

/** The report of 1,000 services in a browser; nothing where there is no Chromium. */
function report() {
    const samples = Array.from({ length: reportRounds }, () => JSON.parse(run("bench/report.js", "1000").stdout));
    const [first] = samples;
    const of = (member) => median(samples.map((each) => each[member]));
    return first === null
        ? undefined
        : {
              ...first,
              open: of("openMilliseconds"),
              search: of("searchMilliseconds"),
              inputs: of("inputsMilliseconds"),
          };
}

function main() {
    const out = mkdtempSync(path.join(tmpdir(), "platform-bench-"));
    try {
        const { cold, floor, dev, anew, prod, services } = wholeProcesses(out);
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
                ["    with every file written anew", anew.toFixed(0), (anew / floor).toFixed(2), ""],
                ["    the very first run, nothing compiled yet", cold.toFixed(0), (cold / floor).toFixed(2), ""],
                ["    simulation of prod", prod.toFixed(0), (prod / floor).toFixed(2), ""],
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
        print();
        print(reportTable(report(), floor));
        print();
        rules(print);
    } finally {
        rmSync(out, { recursive: true, force: true });
    }
}

main();
