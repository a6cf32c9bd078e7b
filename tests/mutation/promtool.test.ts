import { strict as assert } from "node:assert";
import { verdicts } from "./promtool";

const files = ["0/tests.yml", "1/tests.yml", "2/tests.yml"];
const stdout =
    "Unit Testing:  0/tests.yml\n  SUCCESS\n\nUnit Testing:  1/tests.yml\n\n\nUnit Testing:  2/tests.yml\n  SUCCESS\n\n";
const failed = "  FAILED:\n    name: x,\n    alertname: X, time: 1m,\n        exp:[],\n        got:[...]\n";

describe("what promtool says of many files", () => {
    it("is read file by file: one that is not said to pass fails", () => {
        assert.deepEqual(verdicts({ stdout, stderr: failed }, files), [true, false, true]);
    });

    for (const [what, output, asked] of [
        ["leaves a file out", { stdout, stderr: failed }, [...files, "3/tests.yml"]],
        ["gives no reason for a failure", { stdout, stderr: "" }, files],
        ["fails more often than files do", { stdout, stderr: failed + failed }, files],
        ["could not do a query", { stdout, stderr: `${failed}query processing would load too many samples` }, files],
    ] as const) {
        it(`is no verdict where it ${what}`, () => {
            assert.throws(() => verdicts(output, asked), /could not run every test/);
        });
    }
});
