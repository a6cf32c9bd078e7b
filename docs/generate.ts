import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { configurationReference } from "./configurationReference";
import { runbookPages } from "./runbookFrames";
import { securityPage } from "./securityPage";
import { costReference, costTable } from "./costReference";
import { timeReference } from "./timeReference";

/** Pages that are made from the code. `npm run docs` writes them; a test fails when one is out of date. */
export const generatedPages: Readonly<Record<string, () => string | Promise<string>>> = {
    "configuration.md": configurationReference,
    "security.md": securityPage,
    "cost.md": costReference,
    "time.md": timeReference,
    "../README.md": readme,
    ...runbookPages(),
};

/** The README with its generated part made anew; everything else is as it stands. */
async function readme(): Promise<string> {
    const text = readFileSync(join(__dirname, "..", "README.md"), "utf8");
    const between = /(<!-- generated: cost -->\n)[\s\S]*?(<!-- end -->)/;
    if (!between.test(text)) {
        throw new Error("README.md has no place for the cost table");
    }
    const costs = await costTable();
    return text.replace(between, (_, begin: string, end: string) => `${begin}\n${costs}\n\n${end}`);
}

async function writeAll(): Promise<void> {
    for (const [file, page] of Object.entries(generatedPages)) {
        writeFileSync(join(__dirname, file), await page());
    }
}

if (require.main === module) {
    void writeAll();
}
