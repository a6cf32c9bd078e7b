import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { chromium, type Browser, type Page, type ViewportSize } from "playwright-core";
import { reportFile } from "../../report/reportFile";
import { assess } from "../../simulation/assessment";
import { differenceBetween } from "../../simulation/difference/difference";
import type { Plan } from "../../simulation/record";
import { findCommand } from "../components/database/sandbox";

/** Where Chromium is, under the names that distributions give it. */
export function findChromium(): string | undefined {
    return ["chromium", "chromium-browser", "google-chrome"].map((name) => findCommand(name)).find(Boolean);
}

/** A report that somebody has opened, and what the browser noticed. */
export interface OpenReport {
    readonly page: Page;
    readonly address: string;
    /** Errors and warnings of the console, and exceptions. */
    readonly messages: readonly string[];
    /** What the page asked for beside itself. */
    readonly requests: readonly string[];
}

/** A headless browser for the tests of one file. */
export class Reader {
    private readonly directory = mkdtempSync(path.join(tmpdir(), "report-"));
    private readonly opened = new Map<Plan, Map<Plan | undefined, string>>();
    private files = 0;

    private constructor(private readonly browser: Browser) {}

    static async start(executablePath: string): Promise<Reader> {
        // Containers mostly let nobody make the namespaces of Chromium's own sandbox; it reads only a file of ours.
        return new Reader(await chromium.launch({ executablePath, args: ["--no-sandbox"] }));
    }

    async open(
        plan: Plan,
        { at = "", viewport = { width: 1440, height: 900 }, against }: OpenOptions = {},
    ): Promise<OpenReport> {
        const address = this.addressOf(plan, against);
        const page = await this.browser.newPage({ viewport, colorScheme: "light" });
        const messages: string[] = [];
        const requests: string[] = [];
        page.on("console", (message) => messages.push(message.text()));
        page.on("pageerror", (error) => messages.push(String(error)));
        page.on("request", (request) => requests.push(request.url()));
        await page.goto(`${address}${at}`);
        await page.waitForSelector("main > *");
        return { page, address, messages, requests };
    }

    async stop(): Promise<void> {
        await this.browser.close();
        rmSync(this.directory, { recursive: true, force: true });
    }

    private addressOf(plan: Plan, against: Plan | undefined): string {
        const ofPlan = this.opened.get(plan) ?? new Map<Plan | undefined, string>();
        this.opened.set(plan, ofPlan);
        const known = ofPlan.get(against);
        if (known !== undefined) {
            return known;
        }
        const file = path.join(this.directory, `${this.files++}.html`);
        const difference = against && differenceBetween(against, plan);
        writeFileSync(file, reportFile(plan, assess(plan), difference).content);
        const address = pathToFileURL(file).href;
        ofPlan.set(against, address);
        return address;
    }
}

export interface OpenOptions {
    /** Address in the page, from the `#` on. */
    readonly at?: string;
    readonly viewport?: ViewportSize;
    /** The plan that the report compares with. */
    readonly against?: Plan;
}
