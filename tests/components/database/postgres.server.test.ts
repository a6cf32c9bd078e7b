import assert from "node:assert/strict";
import { rmSync, unlinkSync, utimesSync, writeFileSync } from "node:fs";
import { gunzipSync, gzipSync } from "node:zlib";
import { createHash } from "node:crypto";
import { reservedWords } from "../../../components/database/reservedNames";
import type { ResourceGraph } from "../../harness";
import { container, deployDatabase, managed, podOf, postgres, type PodSpec } from "./fixture";
import { findPostgres, PostgresServer } from "./postgresServer";
import { eventually, skipUnless, type Outcome } from "./sandbox";

const password = "FirstPasswordOfTheServer0123456789";

const schema = `
CREATE EXTENSION pgcrypto;
CREATE TYPE mood AS ENUM ('fine', 'it''s complicated');
CREATE TABLE account (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL UNIQUE, mood mood, data jsonb, picture bytea);
CREATE TABLE purchase (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), account bigint NOT NULL REFERENCES account, cents int CHECK (cents > 0));
CREATE TABLE empty_table (nothing text);
CREATE VIEW spent AS SELECT account, sum(cents) AS cents FROM purchase GROUP BY account;
CREATE FUNCTION double(x int) RETURNS int LANGUAGE sql AS 'SELECT 2 * x';
INSERT INTO account (name, mood, data, picture)
SELECT 'Zoë ' || i || E'\\t\\\\N "quoted"', 'it''s complicated', jsonb_build_object('i', i, 'text', repeat('ü', 50)), decode(md5(i::text), 'hex')
FROM generate_series(1, 3000) AS i;
INSERT INTO purchase (account, cents) SELECT id, id FROM account, generate_series(1, 3);
`;

