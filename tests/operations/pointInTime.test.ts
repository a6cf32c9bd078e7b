import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { differenceOf } from "../../operations/difference";
import {
    requireWithin,
    restoredName,
    restoreInput,
    restoreWindow,
    switchProblems,
    type AutomatedBackup,
    type DescribedInstance,
} from "../../operations/pointInTime/instance";
import { withInstance } from "../../operations/pointInTime/stackFile";
import { simulate } from "../../simulation/program";
import type { PlannedResource } from "../../simulation/record";
import { loggedIn, run, type Result, type World } from "./support";

const live: DescribedInstance = {
    DBInstanceIdentifier: "dev-vault-ledger",
    DbiResourceId: "db-LIVE",
    DBInstanceStatus: "available",
    DBInstanceClass: "db.t4g.micro",
    Engine: "postgres",
    DBName: "ledger",
    MasterUsername: "clerk",
    KmsKeyId: "key",
    DBSubnetGroup: { DBSubnetGroupName: "dev-vault-ledger", VpcId: "vpc-1" },
    BackupRetentionPeriod: 7,
    InstanceCreateTime: "2026-11-18T12:00:00Z",
    LatestRestorableTime: "2026-11-21T11:55:00Z",
};
const name = "dev-vault-ledger-20261120t120000z";
const restored = { ...live, DBInstanceIdentifier: name, DbiResourceId: "db-NEW", Endpoint: { Address: "new.example" } };

describe("the moments that a database can be restored to", () => {
    const windows: readonly (readonly [
        what: string,
        instance: Partial<DescribedInstance>,
        backups: readonly AutomatedBackup[],
        expected: readonly [earliest: string, latest: string],
    ])[] = [
        [
            "are those that RDS says",
            {},
            [{ RestoreWindow: { EarliestTime: "2026-11-19T00:00:00Z", LatestTime: "2026-11-21T11:50:00Z" } }],
            ["2026-11-19T00:00:00.000Z", "2026-11-21T11:50:00.000Z"],
        ],
        [
            "begin with the instance where that is younger than its backups are kept",
            {},
            [],
            ["2026-11-18T12:00:00.000Z", "2026-11-21T11:55:00.000Z"],
        ],
        [
            "begin where backups are deleted",
            { InstanceCreateTime: "2025-01-01T00:00:00Z" },
            [{}],
            ["2026-11-14T11:55:00.000Z", "2026-11-21T11:55:00.000Z"],
        ],
    ];
    for (const [what, change, backups, expected] of windows) {
        it(what, () => {
            const { earliest, latest } = restoreWindow({ ...live, ...change }, backups);
            assert.deepEqual([earliest.toISOString(), latest.toISOString()], expected);
        });
    }

    it("are none without backups", () => {
        assert.throws(
            () => restoreWindow({ ...live, BackupRetentionPeriod: 0 }, []),
            /has no point-in-time recovery\.$/,
        );
        const { LatestRestorableTime: _, ...young } = live;
        assert.throws(() => restoreWindow(young, []), /recovery yet: RDS has not made its first backup\.$/);
    });

    it("are named when another is asked for", () => {
        const window = restoreWindow(live, []);
        requireWithin(new Date("2026-11-18T12:00:00Z"), window, "x");
        for (const moment of ["2026-11-18T11:59:59Z", "2026-11-21T11:55:01Z"]) {
            assert.throws(
                () => requireWithin(new Date(moment), window, "dev-vault-ledger"),
                new RegExp(
                    `--at is ${moment}, but dev-vault-ledger can be restored to a moment from 2026-11-18T12:00:00Z to 2026-11-21T11:55:00Z\\.`,
                ),
            );
        }
    });
});

