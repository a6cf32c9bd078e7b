import assert from "node:assert/strict";
import { addonProblems } from "../../../components/addons/addonProblems";
import { everything } from "./fixture";

describe("add-ons that need each other", () => {
    it("have no problems when all are on", () => {
        assert.deepEqual(addonProblems(everything), []);
    });

    for (const [name, needed] of [
        ["envoyGateway", "certManager"],
        ["linkerd", "certManager"],
        ["searchableLogs", "logging"],
    ] as const) {
        it(`are refused: ${name} without ${needed}`, () => {
            const found = addonProblems({ ...everything, [needed]: false }).find(
                ({ path }) => path === `addons.${name}`,
            );
            assert.equal(found?.value, true);
            assert.match(String(found?.message), new RegExp(`needs platform:addons\\.${needed}, .+; switch that on`));
        });

        it(`need nothing while ${name} is off`, () => {
            const problems = addonProblems({ ...everything, [needed]: false, [name]: false });
            assert.ok(problems.every(({ path }) => path !== `addons.${name}`));
        });
    }
});
