import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { configurationReference } from "./configurationReference";

/** Pages that are made from the code. `npm run docs` writes them; a test fails when one is out of date. */
export const generatedPages: Readonly<Record<string, () => string>> = {
    "configuration.md": configurationReference,
};

if (require.main === module) {
    for (const [file, page] of Object.entries(generatedPages)) {
        writeFileSync(join(__dirname, file), page());
    }
}
