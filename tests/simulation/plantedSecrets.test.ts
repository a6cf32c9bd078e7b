import assert from "node:assert/strict";
import path from "node:path";
import { parseConfig } from "../../config/parse";
import { simulatedCloud } from "../../simulation/cloud";
import { explain } from "../../simulation/failure";
import { simulate } from "../../simulation/program";
import { record } from "../../simulation/record";
import { contents, start, temporaryDirectories } from "./support";

/**
 * No secret reaches anything that a simulation writes or prints. The values are known here, because the simulated cloud makes them of names: each
 * is searched in clear, escaped, in hexadecimal and in base64 wherever it may begin in a longer text.
 */

const root = path.resolve(__dirname, "..", "..");
const temporary = temporaryDirectories();

/** Outputs of these types are secrets. Halves of a key pair that are public are not. */
const generators: Readonly<Record<string, readonly string[]>> = {
    "random:index/randomPassword:RandomPassword": ["result"],
    "random:index/randomBytes:RandomBytes": ["base64", "hex"],
    "pulumi-nodejs:dynamic/platform:KeyPair": ["privateKey"],
};

/** Where the same three bytes begin decides which characters base64 makes of them: all three, without what their neighbours change. */
function base64Forms(value: string): string[] {
    return [0, 1, 2].map((offset) => {
        const text = Buffer.concat([Buffer.alloc(offset), Buffer.from(value)]).toString("base64");
        return text.slice(offset === 0 ? 0 : 4, Math.floor((offset + Buffer.byteLength(value)) / 3) * 4);
    });
}

function forms(value: string): string[] {
    const own = value.trim();
    const all = [
        own,
        JSON.stringify(own).slice(1, -1),
        // As the report's page writes data and text.
        JSON.stringify(own).slice(1, -1).replaceAll("<", "\\u003c"),
        own.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;"),
        encodeURIComponent(own),
        Buffer.from(own).toString("hex"),
        ...base64Forms(own),
        ...base64Forms(own).map((form) => form.replaceAll("+", "-").replaceAll("/", "_")),
    ];
    // What is shorter is found in any text.
    return [...new Set(all)].filter((form) => form.length >= 10);
}

/** Where a value stands in what was written. */
function findings(secrets: ReadonlyMap<string, string>, written: Readonly<Record<string, string>>): string[] {
    const wanted = [...secrets].flatMap(([name, value]) => forms(value).map((form) => ({ name, form })));
    return Object.entries(written).flatMap(([file, text]) =>
        wanted.filter(({ form }) => text.includes(form)).map(({ name }) => `${name} in ${file}`),
    );
}

/** Every value that the simulated cloud generates for a stack, and the secrets of its configuration. */
async function plantedIn(stack: string): Promise<Map<string, string>> {
    const { resources } = await simulate({ root, stack });
    const cloud = simulatedCloud("us-east-1");
    const generated = resources.flatMap(({ type, name, inputs }) => {
        const { state } = cloud.create({ type, name, inputs });
        return (generators[type] ?? []).flatMap((output) =>
            typeof state[output] === "string" ? [[`${name}.${output}`, state[output]] as const] : [],
        );
    });
    return new Map([...generated, ["the registry's token", "simulated-secret"]]);
}

describe("secrets", () => {
    for (const stack of ["dev", "staging", "prod", "local", "team-shop"]) {
        it(`of the ${stack} stack are in nothing that its simulation writes or prints`, async () => {
            const secrets = await plantedIn(stack);
            assert.ok(secrets.size >= 2);
            const directory = path.join(temporary(), stack);
            const { code, stdout, stderr } = await start(root, [stack, "--out", directory]);
            assert.equal(code, 0);
            const outputs = JSON.stringify((await simulate({ root, stack })).outputs);
            const written: Readonly<Record<string, string>> = {
                ...contents(directory),
                "what the stack exports": outputs,
                "the output": stdout,
                "the errors": stderr,
            };
            assert.ok(Object.keys(written).length > 50);
            assert.match(written["report.html"] ?? "", /<html/);
            assert.deepEqual(findings(secrets, written), []);
        });
    }

    for (const stack of ["staging", "prod"]) {
        it(`that RDS makes for the databases of ${stack} have no value to leak: the program knows where they are`, async () => {
            const { resources } = await simulate({ root, stack });
            const ownedByRds = resources.filter(({ inputs }) => inputs.manageMasterUserPassword === true);
            assert.ok(ownedByRds.length > 0);
            for (const { name, inputs } of ownedByRds) {
                assert.equal(inputs.password, undefined, name);
            }
        });
    }

    it("of AWS are asked for by nothing: a program that did would fail in its simulation", () => {
        for (const token of [
            "aws:secretsmanager/getSecretVersion:getSecretVersion",
            "aws:secretsmanager/getRandomPassword:getRandomPassword",
            "aws:kms/getSecrets:getSecrets",
        ]) {
            assert.throws(() => simulatedCloud("us-east-1").call({ token, inputs: {} }), /no answer for the provider/);
        }
    });

    it("would be found, were they written in any of these forms", () => {
        const value = "k7Zp/9+xQ2w~planted";
        const secrets = new Map([["it", value]]);
        const shown: Readonly<Record<string, string>> = {
            clear: `password: ${value}`,
            json: JSON.stringify({ password: value }),
            url: `postgres://app:${encodeURIComponent(value)}@db`,
            hex: Buffer.from(value).toString("hex"),
            base64: Buffer.from(value).toString("base64"),
            "base64 of more": Buffer.from(`{"password":"${value}"}`).toString("base64"),
            "base64 of more, one later": Buffer.from(`{ "password":"${value}"}`).toString("base64"),
            "base64 of more, two later": Buffer.from(`{  "password":"${value}"}`).toString("base64url"),
        };
        for (const [form, text] of Object.entries(shown)) {
            assert.deepEqual(findings(secrets, { [form]: text }), [`it in ${form}`]);
        }
    });

    it("of a configuration that is refused are not in the message", () => {
        const planted = new Map([
            ["a key of the wrong length", "planted-pagerduty-key"],
            ["a webhook that is none", "https://planted.example.com/hook"],
        ]);
        const [key = "", webhook = ""] = planted.values();
        const { config, issues } = parseConfig({
            "platform:environment": "dev",
            "platform:pagerdutyRoutingKey": key,
            "platform:slackWebhookUrl": webhook,
        });
        assert.equal(config, undefined);
        assert.match(
            JSON.stringify(issues),
            /pagerdutyRoutingKey[^]*slackWebhookUrl|slackWebhookUrl[^]*pagerdutyRoutingKey/,
        );
        assert.deepEqual(findings(planted, { issues: JSON.stringify(issues) }), []);
    });

    it("of a program that fails are not in what is said about it", async () => {
        const token = "planted-registry-token";
        const failure = await record(
            () => {
                throw new Error("the program broke");
            },
            { config: { "platform:registryPassword": token }, secretKeys: ["platform:registryPassword"] },
        ).then(
            () => assert.fail("it has to fail"),
            (error: unknown) => error,
        );
        assert.deepEqual(findings(new Map([["the token", token]]), { message: explain(failure, root) }), []);
    });
});
