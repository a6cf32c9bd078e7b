import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { pages } from "./pages";

/** What a page promises has to be there: its links, and the files it names. The scripts are with the commands. */

/** Addresses of a page's headings, as GitHub makes them. */
function anchorsOf(file: string): string[] {
    const prose = readFileSync(file, "utf8").replace(/^```[^]*?^```/gm, "");
    return [...prose.matchAll(/^#{1,6} (.*)$/gm)].map(([, heading = ""]) =>
        heading
            .toLowerCase()
            .replace(/[^\p{L}\p{N} _-]/gu, "")
            .replaceAll(" ", "-"),
    );
}

describe("every page", () => {
    for (const { file, prose } of pages) {
        it(`${file} links to what exists`, () => {
            const broken = [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
                .map(([, link = ""]) => link)
                .filter((link) => !/^(https?|mailto):/.test(link))
                .filter((link) => {
                    const [target = "", anchor] = link.split("#");
                    const place = target === "" ? file : path.join(path.dirname(file), target);
                    return !existsSync(place) || (anchor !== undefined && !anchorsOf(place).includes(anchor));
                });
            assert.deepEqual(broken, []);
        });

        it(`${file} names files that exist`, () => {
            const files = [...prose.matchAll(/`([^`\s]+)`/g)]
                .map(([, quoted = ""]) => quoted)
                .filter((quoted) =>
                    /^(\.ci|\.github|bench|bootstrap|components|config|docs|operations|policy|simulation|stacks|tests)\//.test(
                        quoted,
                    ),
                )
                .filter((quoted) => !/[<*{]/.test(quoted))
                // The system that a reader is about to make.
                .filter((quoted) => quoted !== "stacks/orderTracking.ts");
            assert.deepEqual(
                files.filter((each) => !existsSync(each)),
                [],
                "files",
            );
            const workflows = [
                ...prose.matchAll(/`((?:backup|deploy|dev|image|drift|preview|quality|rollback)[\w-]*\.yml)`/g),
            ]
                .map(([, workflow = ""]) => workflow)
                .filter((workflow) => !existsSync(path.join(".github", "workflows", workflow)));
            assert.deepEqual(workflows, [], "workflows");
        });
    }
});