describe("an instance that is restored", () => {
    const moment = new Date("2026-11-20T12:00:00Z");

    it("is called after the live one and the moment, however often", () => {
        assert.equal(restoredName("dev-vault-ledger", moment), name);
        assert.equal(restoredName("dev-vault-ledger-20250101t000000z", moment), name);
        assert.ok(restoredName("x".repeat(63), moment).length <= 63);
    });

    it("is made like the live one, with a secret of its own", () => {
        const input = restoreInput(
            {
                ...live,
                MultiAZ: true,
                MasterUserSecret: { KmsKeyId: "key" },
                TagList: [
                    { Key: "Name", Value: "dev-vault-ledger" },
                    { Key: "aws:cloudformation:stack-name", Value: "x" },
                    { Key: "platform:stack", Value: "dev" },
                ],
            },
            name,
            moment,
        );
        assert.deepEqual(input, {
            SourceDBInstanceIdentifier: "dev-vault-ledger",
            TargetDBInstanceIdentifier: name,
            RestoreTime: "2026-11-20T12:00:00Z",
            DBInstanceClass: "db.t4g.micro",
            DBSubnetGroupName: "dev-vault-ledger",
            MultiAZ: true,
            PubliclyAccessible: false,
            ManageMasterUserPassword: true,
            MasterUserSecretKmsKeyId: "key",
            Tags: [
                { Key: "Name", Value: name },
                { Key: "platform:stack", Value: "dev" },
            ],
        });
    });

    const problems: readonly (readonly [change: Partial<DescribedInstance>, expected: readonly string[]])[] = [
        [{}, []],
        [{ KmsKeyId: "other" }, ["its KmsKeyId is other, not key"]],
        [{ Engine: "mysql", DBName: "x" }, ["its Engine is mysql, not postgres", "its DBName is x, not ledger"]],
        [{ DBSubnetGroup: { VpcId: "vpc-2" } }, ["its VPC is vpc-2, not vpc-1"]],
        [{ DBInstanceStatus: "creating" }, ["it is creating, not available"]],
        [{ DBInstanceIdentifier: "dev-vault-ledger" }, ["it is the live one already"]],
    ];
    for (const [change, expected] of problems) {
        it(`${expected.length === 0 ? "can" : "cannot"} be the live one: ${JSON.stringify(change)}`, () => {
            assert.deepEqual(switchProblems(live, { ...restored, ...change }), expected);
        });
    }

    it("is written into the stack's file, and replaces the one that stands there", () => {
        const text =
            "config:\n  platform:systems:\n    vault:\n      version: 1.0.0 # first\n    other:\n      version: 2.0.0\n";
        const store = { system: "vault", store: "ledger" };
        const file = (content: string): { name: string; text: string } => ({ name: "Pulumi.dev.yaml", text: content });
        const once = withInstance(file(text), store, "one");
        assert.equal(once, text.replace("# first\n", "# first\n      databaseInstances:\n        ledger: one\n"));
        assert.equal(withInstance(file(once), store, "two"), once.replace("ledger: one", "ledger: two"));
        assert.throws(
            () => withInstance(file("config:\n  platform:systems: {}\n"), store, "one"),
            /systems\.vault is no mapping, so databaseInstances\.ledger: one has to be added by hand/,
        );
    });
});

