import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import * as k8s from "@pulumi/kubernetes";
import { RotationCheck } from "../../../components/secrets/rotationCheck";
import { deploy, type ResourceGraph } from "../../harness";
import { awsProgram } from "../backup/s3Emulator";
import { skipUnless } from "../database/sandbox";
import { at, policyOf } from "./fixture";

const day = 86_400;
const now = Math.floor(Date.now() / 1000);

interface Tag {
    readonly Key: string;
    readonly Value: string;
}

/** A secret as Secrets Manager lists it. */
interface Listed {
    readonly Name: string;
    readonly RotationEnabled?: boolean;
    readonly NextRotationDate?: number;
    readonly Tags?: readonly Tag[];
}

const environment = (Value: string): Tag => ({ Key: "platform:environment", Value });
const recipe: Tag = { Key: "platform:value:SECRET_KEY", Value: "text" };
const ofInstance = (name: string): Tag => ({
    Key: "aws:rds:primaryDBInstanceArn",
    Value: `arn:aws:rds:eu-central-1:123456789012:db:${name}`,
});

const inTime: Listed = {
    Name: "prod/shop/app",
    RotationEnabled: true,
    NextRotationDate: now + 10 * day,
    Tags: [environment("prod"), recipe],
};

describe("the check of rotations", () => {
    let graph: ResourceGraph;

    before(async () => {
        graph = await deploy(() => {
            const provider = new k8s.Provider("cluster");
            new RotationCheck("rotation-check", {
                tags: { stack: "prod", environment: "prod", extraTags: {} },
                provider,
                clusterName: "platform-prod",
                accountId: "123456789012",
                region: "eu-central-1",
                dependsOn: [],
            });
        });
    });

    it("may list secrets and read none", () => {
        const statements = JSON.stringify(policyOf(graph, "rotation-check-identity-policy"));
        assert.deepEqual(statements.match(/secretsmanager:\w+/g), ["secretsmanager:ListSecrets"]);
    });

    it("runs once a day, with an identity that is there before it", () => {
        const job = graph.object("CronJob", "secret-rotation-check", "monitoring");
        assert.match(String(at(job, "spec.schedule")), /^\d+ \d+ \* \* \*$/);
        assert.ok(graph.waitsFor(job, graph.one("aws:eks/podIdentityAssociation:PodIdentityAssociation")));
        const pod = at(job, "spec.jobTemplate.spec.template.spec") as { serviceAccountName: string };
        assert.equal(pod.serviceAccountName, "secret-rotation-check");
    });

    it("may reach AWS and its credentials", () => {
        const policy = graph.object("NetworkPolicy", "secret-rotation-check", "monitoring");
        assert.match(JSON.stringify(at(policy, "spec.egress")), /169\.254\.170\.23\/32/);
    });
});

