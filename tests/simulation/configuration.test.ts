import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { platformSecrets } from "../../config/schema";
import { readConfiguration, stackNames } from "../../simulation/configuration";
import { fixture, temporaryDirectories } from "./support";

const temporary = temporaryDirectories();

function project(files: Readonly<Record<string, string>>): string {
    const root = path.join(temporary(), "project");
    mkdirSync(root);
    for (const [name, content] of Object.entries({ "Pulumi.yaml": "name: shop\nruntime: nodejs\n", ...files })) {
        writeFileSync(path.join(root, name), content);
    }
    return root;
}

describe("the configuration that a simulated program gets", () => {
    it("has the project's defaults where the stack says nothing, and full keys everywhere", () => {
        assert.deepEqual(readConfiguration(fixture("shop"), "dev"), {
            project: "shop",
            stack: "dev",
            values: {
                "aws:region": "eu-west-1",
                "shop:labels": '{"team":"orders"}',
                "shop:size": "2",
                "shop:token": "simulated-secret",
            },
            secretKeys: ["shop:token"],
        });
    });

    it("takes the stack's values over the project's", () => {
        const { values } = readConfiguration(fixture("shop"), "prod");
        assert.equal(values["aws:region"], "eu-central-1");
        assert.equal(values["shop:size"], "3");
        assert.equal(values["shop:labels"], '{"team":"orders","tier":"1"}');
    });

    // What the CLI's own marshalling makes of each YAML value (sdk/go/common/resource/config/object.go).
    const table: readonly (readonly [yaml: string, value: string])[] = [
        ["plain", "plain"],
        ['"quoted"', "quoted"],
        ["1", "1"],
        ["1.50", "1.5"],
        ['"1.50"', "1.50"],
        ["true", "true"],
        ["yes", "yes"],
        ["null", "null"],
        ["[b, a]", '["b","a"]'],
        ["{ b: 1, a: [true, x] }", '{"a":[true,"x"],"b":1}'],
    ];
    for (const [yaml, value] of table) {
        it(`hands ${yaml} over as ${value}`, () => {
            const root = project({ "Pulumi.dev.yaml": `config:\n  shop:key: ${yaml}\n` });
            assert.equal(readConfiguration(root, "dev").values["shop:key"], value);
        });
    }

    it("has placeholders for encrypted values that satisfy the rules of the keys, and marks them as secret", () => {
        const root = project({
            "Pulumi.dev.yaml": [
                "config:",
                "  platform:pagerdutyRoutingKey:",
                "    secure: AAABAA",
                "  platform:slackWebhookUrl:",
                "    secure: AAABAA",
                "  shop:nested:",
                "    user: shop",
                "    password:",
                "      secure: AAABAA",
            ].join("\n"),
        });
        const { values, secretKeys } = readConfiguration(root, "dev");
        platformSecrets.pagerdutyRoutingKey.parse(values["platform:pagerdutyRoutingKey"]);
        platformSecrets.slackWebhookUrl.parse(values["platform:slackWebhookUrl"]);
        assert.equal(values["shop:nested"], '{"password":"simulated-secret","user":"shop"}');
        assert.deepEqual(secretKeys, ["platform:pagerdutyRoutingKey", "platform:slackWebhookUrl", "shop:nested"]);
    });

    it("may be empty", () => {
        const root = project({ "Pulumi.dev.yaml": "# nothing yet\n", "Pulumi.test.yaml": "" });
        assert.deepEqual(readConfiguration(root, "dev").values, {});
        assert.deepEqual(readConfiguration(root, "test").values, {});
    });

    it("follows anchors and merge keys", () => {
        const root = project({
            "Pulumi.dev.yaml": "x: &base { a: 1 }\nconfig:\n  shop:key:\n    <<: *base\n    b: 2\n",
        });
        assert.equal(readConfiguration(root, "dev").values["shop:key"], '{"a":1,"b":2}');
    });

    it("knows the stacks by their files", () => {
        const root = project({
            "Pulumi.prod.yaml": "",
            "Pulumi.dev.yml": "",
            "Pulumi.eu.west.yaml": "",
            "other.yaml": "",
        });
        assert.deepEqual(stackNames(root), ["dev", "eu.west", "prod"]);
    });
});

describe("a configuration that cannot be read", () => {
    const table: readonly (readonly [what: string, files: Record<string, string>, message: RegExp])[] = [
        [
            "an unknown stack",
            { "Pulumi.dev.yaml": "", "Pulumi.prod.yaml": "" },
            /^There is no stack "dve"; did you mean "dev"\? The stacks are: dev, prod\.$/,
        ],
        ["a project without stacks", {}, /^There is no stack "dve"\. No Pulumi\.<stack>\.yaml exists yet\.$/],
        [
            "a merge of what is no mapping",
            { "Pulumi.dve.yaml": "config:\n  <<: text\n" },
            /^Pulumi\.dve\.yaml: not valid YAML: Merge sources must be maps/,
        ],
        [
            "a bomb of aliases",
            {
                "Pulumi.dve.yaml": `config:\n  a: &a [x, x, x, x, x, x]\n${["b", "c", "d"].map((key, at) => `  ${key}: &${key} [${`*${"abc"[at]}, `.repeat(6)}]\n`).join("")}`,
            },
            /^Pulumi\.dve\.yaml: not valid YAML: Excessive alias count/,
        ],
        [
            "a file that no stack needs",
            { "Pulumi.dve.yaml": `config: { shop:key: ${"x".repeat(131_072)} }` },
            /^Pulumi\.dve\.yaml has 131094 characters: must have at most 131072; a hundred systems need fewer\.$/,
        ],
        [
            "nesting without end",
            { "Pulumi.dve.yaml": `config:\n  shop:key: ${"[".repeat(30_000)}${"]".repeat(30_000)}\n` },
            /^Pulumi\.dve\.yaml:2:\d+: not valid YAML: nested too deeply$/,
        ],
        [
            "malformed YAML",
            { "Pulumi.dve.yaml": "config:\n  shop:key: [1, 2\n  other: 3\n" },
            /^Pulumi\.dve\.yaml:3:3: not valid YAML: /,
        ],
        [
            "a key that is there twice",
            { "Pulumi.dve.yaml": "config:\n  a: 1\n  a: 2\n" },
            /^Pulumi\.dve\.yaml:3:3: not valid YAML: Map keys must be unique/,
        ],
        [
            "a list in place of a mapping",
            { "Pulumi.dve.yaml": "- a\n" },
            /^Pulumi\.dve\.yaml:1:1: must be a mapping\.$/,
        ],
        [
            "a config that is no mapping",
            { "Pulumi.dve.yaml": "config: 5\n" },
            /^Pulumi\.dve\.yaml: `config` must be a mapping\.$/,
        ],
        [
            "a project without a name",
            { "Pulumi.dve.yaml": "", "Pulumi.yaml": "runtime: nodejs\n" },
            /^Pulumi\.yaml has no name\.$/,
        ],
    ];
    for (const [what, files, message] of table) {
        it(`says so in one line: ${what}`, () => {
            assert.throws(() => readConfiguration(project(files), "dve"), { name: "UserError", message });
        });
    }

    it("is not looked for outside the project", () => {
        const root = project({ "Pulumi.dev.yaml": "" });
        assert.throws(() => readConfiguration(root, "../project/Pulumi.dev"), /There is no stack/);
    });
});
