import assert from "node:assert/strict";
import { createPrivateKey, createPublicKey, sign, verify } from "node:crypto";
import { runInThisContext } from "node:vm";
import type * as pulumi from "@pulumi/pulumi";
import { SystemSecret, type SystemSecretArgs } from "../../../components/secrets/systemSecret";
import { maskedSecret, type RecordOptions } from "../../../simulation/record";
import { deploy, type ResourceGraph } from "../../harness";
import { secretsStandOnlyWhereTheyBelong } from "../../invariants/safety";
import {
    at,
    createScope,
    listAt,
    only,
    region,
    rotationType,
    secretType,
    textAt,
    versionType,
    type Surroundings,
} from "./fixture";

const pair = { JWT_PRIVATE_KEY: { kind: "rsa-4096", publicKey: "JWT_PUBLIC_KEY" } } as const;
const keys = ["JWT_PRIVATE_KEY", "JWT_PUBLIC_KEY", "JWT_PUBLIC_KEY_PREVIOUS"];
const localPair = "pulumi-nodejs:dynamic/platform:KeyPair";

function deployPair(
    surroundings: Surroundings = {},
    values: SystemSecretArgs["values"] = pair,
    options: RecordOptions = {},
): Promise<ResourceGraph> {
    return deploy(
        () => {
            const scope = createScope(surroundings);
            const { reference } = new SystemSecret("jwt", { scope, kubernetesName: "flask-app-jwt-keys", values });
            return { keys: reference.keys };
        },
        { region, ...options },
    );
}

describe("a key pair on AWS", () => {
    let graph: ResourceGraph;
    before(async () => {
        graph = await deployPair();
    });

    it("is described by a tag, and made by nobody but the rotation function", () => {
        assert.equal(at(graph.one(secretType), "tags.platform:value:JWT_PRIVATE_KEY"), "rsa-4096:JWT_PUBLIC_KEY");
        const makers = graph.all.filter(({ type }) => /^random:|^tls:|dynamic/.test(type));
        assert.deepEqual(makers, []);
    });

    it("is made at once, when the function may", () => {
        const rotation = graph.one(rotationType);
        assert.equal(rotation.inputs.rotateImmediately, true);
        assert.ok(graph.waitsFor(rotation, graph.one(versionType)));
        assert.ok(graph.waitsFor(rotation, graph.one("aws:iam/rolePolicy:RolePolicy", "shop-jwt-rotator")));
    });

    it("reaches the cluster with the public key before it, once all three are there", () => {
        const external = only(graph, "ExternalSecret");
        const data = listAt<{ secretKey: string; remoteRef: { property: string } }>(external, "spec.data");
        assert.deepEqual(
            data.map(({ secretKey, remoteRef }) => [secretKey, remoteRef.property]),
            keys.map((key) => [key, key]),
        );
        assert.ok(graph.waitsFor(external, graph.one(rotationType)));
        assert.deepEqual(at(external, "metadata.annotations"), { "pulumi.com/waitFor": "condition=Ready" });
        assert.deepEqual(graph.plan.outputs, { keys });
    });

    it("is made again with whatever else a changed set of values makes anew, without switching rotation off", async () => {
        const before = graph.one(rotationType);
        const after = (await deployPair({}, { ...pair, ISSUER_KEY: {} })).one(rotationType);
        assert.notEqual(before.urn, after.urn);
        assert.ok(before.retainOnDelete && after.retainOnDelete);
    });

    it("is the same on a first preview", async () => {
        const preview = await deployPair({}, pair, { preview: true });
        assert.deepEqual(
            preview.all.map(({ urn }) => urn),
            graph.all.map(({ urn }) => urn),
        );
    });
});

describe("a key pair without AWS", () => {
    let graph: ResourceGraph;
    before(async function () {
        // Serialising the provider loads the TypeScript compiler.
        this.timeout(10_000);
        graph = await deployPair({ aws: false });
    });

    it("lies in a plain Secret with the same keys", () => {
        assert.deepEqual(
            graph.object("Secret", "flask-app-jwt-keys").inputs.stringData,
            Object.fromEntries(keys.map((key) => [key, maskedSecret])),
        );
        assert.deepEqual(secretsStandOnlyWhereTheyBelong(graph), []);
    });

    it("takes no provider beyond Kubernetes and the program itself", () => {
        const providers = new Set(graph.all.filter(({ custom }) => custom).map(({ type }) => type.split(":")[0]));
        assert.deepEqual([...providers].sort(), ["kubernetes", "pulumi", "pulumi-nodejs"]);
    });

    it("is the same on a first preview", async () => {
        const preview = await deployPair({ aws: false }, pair, { preview: true });
        assert.deepEqual(
            preview.all.map(({ urn }) => urn),
            graph.all.map(({ urn }) => urn),
        );
    });

    /** The provider as Pulumi runs it: from its source in the state, in another process. */
    function provider(): pulumi.dynamic.ResourceProvider {
        const module = { exports: {} as { handler: () => pulumi.dynamic.ResourceProvider } };
        const source = `(function (exports, require) { ${textAt(graph.one(localPair), "__provider")} })`;
        const load = runInThisContext(source) as (exports: object, from: NodeJS.Require) => void;
        load(module.exports, require);
        return module.exports.handler();
    }

    it("is made from what the state keeps of its provider", async function () {
        this.timeout(60_000);
        const { id, outs } = (await provider().create({})) as { id: string; outs: unknown };
        const { privateKey, publicKey } = outs as { privateKey: string; publicKey: string };
        assert.match(id, /^[0-9a-f]{64}$/);
        assert.match(privateKey, /^-----BEGIN PRIVATE KEY-----/);
        assert.equal(createPrivateKey(privateKey).asymmetricKeyDetails?.modulusLength, 4096);
        const signature = sign("sha256", Buffer.from("token"), privateKey);
        assert.ok(verify("sha256", Buffer.from("token"), createPublicKey(publicKey), signature));
    });

    it("stays when its provider's source changes", async () => {
        assert.deepEqual(await provider().diff?.("id", {}, { __provider: "other" }), { changes: false });
    });
});