describe("a restored instance in prod", () => {
    const root = path.resolve(__dirname, "../..");
    const file = { name: "Pulumi.prod.yaml", text: readFileSync(path.join(root, "Pulumi.prod.yaml"), "utf8") };
    const switched = async (system: string): Promise<readonly string[]> => {
        const [before, after] = [
            await simulate({ root, stack: "prod" }),
            await simulate({
                root,
                stack: "prod",
                stackFile: withInstance(file, { system, store: "postgres" }, "restored"),
            }),
        ];
        const { created, changed, deleted } = differenceOf(before, after);
        const named = (sign: string, all: readonly PlannedResource[]): string[] =>
            all.map((each) => `${sign} ${each.name}`);
        return [...named("+", created), ...named("~", changed), ...named("-", deleted)];
    };

    it("is the instance that was there, to Pulumi, and nothing that holds data is made or deleted", async () => {
        const name = "user-management-postgres-server";
        const changes = await switched("user-management");
        for (const expected of [`+ ${name}-postgresql-restored`, `+ ${name}-upgrade-restored`, `~ ${name}-instance`]) {
            assert.ok(changes.includes(expected), changes.join("\n"));
        }
        assert.deepEqual(
            changes.filter((each) => each.startsWith("-") || (each.startsWith("+") && !each.endsWith("-restored"))),
            // What a ConfigMap is called says what is in it, the host among it.
            changes.filter((each) => /^[+-] .*-config-[0-9a-f]+$/.test(each)),
        );
        assert.deepEqual(
            changes.filter((each) => !each.includes("user-management-")),
            [],
        );
    });

    it("has the read replicas copy it, and leads whoever keeps its password to it", async () => {
        const changes = await switched("employee-management");
        const name = "employee-management-postgres-server";
        for (const part of ["-replicas-1", "-replicas-2", "-master-login-deployment"]) {
            assert.ok(changes.includes(`~ ${name}${part}`), changes.join("\n"));
        }
    });
});

/** RDS, of which each look at the new instance shows the next state. */
function rds(states: readonly string[], asked: string[] = []): (args: readonly string[]) => unknown {
    let looks = 0;
    let exists = false;
    return (args) => {
        asked.push(args.join(" "));
        switch (args[1] ?? "") {
            case "describe-db-instance-automated-backups":
                return { DBInstanceAutomatedBackups: [] };
            case "restore-db-instance-to-point-in-time":
                exists = true;
                return {};
            default:
                if (args.includes("dev-vault-ledger")) {
                    return { DBInstances: [live] };
                }
                return exists
                    ? {
                          DBInstances: [
                              { ...restored, DBInstanceStatus: states[Math.min(looks++, states.length - 1)] ?? "" },
                          ],
                      }
                    : new Error(`aws rds failed: An error occurred (DBInstanceNotFound) when calling ${args[1]}`);
        }
    };
}

function restore(args: readonly string[], world: World = {}): Promise<Result> {
    return run(["restore", "dev", "vault", ...args], { project: "vault", env: loggedIn, outputs: {}, ...world });
}

const at = ["--at", "2026-11-20T12:00Z"];

