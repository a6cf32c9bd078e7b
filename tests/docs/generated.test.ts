import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { generatedPages } from "../../docs/generate";

describe("generated documentation", () => {
    for (const [file, page] of Object.entries(generatedPages)) {
        it(`docs/${file} is what \`npm run docs\` writes`, async () => {
            assert.equal(readFileSync(join("docs", file), "utf8"), await page());
        });
    }
});
