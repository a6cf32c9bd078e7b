import { chromium, type Page } from "playwright-core";
import { writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { reportFile } from "../report/reportFile";
import { assess } from "../simulation/assessment";
import { planOfServices } from "./services";

export interface ReportMeasurement {
    readonly resources: number;
    readonly bytes: number;
    /** From the start of loading the page until everything on it is drawn. */
    readonly openMilliseconds: number;
    /** From a key that is pressed until the resources found are drawn: by their names, and by what their inputs say. */
    readonly searchMilliseconds: number;
    readonly inputsMilliseconds: number;
}

/** Opens the report of many services in a headless browser and searches in it. */
export async function measureReport(
    services: number,
    file: string,
    executablePath: string,
): Promise<ReportMeasurement> {
    const plan = await planOfServices(services);
    const { content } = reportFile(plan, assess(plan));
    writeFileSync(file, content);
    const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
    try {
        const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
        await page.goto(`${pathToFileURL(file).href}#/resources`);
        const openMilliseconds = await page.evaluate<number>(
            `performance.getEntriesByType("navigation")[0].loadEventEnd`,
        );
        const searchMilliseconds = await search(page, "api-777", false);
        const inputsMilliseconds = await search(page, "containerport", true);
        return {
            resources: plan.resources.length,
            bytes: Buffer.byteLength(content),
            openMilliseconds,
            searchMilliseconds,
            inputsMilliseconds,
        };
    } finally {
        await browser.close();
    }
}

/** Types a text and waits for the frame after the one that shows what was found. */
function search(page: Page, text: string, inInputs: boolean): Promise<number> {
    return page.evaluate<number>(`(async () => {
        const input = document.getElementById("search");
        document.getElementById("inputs-too").checked = ${inInputs};
        input.value = ${JSON.stringify(text)};
        const start = performance.now();
        input.dispatchEvent(new Event("input"));
        await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
        if (!document.querySelector(".hits").textContent.includes(" of ")) {
            throw new Error("nothing was searched");
        }
        return performance.now() - start;
    })()`);
}
