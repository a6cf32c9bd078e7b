import assert from "node:assert/strict";
import { inspect } from "node:util";
import fc from "fast-check";
import { ApiService } from "../../components/apiService/apiService";
import { GuardDuty } from "../../components/audit/guardDuty";
import { Trail } from "../../components/audit/trail";
import { BackupBucket } from "../../components/backup/backupBucket";
import { Budget } from "../../components/budget/budget";
import { Cache } from "../../components/cache/cache";
import { Database } from "../../components/database/database";
import { Cdn } from "../../components/edge/cdn";
import { Certificate } from "../../components/edge/certificate";
import { WebAcl } from "../../components/edge/webAcl";
import { EncryptionKeys } from "../../components/encryption/encryption";
import { Network } from "../../components/network/network";
import { ImageRepository } from "../../components/registry/repository";
import { ImportedSecret } from "../../components/secrets/importedSecret";
import { RegistryCredentials } from "../../components/secrets/registryCredentials";
import { SystemSecret } from "../../components/secrets/systemSecret";
import { platformConfig } from "../../config/schema";
import { createScope } from "../components/database/fixture";
import { deploy } from "../harness";
import { spoiled } from "./nonsense";
import { count, reportTried, runs } from "./runs";

type Constructor = new (name: string, args: never) => unknown;

const { data } = platformConfig.parse({ environment: "dev" });

const tags = { stack: "dev", environment: "dev", extraTags: { team: "platform" } };
const keyArn = "arn:aws:kms:us-east-1:123456789012:key/data";
const region = "us-east-1";
const accountId = "123456789012";

/** Components that are made with plain values, and arguments that are right. */
const components: readonly (readonly [Constructor, Readonly<Record<string, unknown>>])[] = [
    [
        Network,
        {
            tags,
            region,
            cidr: "10.0.0.0/16",
            availabilityZones: ["a", "b"],
            nat: "single",
            interfaceEndpoints: ["sts"],
            flowLogRetentionDays: 30,
            clusterName: "platform-dev",
            logsKeyArn: keyArn,
        },
    ],
    [EncryptionKeys, { tags, stack: "dev", accountId, region, protect: false, trailName: "platform-dev" }],
    [BackupBucket, { tags, bucketName: "shop-dev-backups", keyArn, retentionDays: 30, protect: false }],
    [
        Trail,
        {
            tags,
            accountId,
            region,
            trailName: "platform-dev",
            bucketName: "platform-dev-trail",
            keyArn,
            retentionDays: 365,
            protect: false,
        },
    ],
    [
        GuardDuty,
        { tags, detector: "own", agent: { version: "v1.12.1-eksbuild.2", clusterName: "platform-dev", dependsOn: [] } },
    ],
    [
        Budget,
        {
            tags,
            config: { monthlyDollars: 300, emails: ["team@example.com"], alertPercent: [80], activateTags: true },
        },
    ],
    [WebAcl, { tags, scope: "REGIONAL", requestsPerFiveMinutes: 2000, logs: { retentionDays: 30, keyArn } }],
    [Certificate, { tags, hosts: ["api.example.com"], hostedZoneId: "Z0123456789ABCDEFGHIJ", region }],
    [ImageRepository, { tags, repositoryName: "shop/api", keyArn, protect: false, mutableTags: ["latest"] }],
];

/** Components of a system, whose surroundings are right: only what is said about them is spoiled. */
const ofSystems: readonly (readonly [Constructor, Readonly<Record<string, unknown>>])[] = [
    ...(["managed", "in-cluster"] as const).flatMap((placement) => [
        [
            Database,
            {
                placement,
                sizing: data.database,
                protect: false,
                backups: data.backups,
                engine: "postgres",
                version: "16",
                databaseName: "shop",
                username: "shop",
                storageGiB: 20,
            },
        ] as const,
        [
            Cache,
            {
                placement,
                sizing: data.cache,
                protect: false,
                backups: data.backups,
                engine: "redis",
                version: "7",
                memoryMiB: 256,
            },
        ] as const,
    ]),
    [
        ApiService,
        {
            image: "ghcr.io/your-org/api",
            version: "1.0.0",
            port: 8000,
            replicas: { min: 2, max: 4, cpuPercent: 70 },
            env: { LOG_FORMAT: "json" },
            callers: ["web"],
            calls: [{ name: "other", port: 80 }],
            edge: { kind: "alb", host: "api.example.com" },
        },
    ],
    [SystemSecret, { kubernetesName: "app-secrets", values: { KEY: { length: 32 }, GIVEN: "text" }, rotationDays: 30 }],
    [
        ImportedSecret,
        {
            kubernetesName: "postgres",
            secretArn: "arn:aws:secretsmanager:us-east-1:123456789012:secret:rds-1",
            keyArn,
            properties: { password: "password" },
        },
    ],
    [RegistryCredentials, { kubernetesName: "pull", registry: "ghcr.io", username: "bot", password: "token" }],
    [
        Cdn,
        {
            tags,
            host: "www.example.com",
            originHost: "edge.example.com",
            hostedZoneId: "Z0123456789ABCDEFGHIJ",
            staticPaths: ["/static/*"],
        },
    ],
];

