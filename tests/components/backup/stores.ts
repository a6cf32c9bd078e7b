import { spawnSync } from "node:child_process";
import { cacheBackupFiles } from "../../../components/cache/backup";
import { backupFiles } from "../../../components/database/scripts";
import { freePort } from "../../ports";
import { deployCache } from "../cache/fixture";
import { deployDatabase, mysql, podOf, postgres, type PodSpec } from "../database/fixture";
import { findPostgres, PostgresServer } from "../database/postgresServer";
import { eventually, findCommand, Sandbox, type Outcome } from "../database/sandbox";
import type { S3Emulator } from "./s3Emulator";

/** A real server with the pods that back it up and restore it, as their CronJobs say. */
export interface Store {
    readonly sandbox: Sandbox;
    readonly backupPod: PodSpec;
    readonly restorePod: PodSpec;
    /** Where its backups are in the bucket, and how their names end. */
    readonly prefix: string;
    readonly suffix: string;
    /** Waits until it answers and fills it. Apart from the start, so that a server that cannot be filled is stopped all the same. */
    readonly fill: () => void | Promise<void>;
    /** Every row or key there is, as text. */
    readonly rows: () => readonly string[];
    /** Changes some of it. */
    readonly damage: () => void;
    /** What restores have left beside it. */
    readonly copies: () => readonly string[];
    /** What an operator does once all is well: away with the copies that restores have left. */
    readonly discardCopies: () => void;
    /** Loses all of it. */
    readonly lose: () => void;
    readonly stop: () => Promise<void>;
}

export interface StoreKind {
    readonly name: string;
    /** What has to be installed. */
    readonly program: string;
    readonly installed: () => boolean;
    readonly start: () => Promise<Store>;
}

const password = "PasswordOfTheServer0123456789";

/** Runs a pod as Kubernetes does, with the AWS CLI's containers as they are: the CLI may be where only the tests' own user gets. */
export function runPod(
    { sandbox }: Pick<Store, "sandbox">,
    s3: S3Emulator,
    pod: PodSpec,
    environment: Readonly<Record<string, string>> = {},
): Outcome {
    let output = "";
    for (const each of [...(pod.initContainers ?? []), ...pod.containers]) {
        let outcome: Outcome;
        if (each.name === "upload" || each.name === "download") {
            const [command = "", ...args] = sandbox.commandOf(each);
            const { status, stdout, stderr } = spawnSync(command, args, {
                encoding: "utf8",
                env: { ...s3.environment, ...sandbox.variablesOf(each), ...environment },
            });
            outcome = { status, output: stdout + stderr };
        } else {
            outcome = sandbox.runContainer(each, { LOGIN_PAUSE_SECONDS: "0.1", LOGIN_ATTEMPTS: "3", ...environment });
        }
        output += outcome.output;
        if (outcome.status !== 0) {
            return { status: outcome.status, output };
        }
    }
    return { status: 0, output };
}

async function startPostgres(): Promise<Store> {
    const graph = await deployDatabase({ spec: postgres });
    const server = await PostgresServer.start(graph, password);
    const tables = ["account", "purchase"];
    const copies = (): string[] => server.databases().filter((each) => /_(restore|before)_/.test(each));
    return {
        sandbox: server.sandbox,
        backupPod: podOf(graph.object("CronJob", "db-backup")),
        restorePod: podOf(graph.object("CronJob", "db-restore")),
        prefix: "db",
        suffix: "sql.gz",
        fill: () => {
            server.sql(`
                CREATE TABLE account (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL, data jsonb, picture bytea);
                CREATE TABLE purchase (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), account bigint NOT NULL REFERENCES account, cents int);
                INSERT INTO account (name, data, picture)
                SELECT 'Zoë ' || i || E'\\t\\\\N "quoted"', jsonb_build_object('i', i), decode(md5(i::text), 'hex') FROM generate_series(1, 2000) AS i;
                INSERT INTO purchase (account, cents) SELECT id, id FROM account;`);
        },
        rows: () =>
            tables.flatMap((table) =>
                server.sql(`SELECT '${table} ' || t::text FROM ${table} AS t ORDER BY 1`).split("\n").sort(),
            ),
        damage: () => void server.sql("DELETE FROM purchase WHERE cents > 100; UPDATE account SET name = 'nobody'"),
        copies,
        discardCopies: () =>
            copies().forEach((each) => server.sql(`DROP DATABASE ${each} WITH (FORCE)`, "postgres", "postgres")),
        lose: () => void server.sql(`DROP DATABASE ${postgres.databaseName} WITH (FORCE)`, "postgres", "postgres"),
        stop: () => server.stop(),
    };
}

