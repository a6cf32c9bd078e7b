import assert from "node:assert/strict";
import fc from "fast-check";
import { componentName, nameLimits, physicalName, type NameKind } from "../../components/naming";

describe("physicalName", () => {
    const cases: [string, NameKind, string[], string][] = [
        [
            "joins clean parts as they are",
            "s3Bucket",
            ["user-management", "dev", "backups"],
            "user-management-dev-backups",
        ],
        ["keeps a name that just fits", "targetGroup", ["a".repeat(32)], "a".repeat(32)],
        ["marks a name that lost its capitals", "s3Bucket", ["Dev"], "dev-9c24f4"],
        ["marks a name that lost characters", "iamRole", ["team/shop"], "team-shop-9b4be5"],
    ];
    for (const [what, kind, parts, expected] of cases) {
        it(what, () => assert.equal(physicalName(kind, ...parts), expected));
    }

    const kind = fc.constantFrom(...(Object.keys(nameLimits) as NameKind[]));
    const parts = fc.array(fc.string({ minLength: 1, maxLength: 120, unit: "grapheme" }), {
        minLength: 1,
        maxLength: 4,
    });

    it("gives a valid name within the limit of its kind, whatever it is made from", () => {
        fc.assert(
            fc.property(kind, parts, (of, from) => {
                const name = physicalName(of, ...from);
                assert.match(name, /^[a-z]([a-z0-9-]*[a-z0-9])?$/);
                assert.ok(name.length <= nameLimits[of], `${name} has ${name.length} characters`);
                assert.ok(!name.includes("--"));
            }),
        );
    });

    it("gives different things different names, however much has to be cut", () => {
        fc.assert(
            fc.property(kind, parts, parts, (of, one, other) => {
                fc.pre(one.join("-") !== other.join("-"));
                assert.notEqual(physicalName(of, ...one), physicalName(of, ...other));
            }),
        );
    });
});

describe("componentName", () => {
    it("puts the system's name in front", () => assert.equal(componentName("shop", "api"), "shop-api"));
    it("does not repeat it", () => assert.equal(componentName("shop", "shop-api"), "shop-api"));
    it("tells a part from the system it shares its name with", () =>
        assert.equal(componentName("shop", "shop"), "shop-shop"));
    it("does not take a longer word for it", () => assert.equal(componentName("shop", "shopping"), "shop-shopping"));
});
