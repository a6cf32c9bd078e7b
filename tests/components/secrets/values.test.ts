import assert from "node:assert/strict";
import fc from "fast-check";
import { nameLimits } from "../../../components/naming";
import {
    awsSecretName,
    keySetFingerprint,
    recipeTags,
    secretKeys,
    secretSpecProblems,
} from "../../../components/secrets/values";

describe("the name of an AWS secret", () => {
    const text = fc.string({ minLength: 1, maxLength: 100, unit: "grapheme" });
    const where = fc.record({ environment: fc.constantFrom("dev", "staging", "prod"), stack: text, system: text });

    it("is valid and within the limit, whatever it is made from", () => {
        fc.assert(
            fc.property(where, text, (place, name) => {
                const result = awsSecretName(place, name);
                assert.match(result, /^[a-z0-9-]+(\/[a-z0-9-]+){2,3}$/);
                assert.ok(result.length + "_given".length <= nameLimits.secret);
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

    const segment = fc.stringMatching(/^[a-z][a-z0-9]{0,20}$/);
    const path = fc.tuple(segment, segment).map((each) => each.join("/"));
    const explicit = fc.option(path, { nil: undefined });

    it("is different for different stacks, whether its path was asked for or not", () => {
        const name = (
            place: { environment: string; stack: string; system: string },
            given: string,
            asked?: string,
        ): string => awsSecretName(place, given, asked === undefined ? undefined : `${place.environment}/${asked}`);
        const home = fc.record({
            environment: fc.constantFrom("dev", "staging", "prod"),
            stack: fc.oneof(segment, fc.constantFrom("dev", "staging", "prod")),
            system: segment,
        });
        fc.assert(
            fc.property(home, segment, explicit, home, segment, explicit, (place, own, asked, other, their, wanted) => {
                fc.pre(place.stack !== other.stack || place.environment !== other.environment);
                assert.notEqual(name(place, own, asked), name(other, their, wanted));
            }),
        );
    });

    const paths: [string, string, string, string][] = [
        ["exactly what was asked for in the environment's own stack", "prod", "prod", "prod/backend/flask-app"],
        ["the same with the stack in it in another", "prod", "team-clinic", "prod/team-clinic/backend/flask-app"],
    ];
    for (const [what, environment, stack, expected] of paths) {
        it(`is ${what}`, () =>
            assert.equal(
                awsSecretName(
                    { environment, stack, system: "medical-practice" },
                    "x",
                    `${environment}/backend/flask-app`,
                ),
                expected,
            ));
    }

    it("is not mistaken when a stack is called like a system", () => {
        const ofStack = awsSecretName({ environment: "dev", stack: "shop", system: "api" }, "keys");
        const ofSystem = awsSecretName({ environment: "dev", stack: "dev", system: "shop" }, "api");
        assert.notEqual(ofStack, ofSystem);
    });
});

describe("the keys of a secret", () => {
    it("are those declared, the halves of pairs and what is imported", () => {
        const keys = { A: {}, JWT: { kind: "rsa-4096", publicKey: "JWT_PUBLIC" } } as const;
        assert.deepEqual(secretKeys({ keys, imports: { PASSWORD: "postgres" } }), [
            "A",
            "JWT",
            "JWT_PUBLIC",
            "JWT_PUBLIC_PREVIOUS",
            "PASSWORD",
        ]);
    });
});

describe("the recipes that rotation goes by", () => {
    it("name what rotates and how it is made, and nothing that must stay", () =>
        assert.deepEqual(
            recipeTags({
                A: { length: 20 },
                KEY: { kind: "base64-256" },
                STAYS: { kind: "base64-256", rotate: false },
                KEPT: { rotate: false },
                JWT: { kind: "rsa-4096", publicKey: "JWT_PUBLIC" },
            }),
            {
                "platform:value:A": "text",
                "platform:value:KEY": "base64-256",
                "platform:value:JWT": "rsa-4096:JWT_PUBLIC",
            },
        ));
});

describe("the fingerprint of a set of keys", () => {
    const values = { A: {}, B: { length: 20 } };
    const cases: [string, Parameters<typeof keySetFingerprint>[0], boolean][] = [
        ["does not depend on the length being written out", { ...values, A: { length: 43 } }, true],
        ["does not depend on the kind being written out", { ...values, A: { kind: "text" } }, true],
        ["does not depend on the order", { B: { length: 20 }, A: {} }, true],
        ["changes with a length", { ...values, B: { length: 21 } }, false],
        ["changes with a key", { A: {} }, false],
        ["changes with a kind", { ...values, A: { kind: "base64-256" } }, false],
        ["changes with the name of a public key", { ...values, C: { kind: "rsa-4096", publicKey: "P" } }, false],
    ];
    for (const [what, other, same] of cases) {
        it(what, () => assert.equal(keySetFingerprint(other) === keySetFingerprint(values), same));
    }
});

describe("what is wrong with a declared secret", () => {
    const problemsOf = (spec: Parameters<typeof secretSpecProblems>[0]): string[] =>
        secretSpecProblems(spec, "dev").map(({ path, message }) => `${path} ${message}`);
    const awsNameRule = /^awsName must be three segments of lower-case .*, such as dev\/backend\/app$/;
    const pair = { kind: "rsa-4096", publicKey: "JWT_PUBLIC" } as const;
    const many = Object.fromEntries(Array.from({ length: 31 }, (_, index) => [`KEY_${index}`, {}]));
    const cases: [string, Parameters<typeof secretSpecProblems>[0], RegExp][] = [
        ["a path of another environment", { keys: { A: {} }, awsName: "prod/backend/app" }, awsNameRule],
        ["a path of two segments", { keys: { A: {} }, awsName: "dev/app" }, awsNameRule],
        ["a path of four segments", { keys: { A: {} }, awsName: "dev/team/backend/app" }, awsNameRule],
        ["a path with capitals", { keys: { A: {} }, awsName: "dev/Backend/app" }, awsNameRule],
        ["a path with a segment too long", { keys: { A: {} }, awsName: `dev/${"a".repeat(64)}/app` }, awsNameRule],
        ["a path with two hyphens in a row", { keys: { A: {} }, awsName: "dev/back--end/app" }, awsNameRule],
        [
            "a key that a pair has, too",
            { keys: { JWT: pair, JWT_PUBLIC_PREVIOUS: {} } },
            /^keys.JWT_PUBLIC_PREVIOUS must be there once$/,
        ],
        [
            "an import under a generated key",
            { keys: { A: {} }, imports: { A: "redis" } },
            /^keys.A must be there once$/,
        ],
        [
            "a kind that does not exist",
            { keys: { A: { kind: "rsa-1024" as "text" } } },
            /^keys.A.kind must be one of text, base64-256, rsa-4096$/,
        ],
        ["more keys than tags", { keys: many }, /^keys must have at most 30 generated keys$/],
        ["a key too long for a tag", { keys: { ["A".repeat(101)]: {} } }, /must have at most 100 characters/],
        ["a public key that is none", { keys: { A: { ...pair, publicKey: "a b" } } }, /^keys.a b must be a key of/],
    ];
    for (const [what, spec, expected] of cases) {
        it(`is ${what}`, () => assert.match(problemsOf(spec)[0] ?? "nothing", expected));
    }

    it("is nothing where all is well", () =>
        assert.deepEqual(
            problemsOf({ keys: { JWT: pair }, imports: { A: "redis" }, awsName: "dev/backend/jwt-keys" }),
            [],
        ));
});
