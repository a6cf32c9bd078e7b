import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import type { SystemScope } from "../../../components/context";
import { ImportedSecret } from "../../../components/secrets/importedSecret";
import { SystemSecret, type SystemSecretArgs } from "../../../components/secrets/systemSecret";
import { maskedSecret, type RecordOptions } from "../../../simulation/record";
import { deploy, type ResourceGraph } from "../../harness";
import { secretsStandOnlyWhereTheyBelong } from "../../invariants/safety";
import {
    at,
    createScope,
    listAt,
    policyOf,
    region,
    resourcesOf,
    rolePolicy,
    secretType,
    type Surroundings,
} from "./fixture";

const databaseArn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:rds!db-1-abcdef";

/** A system whose service reads everything from one Secret: two passwords of stores and two values of its own. */
function deployCombined(
    surroundings: Surroundings = {},
    change: Partial<SystemSecretArgs> = {},
    options: RecordOptions = {},
): Promise<ResourceGraph> {
    return deploy(
        () => {
            const scope = createScope(surroundings);
            const { reference } = new SystemSecret("microservices", {
                scope,
                kubernetesName: "microservices-secrets",
                values: { ENCRYPTION_KEY: { rotate: false }, INTERNAL_API_KEY: {} },
                imports: {
                    POSTGRES_USER_PASSWORD: { from: databasePassword(scope), key: "password" },
                    REDIS_PASSWORD: { from: cachePassword(scope), key: "password" },
                },
                ...change,
            });
            return { keys: reference.keys };
        },
        { region, ...options },
    );
}

function cachePassword(scope: SystemScope): SystemSecret["reference"] {
    const values = { password: {} };
    return new SystemSecret("redis", { scope, kubernetesName: "redis-credentials", values }).reference;
}

/** As RDS makes one, where there is RDS. */
function databasePassword(scope: SystemScope): SystemSecret["reference"] {
    const kubernetesName = "postgres-credentials";
    return scope.platform.aws === undefined
        ? new SystemSecret("postgres", { scope, kubernetesName, values: { password: {} } }).reference
        : new ImportedSecret("postgres", {
              scope,
              kubernetesName,
              secretArn: pulumi.output(databaseArn),
              properties: { password: "password", username: "username" },
          }).reference;
}

const keys = ["ENCRYPTION_KEY", "INTERNAL_API_KEY", "POSTGRES_USER_PASSWORD", "REDIS_PASSWORD"];

describe("a Secret with keys from several AWS secrets", () => {
    let graph: ResourceGraph;
    before(async () => {
        graph = await deployCombined();
    });

    it("copies each key from where it is kept", () => {
        const external = graph.object("ExternalSecret", "microservices-secrets");
        const data = listAt<{ secretKey: string; remoteRef: { key: string; property: string } }>(external, "spec.data");
        const sources = Object.fromEntries(
            data.map(({ secretKey, remoteRef: { key, property } }) => [
                secretKey,
                [key.replace(/-[a-z0-9]{6}$/, ""), property],
            ]),
        );
        const prefix = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:";
        assert.deepEqual(sources, {
            POSTGRES_USER_PASSWORD: [`${prefix}rds!db-1`, "password"],
            REDIS_PASSWORD: [`${prefix}dev/shop/redis-credentials`, "password"],
            ENCRYPTION_KEY: [`${prefix}dev/shop/microservices-secrets`, "ENCRYPTION_KEY"],
            INTERNAL_API_KEY: [`${prefix}dev/shop/microservices-secrets`, "INTERNAL_API_KEY"],
        });
        assert.deepEqual(graph.plan.outputs, { keys });
    });

    it("follows a password that its owner changes within a minute", () => {
        assert.equal(at(graph.object("ExternalSecret", "microservices-secrets"), "spec.refreshInterval"), "1m");
        assert.equal(at(graph.object("ExternalSecret", "redis-credentials"), "spec.refreshInterval"), "5m");
    });

    it("waits for the Secrets that it repeats, by whose grants it is read", () => {
        const external = graph.object("ExternalSecret", "microservices-secrets");
        for (const name of ["shop-postgres-reader", "shop-redis-reader", "shop-microservices-reader"]) {
            assert.ok(graph.waitsFor(external, graph.one(rolePolicy, name)), name);
        }
        assert.equal(resourcesOf(policyOf(graph, "shop-microservices-reader")).length, 2);
    });

    it("keeps no copy in AWS, so that a password has one owner", () => {
        const names = graph.ofType(secretType).map(({ inputs }) => inputs.name);
        assert.deepEqual(names, ["dev/shop/microservices-secrets", "dev/shop/redis-credentials"]);
    });

    it("needs neither an AWS secret nor a grant when all of it is repeated", async () => {
        const all = await deployCombined({}, { values: {} });
        assert.deepEqual(
            all.ofType(secretType).map(({ inputs }) => inputs.name),
            ["dev/shop/redis-credentials"],
        );
        assert.ok(!all.ofType(rolePolicy).some(({ name }) => name === "shop-microservices-reader"));
    });

    it("is the same on a first preview", async () => {
        const preview = await deployCombined({}, {}, { preview: true });
        assert.deepEqual(
            preview.all.map(({ urn }) => urn),
            graph.all.map(({ urn }) => urn),
        );
    });

    it("has the same keys without AWS", async () => {
        const local = await deployCombined({ aws: false });
        assert.deepEqual(
            local.object("Secret", "microservices-secrets").inputs.stringData,
            Object.fromEntries(keys.map((key) => [key, maskedSecret])),
        );
        assert.deepEqual(secretsStandOnlyWhereTheyBelong(local), []);
    });

    const impossible: [string, Partial<SystemSecretArgs>, RegExp][] = [
        [
            "a key that the other has not",
            { imports: { A: { from: { name: "redis", keys: [], sources: {}, dependsOn: [] }, key: "token" } } },
            /imports.A.key must be one of the keys that can be repeated from redis \(none\), but is "token"/,
        ],
        [
            "a value that AWS does not keep",
            {
                imports: {
                    A: {
                        from: {
                            name: "redis",
                            keys: ["a"],
                            sources: { a: { kind: "value", value: "x" } },
                            dependsOn: [],
                        },
                        key: "a",
                    },
                },
            },
            /a of redis is not in AWS, so it cannot be imported/,
        ],
        [
            "a key that is there already",
            {
                imports: {
                    INTERNAL_API_KEY: {
                        from: {
                            name: "redis",
                            keys: ["a"],
                            sources: { a: { kind: "value", value: "x" } },
                            dependsOn: [],
                        },
                        key: "a",
                    },
                },
            },
            /values.INTERNAL_API_KEY must be there once/,
        ],
    ];
    for (const [what, change, message] of impossible) {
        it(`refuses to repeat ${what}`, () => assert.rejects(deployCombined({}, change), message));
    }
});
