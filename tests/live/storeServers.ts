import { execFile } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, readdirSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { createClient } from "@redis/client";
import { Client } from "pg";
import { freePort } from "../ports";
import type { Processes } from "../processes";
import { nobody, type Programs } from "./programs";
import { eventually } from "./prometheus";
import type { DatabaseAddress, StoreAddress } from "./referenceService/stores";

const superuser = "postgres";

/** A store on loopback that can be taken away and given back. */
export interface StoreServer<Address extends StoreAddress = StoreAddress> {
    readonly address: Address;
    start(): Promise<void>;
    kill(): Promise<void>;
}

/** Makes the files of an empty PostgreSQL once; every server begins with a copy. */
export async function emptyPostgres(processes: Processes, programs: Programs): Promise<string> {
    const directory = processes.file("empty-postgres");
    mkdirSync(directory);
    processes.give(directory, nobody());
    await promisify(execFile)(
        programs.initdb,
        [`--pgdata=${directory}`, `--username=${superuser}`, "--auth=trust", "--no-sync", "--encoding=UTF8"],
        { cwd: processes.directory, env: { ...process.env, LC_ALL: "C.UTF-8" }, ...nobody() },
    );
    return directory;
}

/** A PostgreSQL with one database, as a service and an exporter find it. */
export class Postgres implements StoreServer<DatabaseAddress> {
    private constructor(
        private readonly name: string,
        private readonly processes: Processes,
        private readonly program: string,
        readonly address: DatabaseAddress,
    ) {}

    static async start(
        name: string,
        processes: Processes,
        programs: Programs,
        empty: string,
        wanted: Omit<DatabaseAddress, "port">,
    ): Promise<Postgres> {
        const server = new Postgres(name, processes, programs.postgres, { ...wanted, port: await freePort() });
        copyAs(processes, empty, server.data);
        await server.start();
        await server.sql(
            `CREATE ROLE "${wanted.user}" LOGIN`,
            `CREATE DATABASE "${wanted.database}" OWNER "${wanted.user}"`,
            "CREATE ROLE platform_exporter LOGIN IN ROLE pg_monitor",
        );
        return server;
    }

    async start(): Promise<void> {
        const options = {
            port: this.address.port,
            listen_addresses: "127.0.0.1",
            unix_socket_directories: "",
            // The data is thrown away: it need not survive a power cut.
            fsync: "off",
            shared_buffers: "16MB",
        };
        this.processes.start(
            this.name,
            this.program,
            ["-D", this.data, ...Object.entries(options).flatMap(([key, value]) => ["-c", `${key}=${value}`])],
            // The signal to stop at once, which takes the processes of its connections along.
            { user: nobody(), killSignal: "SIGQUIT" },
        );
        await answering(() => this.sql("SELECT 1"));
        this.processes.checkAlive();
    }

    kill(): Promise<void> {
        return this.processes.kill(this.name);
    }

    private get data(): string {
        return this.processes.file(`${this.name}-data`);
    }

    private async sql(...statements: readonly string[]): Promise<void> {
        const client = new Client({ host: "127.0.0.1", port: this.address.port, user: superuser, database: superuser });
        client.on("error", () => undefined);
        await client.connect();
        try {
            for (const statement of statements) {
                await client.query(statement);
            }
        } finally {
            await client.end();
        }
    }
}

/** Waits until a server takes a request. */
async function answering(request: () => Promise<void>): Promise<void> {
    await eventually(
        () =>
            request().then(
                () => true,
                () => false,
            ),
        (answers) => answers,
    );
}

/** Copies a directory for whoever runs servers. */
function copyAs(processes: Processes, from: string, to: string): void {
    cpSync(from, to, { recursive: true });
    const user = nobody();
    for (const name of ["", ...(readdirSync(to, { recursive: true }) as string[])]) {
        processes.give(path.join(to, name), user);
    }
    chmodSync(to, 0o700);
}

/** A Redis that keeps nothing. */
export class Redis implements StoreServer {
    private constructor(
        private readonly name: string,
        private readonly processes: Processes,
        private readonly program: string,
        readonly address: StoreAddress,
    ) {}

    static async start(name: string, processes: Processes, programs: Programs): Promise<Redis> {
        const server = new Redis(name, processes, programs.redis, { port: await freePort() });
        await server.start();
        return server;
    }

    async start(): Promise<void> {
        this.processes.start(this.name, this.program, [
            ...["--port", String(this.address.port), "--bind", "127.0.0.1"],
            ...["--save", "", "--appendonly", "no", "--maxmemory", "64mb"],
        ]);
        await answering(() => this.send("PING"));
        this.processes.checkAlive();
    }

    kill(): Promise<void> {
        return this.processes.kill(this.name);
    }

    /** Sends a command over a connection of its own. */
    async send(...command: string[]): Promise<void> {
        const client = createClient({
            socket: { host: "127.0.0.1", port: this.address.port, reconnectStrategy: false },
        });
        client.on("error", () => undefined);
        await client.connect();
        try {
            await client.sendCommand(command);
        } finally {
            client.destroy();
        }
    }
}

/** An exporter of a store: where it listens, and how it is started anew. */
export class Exporter {
    private constructor(
        readonly name: string,
        private readonly processes: Processes,
        private readonly program: string,
        private readonly environment: Readonly<Record<string, string>>,
        readonly port: number,
    ) {}

    static async ofPostgres(
        name: string,
        processes: Processes,
        programs: Programs,
        { port, database }: DatabaseAddress,
    ): Promise<Exporter> {
        const source = `host=127.0.0.1 port=${port} user=platform_exporter dbname=${database} sslmode=disable`;
        return Exporter.started(name, processes, programs.postgresExporter, { DATA_SOURCE_NAME: source });
    }

    static async ofRedis(
        name: string,
        processes: Processes,
        programs: Programs,
        { port }: StoreAddress,
    ): Promise<Exporter> {
        return Exporter.started(name, processes, programs.redisExporter, { REDIS_ADDR: `redis://127.0.0.1:${port}` });
    }

    private static async started(
        name: string,
        processes: Processes,
        program: string,
        environment: Readonly<Record<string, string>>,
    ): Promise<Exporter> {
        const exporter = new Exporter(name, processes, program, environment, await freePort());
        exporter.start();
        return exporter;
    }

    start(): void {
        const { environment } = this;
        this.processes.start(this.name, this.program, [`--web.listen-address=127.0.0.1:${this.port}`], { environment });
    }

    kill(): Promise<void> {
        return this.processes.kill(this.name);
    }
}