describe("the script that checks rotations, with the AWS CLI", function () {
    this.timeout(60_000);

    const directory = mkdtempSync(path.join(tmpdir(), "rotation-"));
    let pages: readonly (readonly Listed[])[] = [];
    let refused = false;
    let server: Server;

    before(async function () {
        skipUnless(this, awsProgram() !== undefined, "the AWS CLI");
        // Secrets Manager as far as it lists secrets, page by page.
        server = createServer((request, response) => {
            const body: Buffer[] = [];
            request.on("data", (chunk: Buffer) => body.push(chunk));
            request.on("end", () => {
                const asked = JSON.parse(Buffer.concat(body).toString()) as { NextToken?: string };
                const page = Number(asked.NextToken ?? 0);
                const answer = {
                    SecretList: pages[page] ?? [],
                    ...(page + 1 < pages.length && { NextToken: String(page + 1) }),
                };
                response.writeHead(refused ? 400 : 200, { "content-type": "application/x-amz-json-1.1" });
                response.end(JSON.stringify(refused ? { __type: "AccessDeniedException", message: "no" } : answer));
            });
        });
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    });

    after(() => {
        server?.close();
        rmSync(directory, { recursive: true });
    });

    async function check(...listed: readonly (readonly Listed[])[]): Promise<{ status: number | null; said: string }> {
        pages = listed;
        const child = spawn("sh", [path.resolve(__dirname, "../../../components/secrets/scripts/check-rotation.sh")], {
            env: {
                PATH: [path.dirname(awsProgram() ?? ""), process.env.PATH ?? ""].join(path.delimiter),
                HOME: directory,
                WORK_DIR: directory,
                ENVIRONMENT: "prod",
                STACK: "prod",
                AWS_REGION: "eu-central-1",
                AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
                AWS_ACCESS_KEY_ID: "checker",
                AWS_SECRET_ACCESS_KEY: "of-the-checker",
                AWS_MAX_ATTEMPTS: "1",
            },
        });
        let said = "";
        for (const stream of [child.stdout, child.stderr]) {
            stream.on("data", (chunk: Buffer) => (said += chunk.toString()));
        }
        const status = await new Promise<number | null>((resolve) => child.on("close", resolve));
        return { status, said };
    }

    for (const [what, secrets, counted] of [
        ["every secret is rotated in time", [inTime], 1],
        ["one is a few hours late, which is tried again", [{ ...inTime, NextRotationDate: now - day / 2 }], 1],
        ["one never rotates and need not", [{ Name: "prod/shop/given", Tags: [environment("prod")] }], 0],
        [
            "one of another environment is late",
            [{ ...inTime, NextRotationDate: now - 9 * day, Tags: [environment("dev")] }],
            0,
        ],
        [
            "one has no tag and is late",
            [{ Name: "somebody", RotationEnabled: true, NextRotationDate: now - 9 * day }],
            0,
        ],
        [
            "another stack's instance is late",
            [{ ...inTime, NextRotationDate: now - 9 * day, Tags: [ofInstance("dev-shop-db")] }],
            0,
        ],
        ["there is no secret", [], 0],
    ] as const satisfies readonly (readonly [string, readonly Listed[], number])[]) {
        it(`succeeds when ${what}`, async () => {
            const { status, said } = await check(secrets);
            assert.equal(status, 0, said);
            assert.match(said, new RegExp(`${counted} secrets of prod are rotated in time, 0 are not`));
        });
    }

    for (const [what, secret, reason] of [
        [
            "a rotation is days late",
            { ...inTime, NextRotationDate: now - 2 * day },
            /prod\/shop\/app should have been rotated by 20\d\d-/,
        ],
        [
            "a rotation is switched off",
            { Name: "prod/shop/app", RotationEnabled: false, Tags: [environment("prod"), recipe] },
            /prod\/shop\/app is not rotated: its rotation is switched off/,
        ],
        [
            "a rotation was never switched on",
            { Name: "prod/shop/app", Tags: [environment("prod"), recipe] },
            /prod\/shop\/app is not rotated/,
        ],
        [
            "RDS does not rotate the password of an instance of the stack",
            { ...inTime, Name: "rds!db-1", NextRotationDate: now - 3 * day, Tags: [ofInstance("prod-shop-postgres")] },
            /rds!db-1 should have been rotated by/,
        ],
    ] as const satisfies readonly (readonly [string, Listed, RegExp])[]) {
        it(`fails when ${what}, on whatever page, and says which`, async () => {
            const { status, said } = await check([inTime], [secret, { ...inTime, Name: "prod/shop/other" }]);
            assert.equal(status, 1, said);
            assert.match(said, reason);
            assert.match(said, /2 secrets of prod are rotated in time, 1 are not/);
        });
    }

    it("fails when it may not ask, and says so", async () => {
        refused = true;
        const { status, said } = await check([inTime]);
        refused = false;
        assert.equal(status, 1, said);
        assert.match(said, /cannot list secrets; nothing is known about their rotation/);
    });
});
