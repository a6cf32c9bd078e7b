import assert from "node:assert/strict";
import fc from "fast-check";
import { nameLimits } from "../../../components/naming";
import { awsSecretName, keySetFingerprint, splitByOwner } from "../../../components/secrets/values";

describe("the name of an AWS secret", () => {
    const text = fc.string({ minLength: 1, maxLength: 100, unit: "grapheme" });
    const where = fc.record({ environment: fc.constantFrom("dev", "staging", "prod"), stack: text, system: text });

    it("is valid and within the limit, whatever it is made from", () => {
        fc.assert(
            fc.property(where, text, (place, name) => {
                const result = awsSecretName(place, name);
                assert.match(result, /^[a-z0-9-]+(\/[a-z0-9-]+){2,3}$/);
                assert.ok(result.length + "_kept".length <= nameLimits.secret);
                // AWS warns of names that end like the six characters it appends to an ARN itself.
                assert.doesNotMatch(result, /-[A-Z]{6}$/);
            }),
        );
    });

    it("is different for different stacks, systems and secrets", () => {
        fc.assert(
            fc.property(where, text, where, text, (place, name, otherPlace, otherName) => {
                fc.pre(JSON.stringify([place, name]) !== JSON.stringify([otherPlace, otherName]));
                assert.notEqual(awsSecretName(place, name), awsSecretName(otherPlace, otherName));
            }),
        );
    });

    it("is not mistaken when a stack is called like a system", () => {
        const ofStack = awsSecretName({ environment: "dev", stack: "shop", system: "api" }, "keys");
        const ofSystem = awsSecretName({ environment: "dev", stack: "dev", system: "shop" }, "api");
        assert.notEqual(ofStack, ofSystem);
    });
});

describe("who owns a value", () => {
    it("is rotation for what is generated, Pulumi for the rest", () => {
        assert.deepEqual(splitByOwner({ B: {}, A: { length: 20 }, KEPT: { rotate: false } }, ["GIVEN"]), {
            rotated: ["A", "B"],
            kept: ["GIVEN", "KEPT"],
        });
    });
});

describe("the fingerprint of a set of keys", () => {
    const values = { A: {}, B: { length: 20 } };
    it("does not depend on the length being written out", () =>
        assert.equal(
            keySetFingerprint(values, ["A", "B"]),
            keySetFingerprint({ ...values, A: { length: 43 } }, ["A", "B"]),
        ));
    it("changes with a length", () =>
        assert.notEqual(
            keySetFingerprint(values, ["A", "B"]),
            keySetFingerprint({ A: {}, B: { length: 21 } }, ["A", "B"]),
        ));
    it("changes with a key", () =>
        assert.notEqual(keySetFingerprint(values, ["A", "B"]), keySetFingerprint(values, ["A"])));
});