/** MariaDB in the place of MySQL, which Debian does not have: the scripts are the same, the server's pod is not part of this. */
async function startMariadb(): Promise<Store> {
    const graph = await deployDatabase({ spec: mysql });
    const sandbox = new Sandbox(await freePort());
    sandbox.replace("db.shop.svc.cluster.local", "127.0.0.1");
    sandbox.replace("3306", String(sandbox.port));
    sandbox.install(backupFiles("mysql"));
    sandbox.setPassword(password);
    const made = sandbox.run("mariadb-install-db", [
        "--no-defaults",
        `--datadir=${sandbox.path("data")}`,
        "--auth-root-authentication-method=normal",
        "--skip-test-db",
    ]);
    if (made.status !== 0) {
        throw new Error(made.output);
    }
    const socket = sandbox.path("socket", "mysqld.sock");
    const server = sandbox.start("mariadbd", [
        "--no-defaults",
        `--datadir=${sandbox.path("data")}`,
        `--socket=${socket}`,
        `--port=${sandbox.port}`,
        "--bind-address=127.0.0.1",
        "--innodb-flush-log-at-trx-commit=0",
    ]);
    const attempt = (text: string, database: string): Outcome =>
        sandbox.run(
            "mariadb",
            [
                "--no-defaults",
                "--default-character-set=utf8mb4",
                `--socket=${socket}`,
                "--user=root",
                "--batch",
                "--skip-column-names",
                database,
            ],
            {},
            text,
        );
    const sql = (text: string, database: string = mysql.databaseName): string => {
        const { status, output } = attempt(text, database);
        if (status !== 0) {
            throw new Error(output);
        }
        return output.trim();
    };
    const copies = (): string[] => sql("SHOW DATABASES LIKE '%restore%'", "mysql").split("\n").filter(Boolean);
    return {
        sandbox,
        backupPod: podOf(graph.object("CronJob", "db-backup")),
        restorePod: podOf(graph.object("CronJob", "db-restore")),
        prefix: "db",
        suffix: "sql.gz",
        fill: async () => {
            await eventually("MariaDB", () => attempt("SELECT 1", "mysql").status === 0);
            const pattern = mysql.databaseName.replaceAll("_", "\\_");
            sql(
                `CREATE DATABASE ${mysql.databaseName} CHARACTER SET utf8mb4;
                 CREATE USER '${mysql.username}'@'%' IDENTIFIED BY '${password}';
                 GRANT ALL ON \`${pattern}\`.* TO '${mysql.username}'@'%';
                 GRANT ALL ON \`${pattern}\\_restore\\_%\`.* TO '${mysql.username}'@'%';
                 GRANT SELECT ON mysql.proc TO '${mysql.username}'@'%';`,
                "mysql",
            );
            sql(`CREATE TABLE account (id BIGINT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(100) NOT NULL, picture VARBINARY(32));
                 CREATE TABLE purchase (id BIGINT AUTO_INCREMENT PRIMARY KEY, account BIGINT NOT NULL, cents INT, FOREIGN KEY (account) REFERENCES account (id));
                 INSERT INTO account (name, picture) SELECT CONCAT('Zoë 💙 ', seq, '\\t"quoted" it''s'), UNHEX(SHA2(seq, 256)) FROM seq_1_to_2000;
                 INSERT INTO purchase (account, cents) SELECT id, id FROM account;`);
        },
        rows: () => [
            ...sql("SELECT 'account', id, name, HEX(picture) FROM account ORDER BY id").split("\n"),
            ...sql("SELECT 'purchase', id, account, cents FROM purchase ORDER BY id").split("\n"),
        ],
        damage: () => void sql("DELETE FROM purchase WHERE cents > 100; UPDATE account SET name = 'nobody'"),
        copies,
        discardCopies: () => copies().forEach((each) => sql(`DROP DATABASE ${each}`, "mysql")),
        lose: () => void sql(`DROP DATABASE ${mysql.databaseName}`, "mysql"),
        stop: async () => {
            await server.stop();
            await sandbox.destroy();
        },
    };
}

