import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";

/** `.ci/run` puts them there; a program of the same version on the path will do as well. */
const tools = path.join(".cache", "tools");

interface Linter {
    readonly name: string;
    readonly places: readonly string[];
    readonly version: string;
    readonly args: readonly string[];
}

const linters: readonly Linter[] = [
    {
        name: "actionlint",
        places: [path.join(tools, "actionlint"), "actionlint"],
        version: /actionlint@v([\d.]+)/.exec(readFileSync(".ci/run", "utf8"))?.[1] ?? "",
        args: [],
    },
    {
        name: "zizmor",
        places: [path.join(tools, "zizmor", "bin", "zizmor"), "zizmor"],
        version: /zizmor==([\d.]+)/.exec(readFileSync(".github/zizmor.txt", "utf8"))?.[1] ?? "",
        // Offline: what it asks GitHub about actions is not the same from day to day.
        args: ["--offline", "--pedantic", "--no-progress", "--color", "never", ".github"],
    },
];

describe("workflows, by their linters", () => {
    for (const { name, places, version, args } of linters) {
        it(`${name} finds nothing`, function () {
            const program = places.find((place) => {
                const { stdout } = spawnSync(place, ["--version"], { encoding: "utf8" });
                return (stdout ?? "").includes(version);
            });
            if (program === undefined) {
                this.test!.title += `: skipped, ${name} ${version} is not installed (.ci/run installs it)`;
                this.skip();
            }
            const { status, stdout, stderr } = spawnSync(program, args, { encoding: "utf8" });
            assert.equal(status, 0, stdout + stderr);
        });
    }
});
