import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { commands } from "../../operations/commands";
import { pages } from "./pages";

const { scripts } = JSON.parse(readFileSync("package.json", "utf8")) as {
    scripts: Readonly<Record<string, string>>;
};

/** What a page tells its reader to run: the script, and what follows on the line. */
function scriptsIn(text: string): { readonly script: string; readonly rest: string }[] {
    return [...text.matchAll(/\bnpm (?:run ([a-z][\w:-]*)|(test|start)\b)([^`\n|&]*)/g)].map(
        ([, run, own = "", rest = ""]) => ({ script: run ?? own, rest }),
    );
}

describe("what the pages tell to run", () => {
    for (const { file: page, text } of pages) {
        const found = scriptsIn(text);
        if (found.length === 0) {
            continue;
        }
        it(`${page} names only scripts that there are`, () => {
            const unknown = found.filter(({ script }) => !Object.hasOwn(scripts, script)).map(({ script }) => script);
            assert.deepEqual(unknown, []);
        });

        it(`${page} gives commands only options that they have`, () => {
            for (const { script, rest } of found) {
                const command = commands.find(({ name }) => name === script);
                const options = [...rest.matchAll(/ --([a-z][a-z-]*)/g)].map(([, option = ""]) => option);
                const known = ["yes", "dry-run", "json", "help", ...Object.keys(command?.options ?? {})];
                if (command !== undefined) {
                    assert.deepEqual(
                        options.filter((option) => !known.includes(option)),
                        [],
                        `npm run ${script}${rest}`,
                    );
                }
            }
        });
    }

    it("includes every command, in docs/operations.md", () => {
        const text = pages.find(({ file }) => file === "docs/operations.md")?.text;
        const missing = commands.map(({ name }) => name).filter((name) => !text?.includes(`npm run ${name} -- `));
        assert.deepEqual(missing, []);
    });
});
