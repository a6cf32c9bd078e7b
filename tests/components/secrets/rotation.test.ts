import assert from "node:assert/strict";
import { createPublicKey, sign, verify } from "node:crypto";
import { rotate, type RotationClients } from "../../../components/secrets/rotation/index";
import { FakeReplicationGroup, FakeSecretsManager } from "./fakeAws";

const token = "second";
const steps = ["createSecret", "setSecret", "testSecret", "finishSecret"] as const;
const SecretId = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:dev/shop/app-abcdef";

const noCaches: RotationClients["caches"] = {
    describeReplicationGroups: () => assert.fail("no replication group is involved"),
    modifyReplicationGroup: () => assert.fail("no replication group is involved"),
};

const recipeTag = (member: string, recipe = "text"): { Key: string; Value: string } => ({
    Key: `platform:value:${member}`,
    Value: recipe,
});

/** A secret with the given values, in the middle of nothing. */
function start(
    values: unknown = { KEY: "a".repeat(43), SALT: "b".repeat(20) },
    recipes: Readonly<Record<string, string>> = { KEY: "text", SALT: "text" },
): {
    secrets: FakeSecretsManager;
    clients: RotationClients;
    run: (step: string, of?: string) => Promise<void>;
} {
    const secrets = new FakeSecretsManager(values);
    secrets.tags = Object.entries(recipes).map(([member, recipe]) => recipeTag(member, recipe));
    const clients = {
        secrets: secrets.client,
        caches: noCaches,
        wait: () => Promise.resolve(),
        remainingMilliseconds: () => 900_000,
    };
    const run = (Step: string, ClientRequestToken = token): Promise<void> =>
        rotate({ Step, SecretId, ClientRequestToken }, clients);
    return { secrets, clients, run };
}