/** Properties that the right arguments leave out, which others may complain of. */
const otherProperties = ["args", "maxStorageGiB", "resources"];

/** What a constructor says, and how many resources it had registered by then. */
async function made(
    component: Constructor,
    args: unknown,
    inSystem = false,
): Promise<{ said?: unknown; registered: number }> {
    let said: unknown;
    const { all } = await deploy(
        () => {
            // Whoever gives something else than a mapping gives no surroundings either.
            const given = inSystem && isMapping(args) ? { ...args, scope: createScope() } : args;
            try {
                new component("subject", given as never);
            } catch (error) {
                said = error;
            }
        },
        { region },
    );
    return { said, registered: all.filter(({ name }) => name.includes("subject")).length };
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
    return value !== null && typeof value === "object" && !Array.isArray(value);
}

describe("nonsense in the arguments of a component", () => {
    after(reportTried);

    const all = [
        ...components.map((each) => ({ each, inSystem: false })),
        ...ofSystems.map((each) => ({ each, inSystem: true })),
    ];
    for (const {
        each: [component, right],
        inSystem,
    } of all) {
        const name = typeof right.placement === "string" ? `${right.placement} ${component.name}` : component.name;
        const properties = new RegExp(`\\b(${[...Object.keys(right), ...otherProperties].join("|")})\\b`);

        it(`is no excuse for ${name} to refuse what is right`, async () => {
            const { said, registered } = await made(component, right, inSystem);
            assert.equal(said, undefined);
            assert.ok(registered > 1);
        });

        it(`is answered by ${name} with what is wrong, or taken; nothing is half there`, async () => {
            await fc.assert(
                fc.asyncProperty(spoiled(right), async (args) => {
                    count();
                    const { said, registered } = await made(component, args, inSystem);
                    if (said !== undefined) {
                        assert.ok(said instanceof Error && said.constructor === Error, inspect(said));
                        assert.match(said.message, properties);
                        assert.equal(registered, 0, said.message);
                    }
                }),
                { numRuns: runs(60) },
            );
        });
    }

    const wrong: readonly [string, Constructor, Readonly<Record<string, unknown>>, RegExp][] = [
        ["a number as a range", Network, { cidr: 7 }, /^subject: cidr is 7: must be a string$/],
        [
            "an unknown way out",
            Network,
            { nat: "two" },
            /^subject: nat is "two": must be one of none, instance, single, per-az$/,
        ],
        [
            "two mistakes",
            BackupBucket,
            { bucketName: null, protect: "yes" },
            /bucketName is null: must be a string; protect is "yes": must be true or false/,
        ],
        [
            "a missing key",
            Trail,
            { keyArn: undefined },
            /^subject: keyArn: required: must be a text, or an output of one$/,
        ],
        [
            "an edge that there is not",
            ApiService,
            { edge: { kind: "clb" } },
            /edge\.kind .*must be one of alb, gateway, nlb/,
        ],
        [
            "a strategy that is misspelt, and would have been taken for a rolling update",
            ApiService,
            { strategy: { kind: "blue-gren" } },
            /strategy\.kind .*must be one of rolling, blue-green/,
        ],
        [
            "a limit below AWS's",
            WebAcl,
            { requestsPerFiveMinutes: 1 },
            /requestsPerFiveMinutes is 1: must be at least 10/,
        ],
    ];
    for (const [what, component, change, report] of wrong) {
        it(`names the property, the value and what is allowed: ${what}`, async () => {
            const { each, inSystem } = all.find(({ each: [candidate] }) => candidate === component) ?? {};
            const { said } = await made(component, { ...each?.[1], ...change }, inSystem);
            assert.ok(said instanceof Error);
            assert.match(said.message, report);
        });
    }
});