describe("an in-cluster PostgreSQL, its scripts around a real server", function () {
    this.timeout(120_000);

    let graph: ResourceGraph;
    let database: PostgresServer;
    let backupPod: PodSpec;
    let restorePod: PodSpec;

    before(async function () {
        skipUnless(this, findPostgres() !== undefined, "PostgreSQL (Debian: postgresql)");
        graph = await deployDatabase({ spec: postgres });
        backupPod = podOf(graph.object("CronJob", "db-backup"));
        restorePod = podOf(graph.object("CronJob", "db-restore"));
        database = await PostgresServer.start(graph, password);
        database.sql(schema);
    });

    after(async () => database?.stop());

    function backUp(environment: Record<string, string> = {}): Outcome {
        database.sandbox.emptyWork();
        return database.sandbox.runPod(backupPod, { LOGIN_PAUSE_SECONDS: "0.1", ...environment });
    }

    function restore(environment: Record<string, string> = {}): Outcome {
        database.sandbox.emptyWork();
        return database.sandbox.runPod(restorePod, { LOGIN_PAUSE_SECONDS: "0.1", ...environment });
    }

    const bucket = (): string[] => database.sandbox.files("bucket/shop-dev-backups/db");

    function emptyBucket(): void {
        rmSync(database.sandbox.path("bucket", "shop-dev-backups"), { recursive: true, force: true });
    }

    /** Puts a backup into the bucket that says it is complete. */
    function plant(name: string, content: Buffer): void {
        const directory = "bucket/shop-dev-backups/db";
        database.sandbox.makeDirectory("bucket/shop-dev-backups");
        database.sandbox.makeDirectory(directory);
        const digest = createHash("sha256").update(content).digest("hex");
        writeFileSync(database.sandbox.path(directory, name), content);
        writeFileSync(database.sandbox.path(directory, `${name}.sha256`), `${digest}  ${name}\n`);
    }

    describe("who gets in", () => {
        it("lets the services' user in with the password of the Secret, encrypted", () => {
            assert.equal(database.login(password).status, 0);
        });

        it("refuses connections in the clear", () => {
            const { status, output } = database.login(password, "disable");
            assert.notEqual(status, 0);
            assert.match(output, /no pg_hba.conf entry|no encryption/);
        });

        it("refuses a wrong password", () => {
            assert.match(database.login("wrong").output, /password authentication failed/);
        });

        for (const user of ["postgres", "platform_exporter"]) {
            it(`refuses ${user} over the network`, () => {
                assert.match(database.login(password, "require", user).output, /pg_hba.conf rejects connection/);
            });
        }

        it("gives the services' user no more than it needs", () => {
            const rights = database.sql(
                `SELECT rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls FROM pg_roles WHERE rolname = '${postgres.username}'`,
            );
            assert.equal(rights, "f|f|t|f|f");
            const owner = database.sql(
                `SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = '${postgres.databaseName}'`,
            );
            assert.equal(owner, postgres.username);
        });

        it("lets the exporter read statistics through the socket without a password", () => {
            const seen = database.sql(
                "SELECT count(*) FROM pg_stat_activity",
                postgres.databaseName,
                "platform_exporter",
            );
            assert.ok(Number(seen) > 0);
        });

        it("is ready by the probes of the pod", () => {
            const server = container(podOf(graph.object("StatefulSet", "db")), "server");
            const probes = server as unknown as Record<string, { exec: { command: string[] } }>;
            for (const name of ["startupProbe", "livenessProbe", "readinessProbe"]) {
                const [command = "", ...args] = (probes[name]?.exec.command ?? []).map((each) =>
                    database.sandbox.translate(each),
                );
                const { status, output } = database.sandbox.run(command, args, {
                    PGPORT: String(database.sandbox.port),
                });
                assert.equal(status, 0, `${name}: ${output}`);
            }
        });
    });

    it("reserves no word that a system may call its database or its user", () => {
        const words = database.sql("SELECT word FROM pg_get_keywords() WHERE catcode = 'R'").split("\n");
        assert.ok(words.length > 50);
        assert.deepEqual(
            words.filter((word) => !reservedWords.postgres.has(word)),
            [],
        );
    });

    describe("a rotation of the Secret", () => {
        const rotated = "SecondPassword'; DROP TABLE account; --\\";

        after(async () => {
            database.sandbox.setPassword(password);
            await eventually("the first password", () => database.login(password).status === 0);
        });

        it("reaches the server", async () => {
            database.sandbox.setPassword(rotated);
            await eventually("the new password", () => database.login(rotated).status === 0);
            assert.match(database.login(password).output, /password authentication failed/);
            assert.equal(backUp().status, 0, "the backup knows the new password");
        });

        it("leaves no password in the log, even when every statement is logged", () => {
            assert.match(database.server.output, /SELECT 1/);
            assert.ok(!database.server.output.includes("SecondPassword"));
            assert.ok(!database.server.output.includes(password));
            assert.ok(!database.keeper.output.includes("SecondPassword"));
        });
    });

    it("makes the user and the database again when they are missing at a start", async () => {
        const pod = podOf(graph.object("StatefulSet", "db"));
        const other = database.sandbox.startContainer(container(pod, "login"), {
            CHECK_SECONDS: "0.2",
            PGPORT: String(database.sandbox.port),
            DB_NAME: "another",
            DB_USER: "somebody",
        });
        await eventually("the other database", () => database.databases().includes("another"));
        assert.equal(await other.stop(), 0);
        database.sql("DROP DATABASE another", "postgres", "postgres");
    });

    describe("a backup", () => {
        beforeEach(emptyBucket);

        it("is a gzip of SQL with its checksum beside it, named by the time", () => {
            const { status, output } = backUp();
            assert.equal(status, 0, output);
            const [dump = "", checksum] = bucket();
            assert.match(dump, /^\d{8}T\d{6}Z\.sql\.gz$/);
            assert.equal(checksum, `${dump}.sha256`);
            const text = gunzipSync(database.sandbox.bytes("bucket/shop-dev-backups/db", dump)).toString();
            assert.match(text, /^--\n-- PostgreSQL database dump\n/);
            assert.match(text, /CREATE TABLE public\.account/);
        });

        it("shows the password nowhere", () => {
            const { output } = backUp();
            assert.ok(!output.includes(password));
        });

        it("uploads nothing when the dump is cut off though its tool says all is well", () => {
            database.sandbox.command(
                "pg_dump",
                "#!/bin/sh\necho '-- PostgreSQL database dump'\necho 'CREATE TABLE half ('\n",
            );
            try {
                const { status, output } = backUp();
                assert.notEqual(status, 0);
                assert.match(output, /ERROR: .*is cut off/);
                assert.deepEqual(bucket(), []);
                assert.deepEqual(database.sandbox.files("work"), []);
            } finally {
                database.sandbox.removeCommand("pg_dump");
            }
        });

        it("uploads nothing when the tool fails after it has written its last line", () => {
            database.sandbox.command(
                "pg_dump",
                "#!/bin/sh\necho '-- PostgreSQL database dump complete'\necho 'connection lost' >&2\nexit 1\n",
            );
            try {
                const { status, output } = backUp();
                assert.notEqual(status, 0);
                assert.match(output, /connection lost[^]*ERROR: the dump of shopdb failed/);
                assert.deepEqual(bucket(), []);
            } finally {
                database.sandbox.removeCommand("pg_dump");
            }
        });

        it("uploads nothing that was not verified", () => {
            database.sandbox.emptyWork();
            writeFileSync(database.sandbox.path("work", "20260101T000000Z.sql.gz"), gzipSync("half"));
            const { status, output } = database.sandbox.runContainer(container(backupPod, "upload"));
            assert.notEqual(status, 0);
            assert.match(output, /was not verified; nothing is uploaded/);
            assert.deepEqual(bucket(), []);
        });

        it("fails when the upload fails", () => {
            const { status } = backUp({ BUCKETS: "/proc/nowhere" });
            assert.notEqual(status, 0);
        });

        it("says so at once when the password is wrong", () => {
            const file = database.sandbox.path("tmp", "wrong");
            writeFileSync(file, "wrong");
            const began = Date.now();
            const { status, output } = backUp({ PASSWORD_FILE: file, LOGIN_PAUSE_SECONDS: "60" });
            assert.notEqual(status, 0);
            assert.match(output, /ERROR: postgres at 127\.0\.0\.1:\d+ refuses the password of shopuser/);
            assert.ok(Date.now() - began < 10_000);
            assert.deepEqual(bucket(), []);
        });

        it("tries a server that does not answer again and then says why it gives up", () => {
            const { status, output } = backUp({ DB_PORT: "1", LOGIN_ATTEMPTS: "3" });
            assert.notEqual(status, 0);
            assert.match(output, /ERROR: cannot log in to postgres at 127\.0\.0\.1:1 as shopuser: .*refused/);
        });
    });

    describe("a restore", () => {
        let original: Record<string, string>;

        beforeEach(() => {
            emptyBucket();
            original = database.digest();
            assert.equal(backUp().status, 0);
        });

        afterEach(() => {
            for (const name of database.databases().filter((each) => /_(restore|before)_/.test(each))) {
                database.sql(`DROP DATABASE ${name} WITH (FORCE)`, "postgres", "postgres");
            }
        });

        /** The SQL between the instructions' comments. */
        function instructionsIn(output: string): string {
            const [, text = ""] = /^(-- As shopuser[^]*?)^Then start/m.exec(output) ?? [];
            assert.notEqual(text, "");
            return text;
        }

        it("brings back a lost database, row by row", () => {
            database.sql(`DROP DATABASE ${postgres.databaseName} WITH (FORCE)`, "postgres", "postgres");
            const { status, output } = restore();
            assert.equal(status, 0, output);
            const [restored = ""] = database.databases().filter((each) => each.startsWith("shopdb_restore_"));
            assert.deepEqual(database.digest(restored), original);
            assert.doesNotMatch(output, /ALLOW_CONNECTIONS/);
            database.sql(instructionsIn(output), "postgres");
            assert.deepEqual(database.digest(), original);
            assert.equal(database.sql("SELECT double(21)"), "42");
            assert.equal(database.sql("INSERT INTO account (name) VALUES ('next') RETURNING id"), "3001");
            database.sql("DELETE FROM account WHERE id = 3001");
        });

        it("leaves the live database alone, and the commands it prints switch over", () => {
            database.sql("UPDATE purchase SET cents = 1");
            const damaged = database.digest();
            const { status, output } = restore();
            assert.equal(status, 0, output);
            assert.deepEqual(database.digest(), damaged);

            const exporter = database.sandbox.start("psql", ["--no-psqlrc", "--command", "SELECT pg_sleep(600)"], {
                PGHOST: database.sandbox.path("socket"),
                PGPORT: String(database.sandbox.port),
                PGUSER: "platform_exporter",
                PGDATABASE: postgres.databaseName,
            });
            database.sql(instructionsIn(output), "postgres");
            assert.deepEqual(database.digest(), original);
            assert.ok(database.databases().some((each) => each.startsWith("shopdb_before_")));
            return exporter.stop();
        });

        it("as a trial brings everything back, says so and leaves nothing behind", () => {
            const before = database.databases();
            const { status, output } = restore({ AFTERWARDS: "drop" });
            assert.equal(status, 0, output);
            assert.match(output, /done: (shopdb_restore_\d{14}) has 3 tables[^]*a trial, so \1 is dropped again/);
            assert.doesNotMatch(output, /make it the live database/);
            assert.deepEqual(database.databases(), before);
        });

        it("says how many tables there are", () => {
            assert.match(restore().output, /done: shopdb_restore_\d{14} has 3 tables/);
        });

        it("takes the newest backup, or the one it is told", () => {
            const [dump = ""] = bucket();
            const older = gunzipSync(database.sandbox.bytes("bucket/shop-dev-backups/db", dump)).toString();
            plant(
                "20200101T000000Z.sql.gz",
                gzipSync(older.replace("CREATE TABLE public.empty_table", "CREATE TABLE public.older")),
            );
            assert.match(restore().output, new RegExp(`restoring ${dump}`));
            const { status, output } = restore({ BACKUP: "20200101T000000Z.sql.gz" });
            assert.notEqual(status, 0, "the planted dump alters a table that it does not make");
            assert.match(output, /restoring 20200101T000000Z\.sql\.gz/);
        });

        it("passes over a backup whose upload did not end", () => {
            const [dump = ""] = bucket();
            plant("20990101T000000Z.sql.gz", gzipSync("half"));
            unlinkSync(database.sandbox.path("bucket/shop-dev-backups/db/20990101T000000Z.sql.gz.sha256"));
            assert.match(restore().output, new RegExp(`restoring ${dump}`));
        });

        for (const [what, name, complaint] of [
            ["an unknown backup", "20010101T000000Z.sql.gz", /cannot download/],
            ["a name that leaves the prefix", "../other/20260101T000000Z.sql.gz", /must be the name of a backup/],
        ] as const) {
            it(`refuses ${what}`, () => {
                const { status, output } = restore({ BACKUP: name });
                assert.notEqual(status, 0);
                assert.match(output, complaint);
            });
        }

        it("refuses a backup that has changed since", () => {
            const [dump = ""] = bucket();
            writeFileSync(database.sandbox.path("bucket/shop-dev-backups/db", dump), gzipSync("DROP TABLE account;"));
            const { status, output } = restore();
            assert.notEqual(status, 0);
            assert.match(output, /is not what was backed up/);
            assert.deepEqual(database.databases(), ["postgres", "shopdb"]);
        });

        it("refuses an empty bucket", () => {
            emptyBucket();
            const { status, output } = restore();
            assert.notEqual(status, 0);
            assert.match(output, /ERROR: cannot list s3:\/\/shop-dev-backups\/db\/, or it is empty/);
        });

        it("leaves no half of a database when it fails on the way", () => {
            emptyBucket();
            plant(
                "20260101T000000Z.sql.gz",
                gzipSync("CREATE TABLE one (x int);\nSELECT 1/0;\n--\n-- PostgreSQL database dump complete\n--\n"),
            );
            const { status, output } = restore();
            assert.notEqual(status, 0);
            assert.match(
                output,
                /division by zero[^]*the restore failed; shopdb_restore_\d+ is dropped, shopdb is untouched/,
            );
            assert.deepEqual(database.databases(), ["postgres", "shopdb"]);
        });
    });

    describe("backups on a volume, without AWS", () => {
        let local: ResourceGraph;

        before(async () => {
            local = await deployDatabase({ spec: postgres, aws: false });
            database.sandbox.emptyWork();
        });

        it("stay on the volume, are deleted when they are too old, and can be restored", () => {
            const { sandbox } = database;
            const old = sandbox.path("work", "20200101T000000Z.sql.gz");
            writeFileSync(old, "old");
            utimesSync(old, new Date("2020-01-01"), new Date("2020-01-01"));
            const outcome = sandbox.runPod(podOf(local.object("CronJob", "db-backup")));
            assert.equal(outcome.status, 0, outcome.output);
            const [dump, checksum, ...others] = sandbox.files("work");
            assert.match(dump ?? "", /\.sql\.gz$/);
            assert.equal(checksum, `${dump}.sha256`);
            assert.deepEqual(others, []);

            const { status, output } = sandbox.runPod(podOf(local.object("CronJob", "db-restore")));
            assert.equal(status, 0, output);
            const [restored = ""] = database.databases().filter((each) => each.startsWith("shopdb_restore_"));
            assert.deepEqual(database.digest(restored), database.digest());
            database.sql(`DROP DATABASE ${restored}`, "postgres");
        });
    });

    describe("the keeper of a master password on RDS", () => {
        const other = "PasswordThatTheSecretHasNow012345";

        it("tells RDS the password of the Secret when the server refuses it, and is ready again after", async () => {
            const { sandbox } = database;
            const planned = await deployDatabase({
                spec: { ...postgres, readReplicas: 1 },
                args: managed.args,
            });
            const pod = podOf(planned.object("Deployment", "db-master-login"));
            // RDS: sets what it is asked for.
            sandbox.command(
                "modify",
                `#!/bin/sh\npassword=$(sed 's/.*"MasterUserPassword":"\\([^"]*\\)".*/\\1/' "$1")\n` +
                    `psql --no-psqlrc --host "${sandbox.path("socket")}" --port ${sandbox.port} --username postgres ` +
                    `--command "ALTER ROLE ${postgres.username} PASSWORD '$password'" postgres >/dev/null\n`,
            );
            // Without the pod's own keeper, which would be faster.
            await database.keeper.stop();
            sandbox.emptyWork();
            sandbox.setPassword(other);
            assert.notEqual(database.login(other).status, 0);

            const environment = { DB_HOST: "127.0.0.1", CHECK_SECONDS: "0.2", PAUSE_SECONDS: "2" };
            const check = sandbox.startContainer(container(pod, "check"), environment);
            const set = sandbox.startContainer(container(pod, "set"), {
                ...environment,
                ON_MODIFY: sandbox.path("bin", "modify"),
            });
            await eventually("the refusal to be noticed", () => check.output.includes("refused"));
            await eventually("the password to be accepted", () => sandbox.files("work").includes("accepted"));
            assert.equal(database.login(other).status, 0);
            assert.match(sandbox.read("bucket", "rds-calls"), /^rds modify-db-instance --cli-input-json file:/);
            assert.ok(!sandbox.read("bucket", "rds-calls").includes(other));
            assert.ok(!check.output.includes(other) && !set.output.includes(other));
            assert.equal(await check.stop(), 0);
            assert.equal(await set.stop(), 0);
        });
    });
});
