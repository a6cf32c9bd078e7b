import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import path from "node:path";
import { findCommand, skipUnless } from "./sandbox";

const root = path.resolve(__dirname, "../../..");
const directory = path.join(root, "components/database/scripts");

describe("the database scripts", () => {
    it("are clean to shellcheck", function () {
        skipUnless(this, findCommand("shellcheck") !== undefined, "shellcheck");
        const scripts = readdirSync(directory).map((name) => path.join(directory, name));
        const { status, stdout, stderr } = spawnSync("shellcheck", ["--external-sources", ...scripts], {
            cwd: root,
            encoding: "utf8",
        });
        assert.equal(status, 0, stdout + stderr);
    });

    for (const name of readdirSync(directory)) {
        it(`${name} can be read by a POSIX shell`, () => {
            const { status, stderr } = spawnSync("sh", ["-n", path.join(directory, name)], { encoding: "utf8" });
            assert.equal(status, 0, stderr);
        });
    }
});
