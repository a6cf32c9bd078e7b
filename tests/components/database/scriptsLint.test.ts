import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import path from "node:path";
import { findCommand, skipUnless } from "./sandbox";

const root = path.resolve(__dirname, "../../..");
const scripts = ["database", "backup", "cache", "secrets"].flatMap((component) => {
    const directory = path.join(root, "components", component, "scripts");
    return readdirSync(directory).map((name) => path.join(directory, name));
});

describe("the scripts of databases, caches, backups and secrets", () => {
    it("are clean to shellcheck", function () {
        skipUnless(this, findCommand("shellcheck") !== undefined, "shellcheck");
        const { status, stdout, stderr } = spawnSync("shellcheck", ["--external-sources", ...scripts], {
            cwd: root,
            encoding: "utf8",
        });
        assert.equal(status, 0, stdout + stderr);
    });

    for (const file of scripts) {
        it(`${path.basename(file)} can be read by a POSIX shell`, () => {
            const { status, stderr } = spawnSync("sh", ["-n", file], { encoding: "utf8" });
            assert.equal(status, 0, stderr);
        });
    }
});
