import { spawnSync } from "node:child_process";
import { backupFiles, serverFiles } from "../../../components/database/scripts";
import type { ResourceGraph } from "../../harness";
import { container, mysql, podOf } from "./fixture";
import { freePort } from "../../ports";
import { eventually, findCommand, Sandbox, type Outcome, type Process } from "./sandbox";

/** Whether MySQL is installed. MariaDB has commands of the same names, but neither its files nor its accounts work the same way. */
export function hasMysql(): boolean {
    return ["mysqld", "mysql", "mysqldump", "mysqladmin"].every((command) => {
        const file = findCommand(command);
        return file !== undefined && !/mariadb/i.test(spawnSync(file, ["--version"], { encoding: "utf8" }).stdout);
    });
}

/**
 * Stands in for the image's entry point: makes the files at the first start and becomes the server. The options are where the server's
 * files are on this machine.
 */
const entryPoint = (sandbox: Sandbox): string => `#!/bin/sh
set -eu
[ "$MYSQL_ALLOW_EMPTY_PASSWORD $MYSQL_ROOT_HOST" = "yes localhost" ]
here="--socket=${sandbox.path("socket")}/mysqld.sock --pid-file=${sandbox.path("tmp")}/pid --port=${sandbox.port} --bind-address=127.0.0.1"
server=$1
shift
[ -d "${sandbox.path("data")}/data" ] || "$server" --no-defaults "$@" $here --initialize-insecure
exec "$server" --no-defaults "$@" $here
`;

/** The pod of an in-cluster MySQL: its arguments, its files and its login keeper, around a real server. */
export class MysqlServer {
    private constructor(
        readonly sandbox: Sandbox,
        readonly server: Process,
        readonly keeper: Process,
    ) {}

    static async start(graph: ResourceGraph, password: string): Promise<MysqlServer> {
        const sandbox = new Sandbox(await freePort());
        sandbox.replace("/var/run/mysqld", sandbox.path("socket"));
        sandbox.replace("/var/lib/mysql", sandbox.path("data"));
        sandbox.replace("db.shop.svc.cluster.local", "127.0.0.1");
        sandbox.replace("3306", String(sandbox.port));
        sandbox.install({ ...serverFiles("mysql"), ...backupFiles("mysql") });
        sandbox.command("docker-entrypoint.sh", entryPoint(sandbox));
        sandbox.setPassword(password);

        const pod = podOf(graph.object("StatefulSet", "db"));
        const server = sandbox.startContainer(container(pod, "server"));
        const keeper = sandbox.startContainer(container(pod, "login"), { CHECK_SECONDS: "0.2" });
        const result = new MysqlServer(sandbox, server, keeper);
        try {
            await eventually("the login", () => result.login(password).status === 0);
        } catch (error) {
            await result.stop();
            throw new Error(`${String(error)}\n${server.output}\n${keeper.output.slice(-1000)}`, { cause: error });
        }
        return result;
    }

    /** Logs in over the network, as a service does. */
    login(password: string, sslMode = "REQUIRED", user: string = mysql.username): Outcome {
        return this.sandbox.run(
            "mysql",
            [
                "--no-defaults",
                "--protocol=TCP",
                "--host=127.0.0.1",
                `--port=${this.sandbox.port}`,
                `--user=${user}`,
                `--ssl-mode=${sslMode}`,
                `--database=${mysql.databaseName}`,
                "--execute=SELECT 1",
            ],
            { MYSQL_PWD: password },
        );
    }

    /** Runs SQL through the socket, as root unless another user is asked for. */
    sql(text: string, database = "", user = "root"): string {
        const { status, output } = this.sandbox.run(
            "mysql",
            [
                "--no-defaults",
                `--socket=${this.sandbox.path("socket")}/mysqld.sock`,
                `--user=${user}`,
                "--batch",
                "--skip-column-names",
                ...(database === "" ? [] : [`--database=${database}`]),
            ],
            {},
            text,
        );
        if (status !== 0) {
            throw new Error(output);
        }
        return output.trim();
    }

    databases(): string[] {
        const own = ["information_schema", "mysql", "performance_schema", "sys"];
        return this.sql("SHOW DATABASES")
            .split("\n")
            .filter((each) => !own.includes(each))
            .sort();
    }

    /** A digest of every row of every table, whatever their order. */
    digest(database: string = mysql.databaseName): Record<string, string> {
        const tables = this.sql("SHOW FULL TABLES WHERE Table_type = 'BASE TABLE'", database);
        return Object.fromEntries(
            tables.split("\n").map((line) => {
                const [table = ""] = line.split("\t");
                return [
                    table,
                    this.sql(`CHECKSUM TABLE \`${table}\`; SELECT COUNT(*) FROM \`${table}\``, database).replace(
                        /^\S+\s/,
                        "",
                    ),
                ];
            }),
        );
    }

    async stop(): Promise<void> {
        await this.keeper.stop();
        await this.server.stop();
        await this.sandbox.destroy();
    }
}
