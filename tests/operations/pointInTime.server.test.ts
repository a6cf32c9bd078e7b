import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { surroundings } from "../../operations/surroundings";
import { hasEmulator, S3Emulator as AwsEmulator } from "../components/backup/s3Emulator";
import { skipUnless } from "../components/database/sandbox";
import { loggedIn, run, type Result } from "./support";

/**
 * The command through the real AWS CLI against RDS as moto has it: whether every call and every parameter is one that RDS knows. moto makes
 * instances at once and says nothing of the window, so how long it takes and what is refused is in pointInTime.test.ts.
 */
describe("npm run restore of a database of RDS, through the AWS CLI", function () {
    this.timeout(120_000);

    const identifier = "dev-vault-ledger";
    let cloud: AwsEmulator;
    const earlier = new Map<string, string | undefined>();

    before(async function () {
        skipUnless(this, hasEmulator(), "moto_server and aws (PyPI: moto[server], awscli)");
        cloud = await AwsEmulator.start("unused");
        for (const [name, value] of Object.entries(cloud.environment)) {
            earlier.set(name, process.env[name]);
            process.env[name] = value;
        }
        const json = <T>(...args: readonly string[]): T => JSON.parse(cloud.aws(...args)) as T;
        const { Subnets } = json<{ Subnets: { SubnetId: string; VpcId: string }[] }>("ec2", "describe-subnets");
        const subnets = Subnets.map(({ SubnetId }) => SubnetId);
        const { GroupId } = json<{ GroupId: string }>(
            ...["ec2", "create-security-group", "--group-name", "db", "--description", "db"],
            ...["--vpc-id", Subnets[0]?.VpcId ?? ""],
        );
        const named = (what: string): string[] => [`--${what}-name`, identifier, `--${what}-description`, "x"];
        cloud.aws("rds", "create-db-subnet-group", ...named("db-subnet-group"), "--subnet-ids", ...subnets);
        cloud.aws(
            ...["rds", "create-db-parameter-group", "--db-parameter-group-name", identifier, "--description", "x"],
            ...["--db-parameter-group-family", "postgres16"],
        );
        const instance = {
            DBInstanceIdentifier: identifier,
            Engine: "postgres",
            DBInstanceClass: "db.t4g.micro",
            AllocatedStorage: 20,
            DBName: "ledger",
            MasterUsername: "clerk",
            ManageMasterUserPassword: true,
            DBSubnetGroupName: identifier,
            VpcSecurityGroupIds: [GroupId],
            DBParameterGroupName: identifier,
            MultiAZ: true,
            StorageEncrypted: true,
            BackupRetentionPeriod: 7,
            DeletionProtection: true,
            Tags: [
                { Key: "Name", Value: identifier },
                { Key: "platform:stack", Value: "dev" },
            ],
        };
        cloud.aws("rds", "create-db-instance", "--cli-input-json", JSON.stringify(instance));
        // The moments are whole seconds, of which the next one is the first that has the instance.
        await sleep(1100);
    });

    after(async () => {
        for (const [name, value] of earlier) {
            if (value === undefined) {
                delete process.env[name];
            } else {
                process.env[name] = value;
            }
        }
        await cloud?.stop();
    });

    const restore = (moment: Date): Promise<Result> =>
        run(["restore", "dev", "vault", "--at", moment.toISOString().replace(/\.\d+/, ""), "--switch"], {
            project: "vault",
            env: loggedIn,
            outputs: {},
            aws: (args) => surroundings(".").aws(args),
        });

    const described = (name: string): Readonly<Record<string, unknown>> => {
        const { DBInstances } = JSON.parse(
            cloud.aws("rds", "describe-db-instances", "--db-instance-identifier", name),
        ) as { DBInstances: Record<string, unknown>[] };
        return DBInstances[0] ?? {};
    };

    it("makes an instance like the live one and hands that to the stack", async () => {
        const { code, stderr, done } = await restore(new Date());
        assert.equal(code, 0, stderr);
        const [, taken = ""] = /take over \S+ as (db-\S+) with/.exec(done.join("\n")) ?? [];
        const [, name = ""] = /"identifier":"([^"]+)"/.exec(done.join("\n")) ?? [];
        const [live, restored] = [described(identifier), described(name)];
        assert.equal(restored.DbiResourceId, taken);
        for (const key of ["Engine", "DBName", "MasterUsername", "DBInstanceClass", "MultiAZ", "DeletionProtection"]) {
            assert.equal(restored[key], live[key], key);
        }
        const { DBSubnetGroupName } = restored.DBSubnetGroup as { DBSubnetGroupName: string };
        assert.equal(DBSubnetGroupName, identifier);
        assert.deepEqual(
            (restored.VpcSecurityGroups as { VpcSecurityGroupId: string }[]).map((each) => each.VpcSecurityGroupId),
            (live.VpcSecurityGroups as { VpcSecurityGroupId: string }[]).map((each) => each.VpcSecurityGroupId),
        );
        assert.notDeepEqual(restored.MasterUserSecret, live.MasterUserSecret);
        assert.deepEqual(
            (restored.TagList as { Key: string; Value: string }[]).find(({ Key }) => Key === "Name")?.Value,
            name,
        );
    });

    it("says what RDS says when the instance is not there", async () => {
        cloud.aws("rds", "modify-db-instance", "--db-instance-identifier", identifier, "--no-deletion-protection");
        cloud.aws("rds", "delete-db-instance", "--db-instance-identifier", identifier, "--skip-final-snapshot");
        const { code, stderr } = await restore(new Date());
        assert.equal(code, 1);
        assert.equal(stderr, `error: RDS has no instance ${identifier} in this account and region.\n`);
    });
});
