import { strict as assert } from "node:assert";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { kubernetesObjects } from "../../../simulation/manifests";
import { ruleFiles } from "../../../simulation/monitoringFiles";
import { simulateStack, stackNames } from "../../harness";

const linter = "pint";

function installed(): boolean {
    return spawnSync(linter, ["version"]).error === undefined;
}

/** What pint finds in the rules of a stack, of whatever severity, without a Prometheus to ask. */
function findings(files: readonly { readonly path: string; readonly content: string }[]): string {
    const directory = mkdtempSync(path.join(tmpdir(), "platform-pint-"));
    try {
        mkdirSync(path.join(directory, "rules"));
        for (const { path: name, content } of files) {
            writeFileSync(path.join(directory, name), content);
        }
        const { status, stdout, stderr } = spawnSync(
            linter,
            ["--offline", "--no-color", "lint", "--min-severity=info", "--fail-on=info", "rules"],
            { cwd: directory, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 },
        );
        return status === 0 ? "" : stdout + stderr;
    } finally {
        rmSync(directory, { recursive: true });
    }
}

describe("pint, offline and with nothing switched off", function () {
    this.timeout(120_000);

    before(function () {
        if (!installed()) {
            console.log(`      ${linter} (github.com/cloudflare/pint) is not on the PATH: it is left out`);
            this.skip();
        }
    });

    for (const stack of stackNames()) {
        it(`finds nothing in the rules of ${stack}`, async () => {
            const files = ruleFiles(kubernetesObjects((await simulateStack(stack)).plan));
            // A cluster that somebody brings along has no monitoring unless it is switched on.
            assert.equal(files.length > 0, stack !== "local");
            assert.equal(files.length === 0 ? "" : findings(files), "");
        });
    }

    it("would say so, were a rule wrong", () => {
        const rule = { alert: "Wrong", expr: "sum by (job) (up) == 0", for: "0m" };
        const content = JSON.stringify({ groups: [{ name: "wrong", rules: [rule] }] });
        assert.match(findings([{ path: "rules/wrong.yaml", content }]), /alerts\/for/);
    });
});
