import assert from "node:assert/strict";
import fc from "fast-check";
import { parse } from "yaml";
import { yamlText } from "../../simulation/yamlText";

const bothVersions = ["1.1", "1.2"] as const;

describe("YAML that is written", () => {
    const table: readonly (readonly [what: string, value: unknown, text: string])[] = [
        [
            "mappings and lists",
            { a: { b: 1 }, c: [1, { d: 2, e: [3] }, []], f: {} },
            "a:\n  b: 1\nc:\n  - 1\n  - d: 2\n    e:\n      - 3\n  - []\nf: {}\n",
        ],
        ["lists of lists", [[1, 2], [[3]]], "- - 1\n  - 2\n- - - 3\n"],
        ["nothing", {}, "{}\n"],
        ["numbers, flags and null", { a: 1.5, b: true, c: null }, "a: 1.5\nb: true\nc: null\n"],
        [
            "plain text",
            { "app.kubernetes.io/name": "web api", image: "ghcr.io/org/api:1.0@sha256:ab" },
            "app.kubernetes.io/name: web api\nimage: ghcr.io/org/api:1.0@sha256:ab\n",
        ],
        ["quantities", { cpu: "250m", memory: "10Gi", every: "30s" }, "cpu: 250m\nmemory: 10Gi\nevery: 30s\n"],
        [
            "text that looks like something else",
            { a: "1", b: "yes", c: "1.10", d: "~", e: "", f: "12:30" },
            'a: "1"\nb: "yes"\nc: "1.10"\nd: "~"\ne: ""\nf: "12:30"\n',
        ],
        ["expressions", { expr: 'up{job="api"} == 0' }, 'expr: up{job="api"} == 0\n'],
        ["text with quotes", { a: '{"b": 1}', c: "it's: #1" }, 'a: \'{"b": 1}\'\nc: "it\'s: #1"\n'],
        ["scripts", { run: "set -e\n\n  echo 'a: b'\n" }, "run: |\n  set -e\n\n    echo 'a: b'\n"],
        ["lines without an end", { run: "a\nb" }, "run: |-\n  a\n  b\n"],
        ["lines with empty ones at the end", { run: "a\n\n\n", next: 1 }, "run: |+\n  a\n\n\nnext: 1\n"],
        ["scripts in lists", { args: ["-c", "a\nb\n"] }, 'args:\n  - "-c"\n  - |\n    a\n    b\n'],
        ["members without a value", { a: undefined, b: 1 }, "b: 1\n"],
    ];
    for (const [what, value, text] of table) {
        it(`has ${what}`, () => {
            assert.equal(yamlText(value), text);
        });
    }

    /** Texts that YAML has opinions about, alone and inside others. */
    const treacherous = fc.constantFrom(
        "yes",
        "No",
        "ON",
        "null",
        "~",
        "true",
        "0x1f",
        "0b1",
        "0o17",
        "017",
        "1e3",
        "1_000",
        ".5",
        ".inf",
        ".NaN",
        "12:30:45",
        "2026-01-01",
        "<<",
        "=",
        "-",
        "- a",
        "? b",
        "a: b",
        "a:",
        ": a",
        "a #b",
        "#c",
        "'",
        '"',
        "\\",
        "{a}",
        "[b]",
        "*a",
        "&a",
        "!t",
        "%d",
        "@x",
        "`",
        "|",
        ">",
        " a",
        "a ",
        "a  b",
        "\n",
        "\na",
        "a\n",
        "a\n\n",
        " a\nb",
        "a\n b\n",
        "a\tb\n",
        "\ta\nb",
        "a \nb",
        "a\r\nb",
        "\u0000",
        "\u007f",
        "\u0085",
        "\u2028",
        "\ufeff",
        "😀",
        "é",
        "",
    );
    const text = fc.oneof(
        { weight: 3, arbitrary: treacherous },
        { weight: 2, arbitrary: fc.array(treacherous, { maxLength: 4 }).map((parts) => parts.join("")) },
        { weight: 2, arbitrary: fc.string({ unit: "grapheme" }) },
        fc.string({ unit: fc.constantFrom("a", " ", "\n", ":", "#", "-", "'", '"', "\t", "1") }),
    );
    const data = fc.letrec((tie) => ({
        value: fc.oneof(
            { depthSize: "small", withCrossShrink: true },
            text,
            fc.boolean(),
            fc.integer(),
            fc.double({ noDefaultInfinity: true, noNaN: true }).map((number) => (Object.is(number, -0) ? 0 : number)),
            fc.constant(null),
            fc.array(tie("value"), { maxLength: 4 }),
            fc.dictionary(
                text.filter((key) => key !== "__proto__"),
                tie("value"),
                { maxKeys: 4, noNullPrototype: true },
            ),
        ),
    })).value;

    for (const version of bothVersions) {
        it(`is read back as it was by a parser of YAML ${version}`, () => {
            fc.assert(
                fc.property(data, (value) => {
                    assert.deepEqual(parse(yamlText(value), { version, merge: false }), value);
                }),
                { numRuns: 2000 },
            );
        });
    }
});
