"use strict";

// `npm run screenshot`: draws the picture of the report that the README shows, anew. Needs Chromium.
require("../simulation/prepare").prepare();

const { mkdirSync, mkdtempSync, rmSync, writeFileSync } = require("node:fs");
const { tmpdir } = require("node:os");
const path = require("node:path");
const { pathToFileURL } = require("node:url");
const { chromium } = require("playwright-core");
const { reportFile } = require("../report/reportFile.ts");
const { assess } = require("../simulation/assessment.ts");
const { simulate } = require("../simulation/program.ts");
const { findChromium } = require("../tests/report/browser.ts");

const root = path.dirname(__dirname);
const picture = path.join(__dirname, "images", "report.png");

async function main() {
    const plan = await simulate({ root, stack: "prod" });
    const directory = mkdtempSync(path.join(tmpdir(), "report-"));
    const browser = await chromium.launch({ executablePath: findChromium(), args: ["--no-sandbox"] });
    try {
        const file = path.join(directory, "report.html");
        writeFileSync(file, reportFile(plan, assess(plan)).content);
        const page = await browser.newPage({ viewport: { width: 1400, height: 1390 } });
        await page.goto(pathToFileURL(file).href);
        mkdirSync(path.dirname(picture), { recursive: true });
        await page.screenshot({ path: picture });
    } finally {
        await browser.close();
        rmSync(directory, { recursive: true, force: true });
    }
}

void main();