/** One line for each key: its type, a digest of what is in it, whatever order that has, and when it expires. */
const keysScript = `
local lines = {}
for _, key in ipairs(redis.call('KEYS', '*')) do
    local kind = redis.call('TYPE', key).ok
    local parts
    if kind == 'string' then parts = { redis.call('GET', key) }
    elseif kind == 'list' then parts = redis.call('LRANGE', key, 0, -1)
    elseif kind == 'zset' then parts = redis.call('ZRANGE', key, 0, -1, 'WITHSCORES')
    elseif kind == 'stream' then parts = { cjson.encode(redis.call('XRANGE', key, '-', '+')) }
    elseif kind == 'set' then parts = redis.call('SMEMBERS', key); table.sort(parts)
    else
        parts = {}
        local members = redis.call('HGETALL', key)
        for i = 1, #members, 2 do parts[#parts + 1] = members[i] .. '=' .. members[i + 1] end
        table.sort(parts)
    end
    lines[#lines + 1] = key .. ' ' .. kind .. ' ' .. redis.sha1hex(table.concat(parts, '|')) .. ' ' .. redis.call('PEXPIRETIME', key)
end
table.sort(lines)
return lines
`;

async function startRedis(): Promise<Store> {
    const graph = await deployCache({}, { addons: ["externalSecrets"] });
    const sandbox = new Sandbox(await freePort());
    sandbox.replace("redis.shop.svc.cluster.local", "127.0.0.1");
    sandbox.replace("6379", String(sandbox.port));
    sandbox.install(cacheBackupFiles());
    sandbox.setPassword(password);
    const server = sandbox.start("redis-server", [
        ...["--port", String(sandbox.port), "--bind", "127.0.0.1", "--dir", sandbox.path("data")],
        ...["--requirepass", password, "--maxmemory", "64mb", "--maxmemory-policy", "allkeys-lru"],
        ...["--appendonly", "yes", "--save", ""],
    ]);
    const send = (args: readonly string[], input = ""): Outcome =>
        sandbox.run(
            "redis-cli",
            ["--no-auth-warning", "-h", "127.0.0.1", "-p", String(sandbox.port), ...args],
            { REDISCLI_AUTH: password },
            input,
        );
    return {
        sandbox,
        backupPod: podOf(graph.object("CronJob", "redis-backup")),
        restorePod: podOf(graph.object("CronJob", "redis-restore")),
        prefix: "redis",
        suffix: "rdb.gz",
        fill: async () => {
            await eventually("Redis", () => send(["ping"]).output.trim() === "PONG");
            const commands = Array.from({ length: 500 }, (_, index) => [
                `SET text:${index} "Zo\\xc3\\xab \\t\\r\\n\\x00 ${index} ${"x".repeat(200)}"`,
                `SET passing:${index} ${index} PXAT ${4_000_000_000_000 + index}`,
                `HSET hash:${index} a ${index} b "two words"`,
                `RPUSH list:${index} ${index} ${index + 1} ${index}`,
                `SADD set:${index} ${index} b c`,
                `ZADD sorted:${index} ${index}.5 one 2 two`,
                `XADD stream:${index} 1-1 field ${index}`,
            ]).flat();
            send([], commands.join("\n"));
        },
        rows: () => send(["eval", keysScript, "0"]).output.split("\n").filter(Boolean),
        damage: () => void send([], "DEL text:1\nSET text:2 other\nSET more 1\n"),
        copies: () => send(["-n", "15", "keys", "*"]).output.split("\n").filter(Boolean),
        discardCopies: () => void send(["-n", "15"], "FLUSHDB\n"),
        lose: () => void send([], "FLUSHALL\n"),
        stop: async () => {
            await server.stop();
            await sandbox.destroy();
        },
    };
}

export const storeKinds: readonly StoreKind[] = [
    {
        name: "PostgreSQL",
        program: "PostgreSQL (Debian: postgresql)",
        installed: () => findPostgres() !== undefined,
        start: startPostgres,
    },
    {
        name: "MariaDB",
        program: "MariaDB (Debian: mariadb-server)",
        installed: () =>
            ["mariadbd", "mariadb-install-db", "mysqldump"].every((each) => findCommand(each) !== undefined),
        start: startMariadb,
    },
    {
        name: "Redis",
        program: "Redis (Debian: redis-server)",
        installed: () => ["redis-server", "redis-check-rdb"].every((each) => findCommand(each) !== undefined),
        start: startRedis,
    },
];
