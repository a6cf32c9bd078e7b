import fc from "fast-check";

/** What an attacker or a slip would put where a name, a host or a label belongs. */
const hostileText = fc.constantFrom(
    "",
    " ",
    "-",
    "..",
    "../../etc/passwd",
    "a\nb",
    "a: b\n  c: d",
    "$(reboot)",
    "`id`",
    "'; DROP TABLE users; --",
    '"}}],{"',
    "{{ .Values.x }}",
    "${jndi:ldap://x}",
    "%s%s%n",
    "\u0000",
    "\u202e",
    "\ud800",
    "💥",
    "a".repeat(64),
    "a".repeat(100_000),
    "true",
    "null",
    "NaN",
    "1e309",
    "0x10",
    "latest",
    "*",
    "0.0.0.0/0",
    "arn:aws:iam::*:role/*",
);

/** Keys that mean something to JavaScript. */
export const prototypeKey = fc.constantFrom("__proto__", "constructor", "prototype", "toString", "hasOwnProperty");

const number = fc.oneof(
    fc.constantFrom(-1, 0, -0, 0.5, 1e21, 2 ** 31, 2 ** 53, Number.MAX_VALUE, Number.MIN_VALUE),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
);

export const text = fc.oneof(hostileText, fc.string(), fc.string({ unit: "binary" }));

/** Any value that JSON can say, with an inclination to the ones that hurt. */
export const value = fc.letrec<{ any: unknown }>((tie) => ({
    any: fc.oneof(
        { maxDepth: 4, withCrossShrink: true },
        fc.constantFrom(null, true, false, [], {}),
        number,
        text,
        fc.array(tie("any"), { maxLength: 4 }),
        fc
            .array(fc.tuple(fc.oneof(prototypeKey, text), tie("any")), { maxLength: 4 })
            .map((entries) => Object.fromEntries(entries)),
    ),
})).any;

/** A valid value with nonsense in one to three places, chosen anew each time: it gets past the first checks. */
export function spoiled(valid: unknown): fc.Arbitrary<unknown> {
    const places = placesIn(valid);
    return fc
        .array(fc.record({ place: fc.constantFrom(...places), put: value, remove: fc.boolean() }), {
            minLength: 1,
            maxLength: 3,
        })
        .map((changes) =>
            changes.reduce(
                (result, { place, put, remove }) => changed(result, place, put, remove),
                structuredClone(valid),
            ),
        );
}

type Place = readonly string[];

function placesIn(at: unknown, place: Place = []): Place[] {
    const members = at !== null && typeof at === "object" ? Object.entries(at) : [];
    return [place, ...members.flatMap(([key, member]) => placesIn(member, [...place, key]))];
}

function changed(at: unknown, [key, ...rest]: Place, put: unknown, remove: boolean): unknown {
    // An earlier change may have put a list where a mapping was: its length is no place for nonsense.
    const isGone = Array.isArray(at) && key === "length";
    if (key === undefined || isGone || at === null || typeof at !== "object") {
        return put;
    }
    const copy = (Array.isArray(at) ? [...(at as unknown[])] : { ...at }) as Record<string, unknown>;
    if (rest.length === 0 && remove) {
        Reflect.deleteProperty(copy, key);
    } else {
        copy[key] = changed(copy[key], rest, put, remove);
    }
    return copy;
}
