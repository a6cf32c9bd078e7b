import assert from "node:assert/strict";
import fc from "fast-check";
import { dollars } from "../../simulation/amounts";

describe("dollars", () => {
    const table: readonly (readonly [amount: number, text: string])[] = [
        [0, "$0.00"],
        [37.4, "$37.40"],
        [6.435, "$6.44"],
        [-3.5, "−$3.50"],
        [999.994, "$999.99"],
        [999.995, "$1,000.00"],
        [1234.5, "$1,235"],
        [1234567, "$1,234,567"],
        [1e-7, "$0.00"],
    ];
    for (const [amount, text] of table) {
        it(`are ${text} for ${amount}`, () => {
            assert.equal(dollars(amount), text);
        });
    }

    it("are written as the locale of the United States has them", () => {
        const cents = fc.integer({ min: 0, max: 10 ** 9 }).map((thousandths) => thousandths / 1000);
        fc.assert(
            fc.property(fc.oneof(cents, fc.double({ min: 0, max: 1e9, noNaN: true })), (amount) => {
                const digits = amount < 1000 ? 2 : 0;
                const expected = amount.toLocaleString("en-US", {
                    minimumFractionDigits: digits,
                    maximumFractionDigits: digits,
                });
                assert.equal(dollars(amount), `$${expected}`);
            }),
            { numRuns: 2000 },
        );
    });
});