describe("a rotation", () => {
    it("replaces every value by a new one of the same length", async () => {
        const { secrets, run } = start();
        secrets.begin(token);
        for (const step of steps) {
            await run(step);
        }
        const { KEY, SALT } = secrets.valuesOf("AWSCURRENT");
        assert.match(KEY ?? "", /^[A-Za-z0-9]{43}$/);
        assert.match(SALT ?? "", /^[A-Za-z0-9]{20}$/);
        assert.notEqual(KEY, "a".repeat(43));
        assert.equal(secrets.staged("AWSPREVIOUS")?.id, "first");
        assert.equal(secrets.staged("AWSPENDING"), undefined);
    });

    it("gives the same result when every step runs twice", async () => {
        const { secrets, run } = start();
        secrets.begin(token);
        await run("createSecret");
        const { text } = secrets.staged("AWSPENDING") ?? {};
        for (const step of steps.flatMap((each) => [each, each])) {
            await run(step);
        }
        assert.equal(secrets.staged("AWSCURRENT")?.text, text);
        assert.equal(secrets.calls.filter((call) => call === "putSecretValue").length, 1);
        assert.equal(secrets.calls.filter((call) => call === "updateSecretVersionStage").length, 1);
    });

    it("changes nothing for readers before its last step", async () => {
        const { secrets, run } = start();
        secrets.begin(token);
        for (const step of steps.slice(0, 3)) {
            await run(step);
            assert.equal(secrets.staged("AWSCURRENT")?.id, "first");
        }
    });

    it("makes different values each time", async () => {
        const { secrets, run } = start({ KEY: "a".repeat(43) }, { KEY: "text" });
        const seen = new Set<string | undefined>();
        for (const each of ["second", "third", "fourth"]) {
            secrets.begin(each);
            for (const step of steps) {
                await run(step, each);
            }
            seen.add(secrets.valuesOf("AWSCURRENT").KEY);
        }
        assert.equal(seen.size, 3);
    });

    it("leaves alone what no tag names, and lengthens what is too short to be a secret", async () => {
        const values = { VERSION: 2, ENCRYPTION_KEY: "stays", KEY: "short" };
        const { secrets, run } = start(values, { KEY: "text" });
        secrets.begin(token);
        await run("createSecret");
        const { VERSION, ENCRYPTION_KEY, KEY } = secrets.valuesOf("AWSPENDING");
        assert.deepEqual([VERSION, ENCRYPTION_KEY], [2, "stays"]);
        assert.equal(KEY?.length, 16);
    });

    it("passes the test that Secrets Manager makes when rotation is set up", async () => {
        const { secrets, run } = start();
        secrets.begin(token);
        const pending = secrets.staged("AWSPENDING");
        assert.ok(pending !== undefined);
        pending.text = secrets.staged("AWSCURRENT")?.text ?? "";
        await run("testSecret");
    });

    it("makes a base64 key of 256 bits", async () => {
        const { secrets, run } = start({ KEY: "" }, { KEY: "base64-256" });
        secrets.begin(token);
        await run("createSecret");
        const { KEY = "" } = secrets.valuesOf("AWSPENDING");
        assert.equal(Buffer.from(KEY, "base64").length, 32);
        assert.equal(Buffer.from(KEY, "base64").toString("base64"), KEY);
    });

    it("refuses a version that changes what must stay", async () => {
        const { secrets, run } = start({ KEY: "a".repeat(43), ENCRYPTION_KEY: "stays" }, { KEY: "text" });
        secrets.begin(token);
        (secrets.staged("AWSPENDING") as { text: string }).text = JSON.stringify({
            KEY: "new",
            ENCRYPTION_KEY: "other",
        });
        await assert.rejects(run("testSecret"), /changes ENCRYPTION_KEY, which must stay/);
    });

    for (const [what, recipes, message] of [
        ["whose tags name no value", {}, /no tag of arn.* says which of its values rotate/],
        [
            "with a recipe that it does not know",
            { KEY: "rsa-1024:P" },
            /KEY is to be made as rsa-1024, which nobody knows/,
        ],
    ] as const) {
        it(`refuses a secret ${what}`, async () => {
            const { secrets, run } = start({ KEY: "a".repeat(43) }, recipes);
            secrets.begin(token);
            await assert.rejects(run("createSecret"), message);
            assert.ok(!secrets.calls.includes("putSecretValue"));
        });
    }

    it("refuses a version that lacks a value", async () => {
        const { secrets, run } = start();
        secrets.begin(token);
        const pending = secrets.staged("AWSPENDING");
        assert.ok(pending !== undefined);
        pending.text = JSON.stringify({ KEY: "new value of the key" });
        await assert.rejects(run("testSecret"), /lacks SALT/);
    });

    const refused: [string, (secrets: FakeSecretsManager) => void, string, RegExp][] = [
        ["a step it does not know", (secrets) => secrets.begin(token), "dropSecret", /unknown step dropSecret/],
        ["a step that is no step but a property", (secrets) => secrets.begin(token), "toString", /unknown step/],
        ["a version that does not exist", () => undefined, "createSecret", /has no version second to rotate to/],
        [
            "a secret that is not set up for it",
            (secrets) => {
                secrets.begin(token);
                secrets.rotationEnabled = false;
            },
            "createSecret",
            /is not set up for rotation/,
        ],
        [
            "a version that is not pending",
            (secrets) => {
                secrets.begin(token);
                (secrets.staged("AWSPENDING") as { stages: string[] }).stages = [];
            },
            "createSecret",
            /is not labelled AWSPENDING/,
        ],
    ];
    for (const [what, prepare, step, message] of refused) {
        it(`refuses ${what}`, async () => {
            const { secrets, run } = start();
            prepare(secrets);
            await assert.rejects(run(step), message);
            assert.equal(secrets.staged("AWSCURRENT")?.id, "first");
        });
    }

    for (const values of ["text", null, ["list"]]) {
        it(`refuses a secret that holds ${JSON.stringify(values)}`, async () => {
            const { secrets, run } = start(values, { KEY: "text" });
            secrets.begin(token);
            await assert.rejects(run("createSecret"), /does not hold a JSON object/);
        });
    }

    it("does not take an outage for a missing version", async () => {
        const { secrets, clients, run } = start();
        secrets.begin(token);
        const read = secrets.client.getSecretValue;
        clients.secrets.getSecretValue = (input) =>
            input.VersionStage === "AWSPENDING"
                ? Promise.reject(Object.assign(new Error("busy"), { name: "InternalServiceError" }))
                : read(input);
        await assert.rejects(run("createSecret"), /busy/);
        assert.ok(!secrets.calls.includes("putSecretValue"));
    });
});

