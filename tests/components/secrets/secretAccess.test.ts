import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import path from "node:path";
import { SecretAccess } from "../../../components/secrets/secretAccess";
import type { RecordOptions } from "../../../simulation/record";
import { deploy, type ResourceGraph } from "../../harness";
import {
    allAddons,
    createPlatform,
    createScope,
    at,
    logsKeyArn,
    policyOf,
    textAt,
    operatorRoleArn,
    region,
    resourcesOf,
    rolePolicy,
    statementsOf,
    type Surroundings,
} from "./fixture";

const roleType = "aws:iam/role:Role";
const functionType = "aws:lambda/function:Function";

function deployAccess(surroundings: Surroundings = {}, options: RecordOptions = {}): Promise<ResourceGraph> {
    return deploy(() => void createScope(surroundings), { region, ...options });
}

describe("access to the secrets of a system", () => {
    let graph: ResourceGraph;
    before(async () => {
        graph = await deployAccess();
    });

    it("is read by a role that the operator alone may take on", () => {
        const role = graph.one(roleType, "shop-secret-access-reader");
        assert.equal(role.inputs.name, "dev-shop-secrets-reader");
        assert.deepEqual(statementsOf(textAt(role, "assumeRolePolicy")), [
            { Effect: "Allow", Principal: { AWS: operatorRoleArn }, Action: ["sts:AssumeRole", "sts:TagSession"] },
        ]);
    });

    it("is nothing until a secret grants it", () => {
        const policies = graph.ofType(rolePolicy).map(({ name }) => name);
        assert.deepEqual(policies, ["shop-secret-access-rotation-logging"]);
    });

    it("has a store in the namespace that names the role", () => {
        const store = graph.object("SecretStore", "shop");
        assert.equal(at(store, "metadata.namespace"), "shop");
        assert.deepEqual(at(store, "spec.provider.aws"), {
            service: "SecretsManager",
            region,
            role: "arn:aws:iam::123456789012:role/dev-shop-secrets-reader",
        });
        assert.ok(graph.waitsFor(store, graph.object("Namespace", "shop")));
    });

    it("has a rotation function of the program's own code", () => {
        const rotation = graph.one(functionType).inputs;
        assert.equal(rotation.runtime, "nodejs24.x");
        assert.deepEqual(rotation.architectures, ["arm64"]);
        assert.equal(rotation.handler, "index.handler");
        assert.match(JSON.stringify(rotation.code), /components\/secrets\/rotation\/index\.js/);
        assert.ok(existsSync(path.resolve(__dirname, "../../../components/secrets/rotation/index.js")));
    });

    it("lets the function write to its own log and nothing else", () => {
        const logs = graph.one("aws:cloudwatch/logGroup:LogGroup").inputs;
        assert.equal(logs.name, "/aws/lambda/dev-shop-secrets-rotation");
        assert.equal(logs.kmsKeyId, logsKeyArn);
        assert.equal(logs.retentionInDays, 30);
        assert.deepEqual(resourcesOf(policyOf(graph, "shop-secret-access-rotation-logging")), [
            "arn:aws:logs:eu-central-1:123456789012:log-group:/aws/lambda/dev-shop-secrets-rotation:*",
        ]);
    });

    it("lets Secrets Manager call the function, for this account", () => {
        const permission = graph.one("aws:lambda/permission:Permission").inputs;
        assert.equal(permission.principal, "secretsmanager.amazonaws.com");
        assert.equal(permission.sourceAccount, "123456789012");
        assert.equal(permission.action, "lambda:InvokeFunction");
    });

    it("is the same on a first preview", async () => {
        const preview = await deployAccess({}, { preview: true });
        assert.deepEqual(
            preview.all.map(({ urn }) => urn),
            graph.all.map(({ urn }) => urn),
        );
    });
});

describe("the reader role", () => {
    for (const [stack, system] of [
        ["a-stack-with-a-very-long-name-for-one-team", "employee-management"],
        ["Team_Shop.EU-1", "shop"],
        ["dev", "shop"],
    ] as const) {
        it(`ends in -secrets-reader and fits for ${system} in ${stack}`, async () => {
            const graph = await deployAccess({ stack, system });
            const name = textAt(graph.one(roleType, `${system}-secret-access-reader`), "name");
            assert.match(name, /-secrets-reader$/);
            assert.ok(name.length <= 64, name);
        });
    }
});

describe("access to secrets where there can be none", () => {
    const access = (surroundings: Surroundings): Promise<ResourceGraph> =>
        deploy(() => {
            const platform = createPlatform(surroundings);
            const tags = { stack: "dev", environment: "dev", extraTags: {} };
            new SecretAccess("access", { tags, system: "shop", namespace: "shop", platform, dependsOn: [] });
        });

    it("is refused without AWS", () => assert.rejects(access({ aws: false }), /platform.aws must be set/));
    it("is refused without the operator", () =>
        assert.rejects(
            access({ addons: allAddons.filter((addon) => addon !== "externalSecrets") }),
            /addons.externalSecrets must be true, but is false/,
        ));
});
