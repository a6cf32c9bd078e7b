import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { SystemSecret, type SystemSecretArgs } from "../../../components/secrets/systemSecret";
import { maskedSecret, type RecordOptions } from "../../../simulation/record";
import { deploy, type ResourceGraph } from "../../harness";
import { secretsStandOnlyWhereTheyBelong } from "../../invariants/safety";
import {
    createScope,
    dataKeyArn,
    at,
    listAt,
    only,
    policyOf,
    textAt,
    region,
    resourcesOf,
    rolePolicy,
    rotationType,
    secretType,
    statementsOf,
    versionType,
    type Surroundings,
} from "./fixture";

type Values = SystemSecretArgs["values"];

/** An entry of an ExternalSecret. */
interface Source {
    readonly secretKey: string;
    readonly remoteRef: { readonly key: string; readonly property: string };
}

function deploySecret(
    values: Values,
    surroundings: Surroundings = {},
    change: Partial<SystemSecretArgs> = {},
    options: RecordOptions = {},
): Promise<ResourceGraph> {
    return deploy(
        () => {
            const scope = createScope(surroundings);
            const { reference } = new SystemSecret("app", { scope, kubernetesName: "app-secrets", values, ...change });
            return { name: reference.name, keys: reference.keys };
        },
        { region, ...options },
    );
}

const generated: Values = { SECRET_KEY: {}, SALT: { length: 20 } };
const given = (text = "from elsewhere"): Values => ({ API_KEY: pulumi.secret(text) });

