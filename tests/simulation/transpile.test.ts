import { strict as assert } from "node:assert";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

/** Loads a module, takes away what is kept of it and prints where a place in it comes from, before that and after. */
const script = `
    const { readdirSync, rmSync } = require("node:fs");
    const path = require("node:path");
    const { register, originalPosition } = require("./simulation/transpile");
    register();
    const [, file, other] = process.argv;
    require(file);
    require(other);
    const kept = path.join(".cache", "typescript");
    const mine = readdirSync(kept).filter((name) => name.includes(encodeURIComponent(path.basename(path.dirname(file)))));
    const before = originalPosition(file, 4, 1);
    mine.forEach((name) => name.endsWith(".map") && rmSync(path.join(kept, name)));
    const after = originalPosition(other, 4, 1);
    mine.forEach((name) => rmSync(path.join(kept, name), { force: true }));
    console.log(JSON.stringify({ maps: mine.filter((name) => name.endsWith(".map")).length, before, after }));
`;

describe("loading TypeScript", () => {
    it("names places of the TypeScript, or of what was made of it where another process has taken the map away", () => {
        const directory = mkdtempSync(path.join(tmpdir(), "platform-transpile-"));
        try {
            const files = ["one.ts", "two.ts"].map((name) => path.join(directory, name));
            // The interface leaves no line behind; three lines that say what the module exports come before all others.
            const text = "interface A {\n    a: number;\n    b: number;\n}\n\nexport const a = 1 as unknown as A;\n";
            files.forEach((file) => writeFileSync(file, text));
            const printed = execFileSync(process.execPath, ["-e", script, ...files], { encoding: "utf8" });
            const said = JSON.parse(printed) as { maps: number; before: { line: number }; after: unknown };
            assert.equal(said.maps, 2);
            assert.equal(said.before.line, 6);
            assert.deepEqual(said.after, { line: 4, column: 1 });
        } finally {
            rmSync(directory, { recursive: true, force: true });
        }
    });
});
