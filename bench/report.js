"use strict";

// Runs in a process of its own: measures the report of as many services as it is told, and prints what that took, as JSON.
require("../simulation/prepare").prepare();

const { mkdtempSync, rmSync } = require("node:fs");
const { tmpdir } = require("node:os");
const path = require("node:path");
const { findChromium } = require("../tests/report/browser.ts");
const { measureReport } = require("./report.ts");

async function main() {
    const chromium = findChromium();
    if (chromium === undefined) {
        process.stdout.write("null\n");
        return;
    }
    const directory = mkdtempSync(path.join(tmpdir(), "report-bench-"));
    try {
        const result = await measureReport(Number(process.argv[2]), path.join(directory, "report.html"), chromium);
        process.stdout.write(`${JSON.stringify(result)}\n`);
    } finally {
        rmSync(directory, { recursive: true, force: true });
    }
}

void main();