describe("npm run restore of a database of RDS", () => {
    it("restores to the moment, says how it goes on, and leaves the live one as it is", async () => {
        const asked: string[] = [];
        const { code, stdout, stderr, done, file } = await restore(at, {
            aws: rds(["creating", "creating", "backing-up", "available"], asked),
        });
        assert.equal(code, 0, stderr);
        assert.ok(
            asked.every((each) => each.startsWith("rds ") && each.endsWith(" --region eu-central-1")),
            asked.join("\n"),
        );
        assert.match(
            stdout,
            new RegExp(
                `\\n${name}: creating, after 0 s\\n${name}: backing-up, after 1 min 0 s\\n${name}: available, after 1 min 30 s\\n`,
            ),
        );
        assert.match(stdout, /dev-vault-ledger is as it was\. .* answers at new\.example/);
        assert.match(stdout, new RegExp(`npm run restore -- dev vault ledger --instance ${name} --switch\\n`));
        assert.deepEqual(done, []);
        assert.ok(!file.includes("databaseInstances"));
    });

    it("switches: the state, then the file, then a deployment, and says what is left to do", async () => {
        const { code, stdout, stderr, done, file } = await restore([...at, "--switch"], { aws: rds(["available"]) });
        assert.equal(code, 0, stderr);
        assert.deepEqual(done, [
            `Make ${name} the live ledger of vault in dev, in place of dev-vault-ledger?`,
            "select dev",
            `take over vault-ledger-server-instance as db-NEW with {"identifier":"${name}"}`,
            "write Pulumi.dev.yaml",
            "select dev",
            "preview with undefined",
            "Deploy this to dev?",
            "up with undefined",
        ]);
        assert.match(file, new RegExp(`\\n {6}databaseInstances:\\n {8}ledger: ${name}\\n$`));
        assert.match(file, /version: 1\.0\.0 # the large one/);
        assert.match(
            stdout,
            /delete-db-instance --db-instance-identifier dev-vault-ledger --final-db-snapshot-identifier/,
        );
        assert.match(stdout, /To go back: npm run restore -- dev vault ledger --instance dev-vault-ledger --switch\n/);
    });

    it("goes on with an instance that is there", async () => {
        const aws = rds(["available"]);
        aws(["rds", "restore-db-instance-to-point-in-time"]);
        const { code, done } = await restore(["--instance", name, "--switch"], { aws });
        assert.equal(code, 0);
        assert.ok(done.includes("up with undefined"));
    });

    it("changes nothing when nobody says yes", async () => {
        const { code, done, file } = await restore([...at, "--switch"], { aws: rds(["available"]), answer: false });
        assert.equal(code, 3);
        assert.equal(done.length, 1);
        assert.ok(!file.includes("databaseInstances"));
    });

    it("leaves the file as it is when the state cannot be handed over", async () => {
        const { code, stderr, file } = await restore([...at, "--switch"], {
            aws: rds(["available"]),
            failing: "takeOver",
        });
        assert.equal(code, 1);
        assert.match(stderr, /Pulumi could not take over/);
        assert.ok(!file.includes("databaseInstances"));
    });

    it("says how to go on and how to go back when the deployment fails", async () => {
        const { code, stderr } = await restore([...at, "--switch"], { aws: rds(["available"]), failing: "up" });
        assert.equal(code, 1);
        assert.match(
            stderr,
            /Until it is deployed, the services use dev-vault-ledger\. To go on: npm run deploy -- dev\n/,
        );
        assert.match(stderr, /To go back: npm run restore -- dev vault ledger --instance dev-vault-ledger --switch\n$/);
    });

    const failures: readonly (readonly [
        what: string,
        args: readonly string[],
        world: World,
        code: number,
        message: RegExp,
    ])[] = [
        [
            "a moment that is too late",
            ["--at", "2026-11-21T11:59Z"],
            { aws: rds([]) },
            2,
            /^error: --at is 2026-11-21T11:59:00Z, but dev-vault-ledger can be restored to a moment from 2026-11-18T12:00:00Z to 2026-11-21T11:55:00Z\.\n$/,
        ],
        [
            "a restore that fails",
            at,
            { aws: rds(["creating", "incompatible-restore"]) },
            1,
            /is incompatible-restore after 30 s\. Its events say why: aws rds describe-events /,
        ],
        ["a switch without an instance", ["--instance", name], {}, 2, /^error: --instance is for --switch/],
        [
            "an instance that is not there",
            ["--instance", name, "--switch"],
            { aws: rds([]) },
            1,
            new RegExp(`^error: RDS has no instance ${name} in this account and region\\.\n$`),
        ],
        ["an instance and a moment", ["--instance", name, ...at], {}, 2, /^error: --instance is there already/],
        [
            "a database that is none",
            ["safe", "--instance", name, "--switch"],
            {},
            2,
            /Which database of vault in RDS\? It has: ledger\./,
        ],
    ];
    for (const [what, args, world, expected, message] of failures) {
        it(`says when there is ${what}`, async () => {
            const { code, stderr } = await restore(args, world);
            assert.equal(code, expected, stderr);
            assert.match(stderr, message);
        });
    }

    it("says without credentials what each step would do", async () => {
        const { code, stdout, done } = await restore([...at, "--switch"], { env: {} });
        assert.equal(code, 0);
        assert.match(
            stdout,
            new RegExp(
                `\\n {2}2\\. aws rds restore-db-instance-to-point-in-time .* --restore-time 2026-11-20T12:00:00Z`,
            ),
        );
        assert.match(
            stdout,
            new RegExp(`\\n {2}6\\. Write to Pulumi\\.dev\\.yaml: .*databaseInstances\\.ledger: ${name}\\n`),
        );
        assert.deepEqual(done, []);
    });
});
