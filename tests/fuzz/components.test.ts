import assert from "node:assert/strict";
import { inspect } from "node:util";
import fc from "fast-check";
import { GuardDuty } from "../../components/audit/guardDuty";
import { Trail } from "../../components/audit/trail";
import { BackupBucket } from "../../components/backup/backupBucket";
import { Budget } from "../../components/budget/budget";
import { Certificate } from "../../components/edge/certificate";
import { WebAcl } from "../../components/edge/webAcl";
import { EncryptionKeys } from "../../components/encryption/encryption";
import { Network } from "../../components/network/network";
import { ImageRepository } from "../../components/registry/repository";
import { deploy } from "../harness";
import { spoiled } from "./nonsense";
import { count, reportTried, runs } from "./runs";

type Constructor = new (name: string, args: never) => unknown;

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

/** What a constructor says, and how many resources it had registered by then. */
async function made(component: Constructor, args: unknown): Promise<{ said?: unknown; registered: number }> {
    let said: unknown;
    const { all } = await deploy(
        () => {
            try {
                new component("subject", args as never);
            } catch (error) {
                said = error;
            }
        },
        { region },
    );
    return { said, registered: all.filter(({ type }) => type !== "pulumi:pulumi:Stack").length };
}

describe("nonsense in the arguments of a component", () => {
    after(reportTried);

    for (const [component, right] of components) {
        it(`is no excuse for ${component.name} to refuse what is right`, async () => {
            const { said, registered } = await made(component, right);
            assert.equal(said, undefined);
            assert.ok(registered > 1);
        });

        it(`is answered by ${component.name} with what is wrong, or taken; nothing is half there`, async () => {
            await fc.assert(
                fc.asyncProperty(spoiled(right), async (args) => {
                    count();
                    const { said, registered } = await made(component, args);
                    if (said !== undefined) {
                        assert.ok(said instanceof Error && said.constructor === Error, inspect(said));
                        assert.match(
                            said.message,
                            new RegExp(`^(subject: )?(${[...Object.keys(right), "args"].join("|")})\\b`),
                        );
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
            "a limit below AWS's",
            WebAcl,
            { requestsPerFiveMinutes: 1 },
            /requestsPerFiveMinutes is 1: must be at least 10/,
        ],
    ];
    for (const [what, component, change, report] of wrong) {
        it(`names the property, the value and what is allowed: ${what}`, async () => {
            const right = components.find(([each]) => each === component)?.[1];
            const { said } = await made(component, { ...right, ...change });
            assert.ok(said instanceof Error);
            assert.match(said.message, report);
        });
    }
});
