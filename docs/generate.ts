import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { configurationReference } from "./configurationReference";
import { securityPage } from "./securityPage";

/** Pages that are made from the code. `npm run docs` writes them; a test fails when one is out of date. */
export const generatedPages: Readonly<Record<string, () => string | Promise<string>>> = {
    "configuration.md": configurationReference,
    "security.md": securityPage,
};

async function writePages(): Promise<void> {
    for (const [file, page] of Object.entries(generatedPages)) {
        writeFileSync(join(__dirname, file), await page());
    }
}

if (require.main === module) {
    void writePages();
}
