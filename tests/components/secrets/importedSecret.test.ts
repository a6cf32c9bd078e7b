import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { ImportedSecret, type ImportedSecretArgs } from "../../../components/secrets/importedSecret";
import type { RecordOptions } from "../../../simulation/record";
import { deploy, type ResourceGraph } from "../../harness";
import {
    createScope,
    dataKeyArn,
    at,
    only,
    policyOf,
    region,
    resourcesOf,
    secretType,
    statementsOf,
    type Surroundings,
} from "./fixture";

const secretArn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:rds!db-1-abcdef";

function deployImport(
    change: Partial<ImportedSecretArgs> = {},
    surroundings: Surroundings = {},
    options: RecordOptions = {},
): Promise<ResourceGraph> {
    return deploy(
        () => {
            const { reference } = new ImportedSecret("postgres-credentials", {
                scope: createScope(surroundings),
                kubernetesName: "postgres-credentials",
                secretArn: pulumi.output(secretArn),
                keyArn: dataKeyArn,
                properties: { DATABASE_PASSWORD: "password", DATABASE_USER: "username" },
                ...change,
            });
            return { name: reference.name, keys: reference.keys };
        },
        { region, ...options },
    );
}

describe("an imported secret", () => {
    it("may be read by its exact ARN", async () => {
        const policy = policyOf(await deployImport(), "shop-postgres-credentials-reader");
        assert.deepEqual(resourcesOf(policy), [secretArn, dataKeyArn]);
        assert.deepEqual(statementsOf(policy)[1]?.Condition?.StringEquals, {
            "kms:ViaService": "secretsmanager.eu-central-1.amazonaws.com",
            "kms:EncryptionContext:SecretARN": [secretArn],
        });
    });

    it("needs no permission on the key that AWS manages", async () => {
        const graph = await deploy(
            () => {
                const scope = createScope();
                new ImportedSecret("x", { scope, kubernetesName: "x", secretArn, properties: { A: "a" } });
            },
            { region },
        );
        assert.deepEqual(resourcesOf(policyOf(graph, "shop-x-reader")), [secretArn]);
    });

    it("renames the members of the JSON object", async () => {
        const graph = await deployImport();
        const external = graph.object("ExternalSecret", "postgres-credentials");
        assert.equal(at(external, "metadata.namespace"), "shop");
        assert.deepEqual(at(external, "spec.data"), [
            { secretKey: "DATABASE_PASSWORD", remoteRef: { key: secretArn, property: "password" } },
            { secretKey: "DATABASE_USER", remoteRef: { key: secretArn, property: "username" } },
        ]);
        assert.deepEqual(graph.plan.outputs, {
            name: "postgres-credentials",
            keys: ["DATABASE_PASSWORD", "DATABASE_USER"],
        });
    });

    it("is looked at every minute, because its owner changes it on the server at once", async () => {
        assert.equal(at(only(await deployImport(), "ExternalSecret"), "spec.refreshInterval"), "1m");
    });

    it("is made by somebody else", async () => {
        assert.deepEqual((await deployImport()).ofType(secretType), []);
    });

    it("is the same on a first preview, whoever makes it", async () => {
        const urns = (graph: ResourceGraph): string[] => graph.all.map(({ urn }) => urn);
        const preview = await deployImport({}, {}, { preview: true });
        assert.deepEqual(urns(preview), urns(await deployImport()));
    });

    it("is refused where AWS secrets cannot be read", () =>
        assert.rejects(
            deployImport({}, { aws: false }),
            /can be imported only by a system with access to AWS secrets/,
        ));

    it("is refused without keys", () =>
        assert.rejects(deployImport({ properties: {} }), /properties must have at least one key, but is \{\}/));
});
