import { readdirSync, existsSync } from "node:fs";
import path from "node:path";
import { backupFiles, exporterFiles, masterLoginFiles, serverFiles } from "../../../components/database/scripts";
import type { ResourceGraph } from "../../harness";
import { container, podOf, postgres } from "./fixture";
import { freePort } from "../../ports";
import { eventually, findCommand, Sandbox, type Outcome, type Process } from "./sandbox";

/** Where PostgreSQL's server programs are: on the path, or where Debian puts them, newest version first. */
export function findPostgres(): string | undefined {
    const debian = "/usr/lib/postgresql";
    const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
    const initdb = findCommand(
        "initdb",
        versions.map((version) => path.join(debian, version, "bin")),
    );
    return initdb === undefined ? undefined : path.dirname(initdb);
}

/** The pod of an in-cluster PostgreSQL: its arguments, its files and its login keeper, around a real server. */
export class PostgresServer {
    private constructor(
        readonly sandbox: Sandbox,
        readonly server: Process,
        readonly keeper: Process,
    ) {}

    static async start(graph: ResourceGraph, password: string): Promise<PostgresServer> {
        const programs = findPostgres();
        if (programs === undefined) {
            throw new Error("PostgreSQL is not installed");
        }
        const sandbox = new Sandbox(await freePort());
        sandbox.usePrograms(programs);
        sandbox.replace("/var/run/postgresql", sandbox.path("socket"));
        sandbox.replace("/var/lib/postgresql/data", sandbox.path("data"));
        sandbox.replace("db.shop.svc.cluster.local", "127.0.0.1");
        sandbox.replace("5432", String(sandbox.port));
        sandbox.install({ ...serverFiles("postgres"), ...backupFiles("postgres") });
        sandbox.install({ ...exporterFiles(), ...masterLoginFiles("postgres") });
        sandbox.setPassword(password);

        const pod = podOf(graph.object("StatefulSet", "db"));
        const server = PostgresServer.startServer(sandbox, pod);
        const keeper = sandbox.startContainer(container(pod, "login"), {
            CHECK_SECONDS: "0.2",
            PGPORT: String(sandbox.port),
        });
        const result = new PostgresServer(sandbox, server, keeper);
        try {
            await eventually("the login", () => result.login(password).status === 0);
        } catch (error) {
            await result.stop();
            throw new Error(`${String(error)}\n${server.output}\n${keeper.output.slice(-1000)}`, { cause: error });
        }
        return result;
    }

    /** What the image's entry point does: make the files once, then become the server with the arguments of the plan. */
    private static startServer(sandbox: Sandbox, pod: ReturnType<typeof podOf>): Process {
        const planned = container(pod, "server");
        const { PGDATA = "", POSTGRES_INITDB_ARGS = "" } = sandbox.variablesOf(planned);
        const steps = [
            sandbox.runContainer(container(pod, "certificate")),
            sandbox.run("initdb", [
                `--pgdata=${PGDATA}`,
                "--username=postgres",
                `--pwfile=${sandbox.path("credentials", "password")}`,
                ...POSTGRES_INITDB_ARGS.split(" "),
            ]),
        ];
        const failed = steps.find(({ status }) => status !== 0);
        if (failed !== undefined) {
            throw new Error(failed.output);
        }
        const [command = "", ...args] = sandbox.commandOf(planned);
        return sandbox.start(command, [
            "-D",
            PGDATA,
            "-p",
            String(sandbox.port),
            "-k",
            sandbox.path("socket"),
            "-c",
            "listen_addresses=127.0.0.1",
            "-c",
            "fsync=off",
            "-c",
            "log_statement=all",
            ...args,
        ]);
    }

    /** Logs in over the network, as a service does. */
    login(password: string, sslMode = "require", user: string = postgres.username): Outcome {
        return this.sandbox.run("psql", ["--no-psqlrc", "--command", "SELECT 1"], {
            PGHOST: "127.0.0.1",
            PGPORT: String(this.sandbox.port),
            PGUSER: user,
            PGDATABASE: postgres.databaseName,
            PGPASSWORD: password,
            PGSSLMODE: sslMode,
        });
    }

    /** Runs SQL through the socket. */
    sql(text: string, database: string = postgres.databaseName, user: string = postgres.username): string {
        const { status, output } = this.sandbox.run(
            "psql",
            ["--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set", "ON_ERROR_STOP=1", "--file", "-"],
            {
                PGHOST: this.sandbox.path("socket"),
                PGPORT: String(this.sandbox.port),
                PGUSER: user,
                PGDATABASE: database,
            },
            text,
        );
        if (status !== 0) {
            throw new Error(output);
        }
        return output.trim();
    }

    databases(): string[] {
        return this.sql("SELECT datname FROM pg_database WHERE NOT datistemplate ORDER BY 1", "postgres").split("\n");
    }

    /** A digest of every row of every table, whatever their order. */
    digest(database: string = postgres.databaseName): Record<string, string> {
        const tables = this.sql("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1", database);
        return Object.fromEntries(
            tables
                .split("\n")
                .map((table) => [
                    table,
                    this.sql(
                        `SELECT count(*) || ' ' || md5(string_agg(t::text, '|' ORDER BY t::text)) FROM "${table}" AS t`,
                        database,
                    ),
                ]),
        );
    }

    async stop(): Promise<void> {
        await this.keeper.stop();
        await this.server.stop("SIGINT");
        await this.sandbox.destroy();
    }
}
