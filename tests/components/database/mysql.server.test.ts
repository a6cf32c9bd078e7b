import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { reservedWords } from "../../../components/database/reservedNames";
import type { ResourceGraph } from "../../harness";
import { container, deployDatabase, mysql, podOf, type PodSpec } from "./fixture";
import { hasMysql, MysqlServer } from "./mysqlServer";
import { eventually, skipUnless, type Outcome } from "./sandbox";

const password = "FirstPasswordOfTheServer0123456789";

const schema = `
CREATE TABLE account (id BIGINT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(100) NOT NULL, data JSON, picture VARBINARY(32));
CREATE TABLE purchase (id BIGINT AUTO_INCREMENT PRIMARY KEY, account BIGINT NOT NULL, cents INT, FOREIGN KEY (account) REFERENCES account (id));
CREATE VIEW spent AS SELECT account, SUM(cents) AS cents FROM purchase GROUP BY account;
CREATE FUNCTION doubled(x INT) RETURNS INT DETERMINISTIC RETURN 2 * x;
CREATE TRIGGER no_gifts BEFORE INSERT ON purchase FOR EACH ROW SET NEW.cents = GREATEST(NEW.cents, 1);
SET SESSION cte_max_recursion_depth = 5000;
INSERT INTO account (name, data, picture)
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
SELECT CONCAT('Zoë 💙 ', i, '\\t"quoted" it''s'), JSON_OBJECT('i', i), UNHEX(SHA2(i, 256)) FROM n;
INSERT INTO purchase (account, cents) SELECT id, id FROM account;
`;