describe("a rotation of a key pair", function () {
    // A pair of 4096 bits takes a second or two to find.
    this.timeout(60_000);

    const pair = { JWT_PRIVATE_KEY: "rsa-4096:JWT_PUBLIC_KEY" };
    const rotateOnce = async (started: ReturnType<typeof start>, id: string): Promise<Record<string, string>> => {
        started.secrets.begin(id);
        for (const step of steps) {
            await started.run(step, id);
        }
        return started.secrets.valuesOf("AWSCURRENT");
    };

    it("makes the first pair of a secret that has none, beside what stays", async () => {
        const values = await rotateOnce(start({ ISSUER: "clinic" }, pair), token);
        const { JWT_PRIVATE_KEY = "", JWT_PUBLIC_KEY = "", JWT_PUBLIC_KEY_PREVIOUS, ISSUER } = values;
        assert.match(JWT_PRIVATE_KEY, /^-----BEGIN PRIVATE KEY-----/);
        assert.match(JWT_PUBLIC_KEY, /^-----BEGIN PUBLIC KEY-----/);
        assert.equal(createPublicKey(JWT_PUBLIC_KEY).asymmetricKeyDetails?.modulusLength, 4096);
        assert.equal(JWT_PUBLIC_KEY_PREVIOUS, JWT_PUBLIC_KEY);
        assert.equal(ISSUER, "clinic");
    });

    it("still verifies what was signed before it, until the next one", async () => {
        const started = start({}, pair);
        const first = await rotateOnce(started, "second");
        const signature = sign("sha256", Buffer.from("token"), first.JWT_PRIVATE_KEY ?? "");
        const verifies = (key = ""): boolean => verify("sha256", Buffer.from("token"), key, signature);
        const second = await rotateOnce(started, "third");
        assert.ok(!verifies(second.JWT_PUBLIC_KEY));
        assert.ok(verifies(second.JWT_PUBLIC_KEY_PREVIOUS));
    });

    it("finds the public key in use where a new set of values has been written without it", async () => {
        const started = start({}, pair);
        const first = await rotateOnce(started, "second");
        const { versions } = started.secrets;
        versions.forEach((each) => {
            each.stages = each.stages.includes("AWSCURRENT") ? ["AWSPREVIOUS"] : [];
        });
        versions.push({
            id: "written",
            createdAt: started.secrets.now(),
            stages: ["AWSCURRENT"],
            text: JSON.stringify({ ISSUER: "clinic" }),
        });
        const next = await rotateOnce(started, "third");
        assert.equal(next.JWT_PUBLIC_KEY_PREVIOUS, first.JWT_PUBLIC_KEY);
        assert.equal(next.ISSUER, "clinic");
    });

    it("refuses halves that do not belong together, and a version without them", async () => {
        const started = start({}, pair);
        const first = await rotateOnce(started, "second");
        const other = await rotateOnce(start({}, pair), token);
        started.secrets.begin("third");
        const pending = started.secrets.staged("AWSPENDING") as { text: string };
        pending.text = JSON.stringify({ ...first, JWT_PUBLIC_KEY: other.JWT_PUBLIC_KEY });
        await assert.rejects(started.run("testSecret", "third"), /keys of JWT_PRIVATE_KEY do not belong together/);
        pending.text = JSON.stringify({});
        await assert.rejects(
            started.run("testSecret", "third"),
            /lacks JWT_PRIVATE_KEY, JWT_PUBLIC_KEY, JWT_PUBLIC_KEY_PREV/,
        );
    });
});

describe("a rotation of an auth token", () => {
    const oldToken = "t".repeat(64);

    function startToken(looksToLearn?: number): ReturnType<typeof start> & { group: FakeReplicationGroup } {
        const started = start({ password: oldToken });
        const group = new FakeReplicationGroup(() => started.secrets.now(), oldToken, looksToLearn);
        started.secrets.tags = [
            recipeTag("password"),
            { Key: "platform:auth-token-key", Value: "password" },
            { Key: "platform:auth-token-of", Value: "dev-shop-redis" },
        ];
        Object.assign(started.clients, { caches: group.client });
        return { ...started, group };
    }

    it("teaches the servers the new token before anybody reads it", async () => {
        const { secrets, run, group } = startToken();
        secrets.begin(token);
        await run("createSecret");
        await run("setSecret");
        const { password } = secrets.valuesOf("AWSPENDING");
        assert.deepEqual(group.accepted, [oldToken, password]);
        assert.deepEqual(secrets.valuesOf("AWSCURRENT"), { password: oldToken });
        assert.deepEqual(group.requests, [
            {
                ReplicationGroupId: "dev-shop-redis",
                AuthToken: password,
                AuthTokenUpdateStrategy: "ROTATE",
                ApplyImmediately: true,
            },
        ]);
    });

    it("asks the servers once, however often the step runs: twice would drop the token in use", async () => {
        const { secrets, run, group } = startToken();
        secrets.begin(token);
        await run("createSecret");
        for (let attempt = 0; attempt < 3; attempt++) {
            await run("setSecret");
        }
        assert.equal(group.requests.length, 1);
        assert.ok(group.accepted.includes(oldToken));
    });

    it("goes on where an attempt ran out of time", async () => {
        const { secrets, clients, run, group } = startToken(10);
        secrets.begin(token);
        await run("createSecret");
        let remaining = 60_000;
        clients.wait = (milliseconds) => Promise.resolve((remaining -= milliseconds));
        Object.assign(clients, { remainingMilliseconds: () => remaining });
        await assert.rejects(run("setSecret"), /dev-shop-redis is still learning its new auth token/);
        await assert.rejects(run("testSecret"), /dev-shop-redis is still learning its new auth token/);
        remaining = 900_000;
        await run("setSecret");
        await run("testSecret");
        assert.equal(group.requests.length, 1);
        assert.equal(group.accepted.length, 2);
    });

    it("keeps the last two tokens valid from one rotation to the next", async () => {
        const { secrets, run, group } = startToken();
        for (const each of ["second", "third"]) {
            const { password: before } = secrets.valuesOf("AWSCURRENT");
            secrets.begin(each);
            for (const step of steps) {
                await run(step, each);
            }
            assert.deepEqual(group.accepted, [before, secrets.valuesOf("AWSCURRENT").password]);
        }
        assert.equal(group.requests.length, 2);
    });

    it("passes the test that Secrets Manager makes when rotation is set up", async () => {
        const { secrets, run, group } = startToken();
        secrets.begin(token);
        (secrets.staged("AWSPENDING") as { text: string }).text = JSON.stringify({ password: oldToken });
        await run("testSecret");
        assert.equal(group.requests.length, 0);
    });
});
