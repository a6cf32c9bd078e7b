import assert from "node:assert/strict";
import fc from "fast-check";
import { cpuMillicores, mebibytes, parseQuantity } from "../../../components/apiService/quantity";

const one = 10n ** 9n;

describe("Kubernetes quantities", () => {
    const table: readonly (readonly [string, bigint])[] = [
        ["1", one],
        ["+1", one],
        ["-1", -one],
        ["0", 0n],
        ["100m", one / 10n],
        ["0.1", one / 10n],
        [".5", one / 2n],
        ["5.", 5n * one],
        ["1n", 1n],
        ["1u", 1000n],
        ["2k", 2000n * one],
        ["1M", 10n ** 6n * one],
        ["1e3", 1000n * one],
        ["1E3", 1000n * one],
        ["1e-3", one / 1000n],
        ["1E", 10n ** 18n * one],
        ["1Ki", 1024n * one],
        ["1.5Gi", (3n * 2n ** 30n * one) / 2n],
        ["1Ei", 2n ** 60n * one],
    ];
    for (const [text, value] of table) {
        it(`reads ${text}`, () => assert.equal(parseQuantity(text), value));
    }

    for (const text of [
        "",
        " ",
        "m",
        "1 Gi",
        "1GiB",
        "1K",
        "1mi",
        "1,5",
        "1e",
        "--1",
        "1e+",
        "1.2.3",
        "NaN",
        "1constructor",
    ]) {
        it(`does not take ${JSON.stringify(text)} for one`, () => assert.equal(parseQuantity(text), undefined));
    }

    it("is the same amount in every notation", () => {
        fc.assert(
            fc.property(fc.nat(1_000_000), (n) => {
                assert.equal(parseQuantity(`${n}m`), parseQuantity(`${n}e-3`));
                assert.equal(parseQuantity(`${n}m`), parseQuantity((n / 1000).toFixed(3)));
                assert.equal(parseQuantity(`${n}k`), parseQuantity(`${n}000`));
                assert.equal(parseQuantity(`${n}Mi`), parseQuantity(`${n * 1024}Ki`));
            }),
        );
    });

    it("keeps the order of numbers, whatever their suffix", () => {
        const quantity = fc.record({
            n: fc.nat(100_000),
            suffix: fc.constantFrom(["m", 1e-3], ["", 1], ["k", 1e3], ["Ki", 1024], ["Mi", 2 ** 20]),
        });
        fc.assert(
            fc.property(quantity, quantity, (a, b) => {
                const [left, right] = [a, b].map(({ n, suffix }) => parseQuantity(`${n}${suffix[0]}`) ?? -1n);
                const difference = a.n * a.suffix[1] - b.n * b.suffix[1];
                assert.equal((left ?? 0n) < (right ?? 0n), difference < 0);
            }),
        );
    });

    it("never throws, whatever stands in a declaration", () => {
        fc.assert(fc.property(fc.string(), (text) => ["bigint", "undefined"].includes(typeof parseQuantity(text))));
    });

    it("rounds amounts of CPU and memory up", () => {
        assert.equal(cpuMillicores("0.2501"), 251);
        assert.equal(cpuMillicores("2"), 2000);
        assert.equal(mebibytes("1Gi"), 1024);
        assert.equal(mebibytes("1G"), 954);
        assert.equal(mebibytes("nothing"), 0);
    });
});