describe("an in-cluster MySQL, its scripts around a real server", function () {
    this.timeout(120_000);

    let graph: ResourceGraph;
    let database: MysqlServer;
    let backupPod: PodSpec;
    let restorePod: PodSpec;

    before(async function () {
        skipUnless(this, hasMysql(), "MySQL (mysqld, mysql, mysqldump, mysqladmin; MariaDB does not count)");
        graph = await deployDatabase({ spec: mysql });
        backupPod = podOf(graph.object("CronJob", "db-backup"));
        restorePod = podOf(graph.object("CronJob", "db-restore"));
        database = await MysqlServer.start(graph, password);
        runAsService(schema);
    });

    after(async () => database?.stop());

    /** Runs SQL as the services' user, so that routines, triggers and views are its own. */
    function runAsService(text: string, name: string = mysql.databaseName): string {
        const { status, output } = database.sandbox.run(
            "mysql",
            [
                "--no-defaults",
                "--protocol=TCP",
                "--host=127.0.0.1",
                `--port=${database.sandbox.port}`,
                `--user=${mysql.username}`,
                "--ssl-mode=REQUIRED",
                "--default-character-set=utf8mb4",
                "--batch",
                "--skip-column-names",
                ...(name === "" ? [] : [`--database=${name}`]),
            ],
            { MYSQL_PWD: password },
            text,
        );
        assert.equal(status, 0, output);
        return output.trim();
    }

    function backUp(environment: Record<string, string> = {}): Outcome {
        database.sandbox.emptyWork();
        return database.sandbox.runPod(backupPod, { LOGIN_PAUSE_SECONDS: "0.1", ...environment });
    }

    function restore(): Outcome {
        database.sandbox.emptyWork();
        return database.sandbox.runPod(restorePod, { LOGIN_PAUSE_SECONDS: "0.1" });
    }

    const bucket = (): string[] => database.sandbox.files("bucket/shop-dev-backups/db");

    describe("who gets in", () => {
        it("lets the services' user in with the password of the Secret, encrypted", () => {
            assert.equal(database.login(password).status, 0);
        });

        it("refuses connections in the clear", () => {
            assert.match(database.login(password, "DISABLED").output, /insecure transport are prohibited/);
        });

        for (const user of ["root", "platform_exporter"]) {
            it(`refuses ${user} over the network`, () => {
                assert.match(database.login("", "REQUIRED", user).output, /ERROR (1045|1130)/);
            });
        }

        it("gives the services' user its own databases and nothing else", () => {
            const grants = database.sql(`SHOW GRANTS FOR '${mysql.username}'@'%'`);
            assert.doesNotMatch(grants, /SUPER|GRANT ALL PRIVILEGES ON \*\.\*|WITH GRANT OPTION|CREATE USER/);
            assert.match(grants, /ON `shop\\\\_dev`\.\*/);
        });

        it("lets the exporter read statistics through the socket without a password", () => {
            assert.match(database.sql("SHOW GLOBAL STATUS LIKE 'Threads_connected'", "", "platform_exporter"), /\d+/);
        });

        it("is ready by the probes of the pod", () => {
            const server = container(podOf(graph.object("StatefulSet", "db")), "server");
            const probes = server as unknown as Record<string, { exec: { command: string[] } }>;
            for (const name of ["startupProbe", "livenessProbe", "readinessProbe"]) {
                const [command = "", ...args] = (probes[name]?.exec.command ?? []).map((each) =>
                    database.sandbox.translate(each),
                );
                const port = name === "startupProbe" ? [`--port=${database.sandbox.port}`] : [];
                const { status, output } = database.sandbox.run(command, [...args, ...port]);
                assert.equal(status, 0, `${name}: ${output}`);
            }
        });

        it("is not ready while the services' user is missing", () => {
            const { readinessProbe } = container(podOf(graph.object("StatefulSet", "db")), "server");
            const [command = "", ...args] = (readinessProbe?.exec.command ?? []).map((each) =>
                database.sandbox.translate(each).replace(mysql.username, "nobody_else"),
            );
            assert.notEqual(database.sandbox.run(command, args).status, 0);
        });
    });

    it("reserves no word that a system may call its database or its user", () => {
        const words = database.sql("SELECT LOWER(word) FROM information_schema.keywords WHERE reserved").split("\n");
        assert.ok(words.length > 200);
        assert.deepEqual(
            words.filter((word) => !reservedWords.mysql.has(word)),
            [],
        );
    });

    describe("a rotation of the Secret", () => {
        const second = "SecondPassword'\\\"; DROP DATABASE shop_dev";
        const third = "ThirdPassword012345678901234567890";

        after(async () => {
            database.sandbox.setPassword(password);
            await eventually("the first password", () => database.login(password).status === 0);
        });

        it("reaches the server, which accepts the previous password until the next one", async () => {
            database.sandbox.setPassword(second);
            await eventually("the second password", () => database.login(second).status === 0);
            assert.equal(database.login(password).status, 0);
            assert.equal(backUp().status, 0, "the backup knows the second password");
            database.sandbox.setPassword(third);
            await eventually("the third password", () => database.login(third).status === 0);
            assert.equal(database.login(second).status, 0);
            assert.notEqual(database.login(password).status, 0);
        });

        it("keeps the previous password when only the pod starts again", async () => {
            const pod = podOf(graph.object("StatefulSet", "db"));
            const again = database.sandbox.startContainer(container(pod, "login"), { CHECK_SECONDS: "0.2" });
            await eventually("the second keeper", () => again.output.includes("logs in"));
            await again.stop();
            assert.equal(database.login(second).status, 0);
        });

        it("leaves no password in what is printed", () => {
            const printed = database.server.output + database.keeper.output;
            assert.ok(!printed.includes("SecondPassword") && !printed.includes(third));
        });
    });

    it("dumps, loses the database, restores it, row by row, with its routines and triggers", () => {
        const original = database.digest();
        const saved = backUp();
        assert.equal(saved.status, 0, saved.output);
        const [dump = "", checksum] = bucket();
        assert.equal(checksum, `${dump}.sha256`);
        assert.match(
            gunzipSync(database.sandbox.bytes("bucket/shop-dev-backups/db", dump)).toString(),
            /^-- MySQL dump/,
        );

        runAsService("UPDATE purchase SET cents = 5; DELETE FROM purchase WHERE id > 10;");
        const damaged = database.digest();
        const { status, output } = restore();
        assert.equal(status, 0, output);
        assert.deepEqual(database.digest(), damaged, "the live database is untouched");
        const [restored = ""] = database.databases().filter((each) => each.startsWith("shop_dev_restore_"));
        assert.deepEqual(database.digest(restored), original);
        assert.match(output, new RegExp(`done: ${restored} has 2 tables`));

        // What the instructions say, with the clients told where the server is.
        const [, sql = ""] = /^-- As shop_user[^\n]*\n([^]*?)^-- and then/m.exec(output) ?? [];
        runAsService(sql, "");
        const [, pipe = ""] = /^(mysqldump.*)$/m.exec(output) ?? [];
        const [, client = ""] = /^(mysqldump [^|]*)\|/.exec(pipe) ?? [];
        assert.notEqual(client, "");
        const settings = database.sandbox.path("tmp", "client.cnf");
        const withServer = pipe
            .replace(/^mysqldump/, `mysqldump --defaults-file=${settings}`)
            .replace("| mysql", `| mysql --defaults-file=${settings}`);
        const piped = database.sandbox.run("sh", ["-c", withServer]);
        assert.equal(piped.status, 0, piped.output);
        assert.deepEqual(database.digest(), original);
        assert.equal(runAsService("SELECT doubled(21); INSERT INTO purchase (account, cents) VALUES (1, 0);"), "42");
        assert.equal(runAsService("SELECT cents FROM purchase ORDER BY id DESC LIMIT 1"), "1", "the trigger works");
    });

    it("uploads nothing when the dump is cut off though its tool says all is well", () => {
        rmSync(database.sandbox.path("bucket", "shop-dev-backups"), { recursive: true, force: true });
        database.sandbox.command("mysqldump", "#!/bin/sh\necho '-- MySQL dump 10.13'\necho 'CREATE TABLE half ('\n");
        try {
            const { status, output } = backUp();
            assert.notEqual(status, 0);
            assert.match(output, /ERROR: .*is cut off/);
            assert.deepEqual(bucket(), []);
        } finally {
            database.sandbox.removeCommand("mysqldump");
        }
    });

    it("says so at once when the password is wrong", () => {
        const file = database.sandbox.path("tmp", "wrong");
        writeFileSync(file, "wrong");
        const { status, output } = backUp({ PASSWORD_FILE: file, LOGIN_PAUSE_SECONDS: "60" });
        assert.notEqual(status, 0);
        assert.match(output, /ERROR: mysql at 127\.0\.0\.1:\d+ refuses the password of shop_user/);
    });
});
