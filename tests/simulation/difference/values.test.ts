import { strict as assert } from "node:assert";
import { valueTexts } from "../../../simulation/difference/values";

const length = { most: 20, lead: 5 };
const same = "x".repeat(100);

describe("two values of a property", () => {
    const cases: Readonly<
        Record<
            string,
            [before: unknown, after: unknown, shown: [before: string | undefined, after: string | undefined]]
        >
    > = {
        "are shown whole where they are short": ["a", { b: 1 }, ['"a"', '{"b":1}']],
        "are missing where there is none": [undefined, null, [undefined, "null"]],
        "are shown from shortly before they part": [`${same}one`, `${same}two`, ['…xxxxxone"', '…xxxxxtwo"']],
        "are cut where more comes": [
            `${same}one${same}`,
            `${same}two${same}`,
            [`…xxxxxone${"x".repeat(12)}…`, `…xxxxxtwo${"x".repeat(12)}…`],
        ],
        "are shown from their beginning where one is missing": [undefined, same, [undefined, `"${"x".repeat(19)}…`]],
        "are shown to their end where one goes on": [same, `${same}yes`, ['…xxxxx"', '…xxxxxyes"']],
    };
    for (const [title, [before, after, shown]] of Object.entries(cases)) {
        it(title, () => {
            assert.deepEqual(valueTexts(before, after, length), shown);
        });
    }
});