describe("a generated secret on AWS", () => {
    let graph: ResourceGraph;
    before(async () => {
        graph = await deploySecret(generated);
    });

    it("is random, of the asked length, 256 bits without one", () => {
        const lengths = graph
            .ofType("random:index/randomPassword:RandomPassword")
            .map(({ inputs }) => [inputs.length, inputs.special]);
        assert.deepEqual(lengths.sort(), [
            [20, false],
            [43, false],
        ]);
    });

    it("lies in one AWS secret, encrypted with the platform's key", () => {
        const { name, kmsKeyId } = graph.one(secretType).inputs;
        assert.equal(name, "dev/shop/app-secrets");
        assert.equal(kmsKeyId, dataKeyArn);
    });

    it("is written by Pulumi once and never again", () => {
        const version = graph.one(versionType);
        assert.deepEqual(version.ignoreChanges, ["secretString", "versionStages"]);
        assert.equal(version.inputs.secretString, maskedSecret);
    });

    it("keeps its first version for good, which a refresh would otherwise miss one day and the next deployment write again", () => {
        const { versionStages } = graph.one(versionType).inputs as { versionStages: string[] };
        assert.ok(versionStages.includes("AWSCURRENT"));
        assert.ok(versionStages.some((stage) => !stage.startsWith("AWS")));
    });

    it("is rotated every 90 days, for the first time then", () => {
        const rotation = graph.one(rotationType);
        assert.deepEqual(rotation.inputs.rotationRules, { automaticallyAfterDays: 90 });
        assert.equal(rotation.inputs.rotateImmediately, false);
        assert.match(textAt(rotation, "rotationLambdaArn"), /^arn:aws:lambda:.*:function\/dev-shop-secrets-rotation$/);
    });

    it("is rotated only once the function may touch it", () => {
        const rotation = graph.one(rotationType);
        for (const [type, name] of [
            [rolePolicy, "shop-app-rotator"],
            ["aws:lambda/permission:Permission", "shop-secret-access-rotation-permission"],
            [versionType, graph.one(versionType).name],
        ] as const) {
            assert.ok(graph.waitsFor(rotation, graph.one(type, name)), name);
        }
    });

    it("lets each role at this secret and no other", () => {
        const arn = /^arn:aws:secretsmanager:eu-central-1:\d{12}:secret:dev\/shop\/app-secrets-[a-z0-9]{6}$/;
        for (const name of ["shop-app-reader", "shop-app-rotator"]) {
            const policy = policyOf(graph, name);
            const [secret, key, ...others] = resourcesOf(policy);
            assert.match(secret ?? "", arn);
            assert.equal(key, dataKeyArn);
            assert.deepEqual(others, []);
            const condition = statementsOf(policy)[1]?.Condition?.StringEquals;
            assert.deepEqual(condition?.["kms:ViaService"], "secretsmanager.eu-central-1.amazonaws.com");
            assert.deepEqual(condition?.["kms:EncryptionContext:SecretARN"], [secret]);
        }
    });

    it("lets the reader read and nothing more", () => {
        const [read, decrypt] = statementsOf(policyOf(graph, "shop-app-reader"));
        assert.deepEqual(read?.Action, ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"]);
        assert.deepEqual(decrypt?.Action, ["kms:Decrypt"]);
    });

    it("reaches the cluster by name of the AWS secret alone", () => {
        const external = graph.object("ExternalSecret", "app-secrets");
        assert.equal(at(external, "metadata.namespace"), "shop");
        assert.equal(at(external, "spec.refreshInterval"), "5m");
        assert.deepEqual(at(external, "spec.secretStoreRef"), { kind: "SecretStore", name: "shop" });
        assert.deepEqual(
            listAt<Source>(external, "spec.data").map(({ secretKey, remoteRef }) => [secretKey, remoteRef.property]),
            [
                ["SALT", "SALT"],
                ["SECRET_KEY", "SECRET_KEY"],
            ],
        );
    });

    it("is asked for only when there is something to read, and somebody who may", () => {
        const external = graph.one("kubernetes:external-secrets.io/v1:ExternalSecret");
        for (const other of [
            graph.one(versionType),
            graph.one(rolePolicy, "shop-app-reader"),
            graph.object("SecretStore", "shop"),
            graph.object("Namespace", "shop"),
        ]) {
            assert.ok(graph.waitsFor(external, other), other.name);
        }
    });

    it("shows its value nowhere else", () => {
        assert.deepEqual(secretsStandOnlyWhereTheyBelong(graph), []);
        assert.ok(!JSON.stringify(graph.plan.outputs).includes(maskedSecret));
    });

    it("tells pods its name and its keys", () => {
        assert.deepEqual(graph.plan.outputs, { name: "app-secrets", keys: ["SALT", "SECRET_KEY"] });
    });

    it("is the same on a first preview", async () => {
        const preview = await deploySecret(generated, {}, {}, { preview: true });
        assert.deepEqual(
            preview.all.map(({ urn }) => urn),
            graph.all.map(({ urn }) => urn),
        );
    });
});

describe("values that rotation must leave alone", () => {
    const values: Values = { ...generated, ...given(), ENCRYPTION_KEY: { rotate: false } };

    it("lie with the others when they are generated, without a tag that lets them rotate", async () => {
        const graph = await deploySecret(values);
        const { name, tags } = graph.one(secretType, "shop-app-generated").inputs;
        assert.equal(name, "dev/shop/app-secrets");
        const recipes = Object.entries(tags as Record<string, string>).filter(([key]) =>
            key.startsWith("platform:value:"),
        );
        assert.deepEqual(Object.fromEntries(recipes), {
            "platform:value:SALT": "text",
            "platform:value:SECRET_KEY": "text",
        });
    });

    it("have an AWS secret of their own when they are given, which Pulumi keeps up to date", async () => {
        const graph = await deploySecret(values);
        assert.equal(graph.one(secretType, "shop-app-given").inputs.name, "dev/shop/app-secrets_given");
        assert.deepEqual(graph.one(versionType, "shop-app-given-value").ignoreChanges, []);
    });

    it("arrive in the same Kubernetes Secret", async () => {
        const graph = await deploySecret(values);
        const sources = Object.fromEntries(
            listAt<Source>(only(graph, "ExternalSecret"), "spec.data").map(({ secretKey, remoteRef }) => [
                secretKey,
                remoteRef.key.includes("_given"),
            ]),
        );
        assert.deepEqual(sources, { API_KEY: true, ENCRYPTION_KEY: false, SALT: false, SECRET_KEY: false });
    });

    it("may be read but not rotated where they are given", async () => {
        const graph = await deploySecret(values);
        assert.equal(resourcesOf(policyOf(graph, "shop-app-reader")).length, 3);
        const rotated = resourcesOf(policyOf(graph, "shop-app-rotator"));
        assert.ok(!rotated.join().includes("_given"));
    });

    for (const [what, only, name] of [
        ["given", given(), "dev/shop/app-secrets_given"],
        ["generated and kept", { ENCRYPTION_KEY: { rotate: false } }, "dev/shop/app-secrets"],
    ] as const) {
        it(`need no rotation where everything is ${what}`, async () => {
            const graph = await deploySecret(only);
            assert.deepEqual(graph.ofType(rotationType), []);
            assert.equal(graph.one(secretType).inputs.name, name);
        });
    }
});

describe("a changed set of generated keys", () => {
    const keepersOf = (graph: ResourceGraph): unknown[] =>
        graph.ofType("random:index/randomPassword:RandomPassword").map(({ inputs }) => inputs.keepers);

    it("makes a new version with new values for all that rotate", async () => {
        const before = await deploySecret(generated);
        const after = await deploySecret({ ...generated, MORE: { rotate: false } });
        assert.notEqual(before.one(versionType).urn, after.one(versionType).urn);
        const changed = keepersOf(after).filter((each) => each !== undefined);
        assert.equal(changed.length, 2);
        assert.notDeepEqual(keepersOf(before)[0], changed[0]);
        assert.equal(before.one(secretType).urn, after.one(secretType).urn);
    });

    it("is not seen in a change of what is given", async () => {
        const before = await deploySecret(generated);
        const after = await deploySecret({ ...generated, ...given() });
        const version = before.one(versionType);
        assert.equal(after.one(versionType, version.name).urn, version.urn);
        assert.deepEqual(keepersOf(after), keepersOf(before));
    });
});

describe("a key of 256 bits as base64", () => {
    const values: Values = { SECRET_KEY: { kind: "base64-256" } };

    it("starts as 32 random bytes and rotates to others", async () => {
        const graph = await deploySecret(values);
        const bytes = graph.one("random:index/randomBytes:RandomBytes", "shop-app-SECRET_KEY");
        assert.equal(bytes.inputs.length, 32);
        assert.equal(at(graph.one(secretType), "tags.platform:value:SECRET_KEY"), "base64-256");
        assert.equal(graph.one(versionType).inputs.secretString, maskedSecret);
    });

    it("lies in a plain Secret without AWS", async () => {
        const graph = await deploySecret(values, { aws: false });
        assert.deepEqual(graph.object("Secret", "app-secrets").inputs.stringData, { SECRET_KEY: maskedSecret });
    });
});

describe("a path in AWS that was asked for", () => {
    it("is the secret's name in the environment's own stack", async () => {
        const graph = await deploySecret({ ...generated, ...given() }, {}, { awsName: "dev/backend/flask-app" });
        assert.deepEqual(
            graph.ofType(secretType).map(({ inputs }) => inputs.name),
            ["dev/backend/flask-app", "dev/backend/flask-app_given"],
        );
        assert.equal(graph.object("ExternalSecret", "app-secrets").inputs.kind, "ExternalSecret");
    });

    it("has the stack in it elsewhere", async () => {
        const graph = await deploySecret(generated, { stack: "clinic" }, { awsName: "dev/backend/flask-app" });
        assert.equal(graph.one(secretType).inputs.name, "dev/clinic/backend/flask-app");
    });
});

describe("an AWS secret", () => {
    it("has the stack in its name where the environment does not say enough", async () => {
        const graph = await deploySecret(generated, { stack: "shop-dev" });
        assert.equal(graph.one(secretType).inputs.name, "dev/shop-dev/shop/app-secrets");
    });

    for (const [protect, days] of [
        [false, 0],
        [true, 30],
    ] as const) {
        it(`can be recovered for ${days} days where data is ${protect ? "" : "not "}protected`, async () => {
            const graph = await deploySecret(generated, { protect });
            assert.equal(graph.one(secretType).inputs.recoveryWindowInDays, days);
        });
    }
});

describe("a secret without AWS", () => {
    it("is a plain Kubernetes Secret with the same keys", async () => {
        const graph = await deploySecret({ ...generated, ...given() }, { aws: false });
        assert.deepEqual(graph.object("Secret", "app-secrets").inputs.stringData, {
            API_KEY: maskedSecret,
            SALT: maskedSecret,
            SECRET_KEY: maskedSecret,
        });
        assert.deepEqual(secretsStandOnlyWhereTheyBelong(graph), []);
        assert.deepEqual(
            graph.all.filter(({ type }) => type.startsWith("aws:")),
            [],
        );
    });
});

describe("an impossible secret", () => {
    const cases: [string, Values, Partial<SystemSecretArgs>, RegExp][] = [
        [
            "rotated too rarely",
            generated,
            { rotationDays: 91 },
            /rotationDays must be a whole number from 1 to 90, but is 91/,
        ],
        ["rotated never", generated, { rotationDays: 0 }, /rotationDays must be a whole number from 1 to 90, but is 0/],
        ["rotated after half a day", generated, { rotationDays: 0.5 }, /rotationDays must be .* but is 0.5/],
        [
            "too short to be one",
            { A: { length: 15 } },
            {},
            /values.A.length must be a whole number from 16 to 1024, but is 15/,
        ],
        ["with a key that is none", { "A/B": {} }, {}, /values.A\/B must be a key of letters/],
        [
            "with the path of another environment",
            generated,
            { awsName: "prod/backend/app" },
            /awsName must be three segments of lower-case letters, .* such as dev\/backend\/app, but is "prod\/backend\/app"/,
        ],
        ["without keys", {}, {}, /values must have at least one key, but is \{\}/],
        [
            "whose token does not rotate",
            given(),
            { authTokenOf: { key: "API_KEY", initial: "x", replicationGroupId: "g", replicationGroupArn: "a" } },
            /authTokenOf.key must be a generated value that rotates, but is "API_KEY"/,
        ],
    ];
    for (const [what, values, change, message] of cases) {
        it(`is refused: one ${what}`, () => assert.rejects(deploySecret(values, {}, change), message));
    }
});
