import { createClient } from "@redis/client";
import { Pool, type PoolClient } from "pg";

/** Where a store listens on loopback. */
export interface StoreAddress {
    readonly port: number;
}

export interface DatabaseAddress extends StoreAddress {
    readonly user: string;
    readonly database: string;
}

/** Milliseconds that a connection or an answer may take. What is down refuses at once; what is slow here is a busy machine. */
const patienceMilliseconds = 10_000;

/** The items in the database, behind a pool. */
export class Items {
    private readonly pool: Pool;
    private readonly held: PoolClient[] = [];

    constructor(
        { port, user, database }: DatabaseAddress,
        readonly poolSize: number,
    ) {
        this.pool = new Pool({
            ...{ host: "127.0.0.1", port, user, database, max: poolSize },
            connectionTimeoutMillis: patienceMilliseconds,
            query_timeout: patienceMilliseconds,
            allowExitOnIdle: true,
        });
        // An idle connection that breaks is no news: whoever asks for one next finds out.
        this.pool.on("error", () => undefined);
    }

    get inUse(): number {
        return this.pool.totalCount - this.pool.idleCount;
    }

    async prepare(): Promise<void> {
        await this.pool.query("CREATE TABLE IF NOT EXISTS items (id integer PRIMARY KEY, visits integer NOT NULL)");
    }

    async read(id: number): Promise<string> {
        const { rows } = await this.pool.query<{ visits: number }>("SELECT visits FROM items WHERE id = $1", [id]);
        return JSON.stringify({ id, visits: rows[0]?.visits ?? 0 });
    }

    async visit(id: number): Promise<void> {
        await this.pool.query(
            "INSERT INTO items VALUES ($1, 1) ON CONFLICT (id) DO UPDATE SET visits = items.visits + 1",
            [id],
        );
    }

    /** Takes connections out of the pool, as requests do that never come to an end. */
    async hold(connections: number): Promise<void> {
        while (this.held.length < connections) {
            const client = await this.pool.connect();
            client.on("error", () => undefined);
            this.held.push(client);
        }
    }

    release(): void {
        this.held.splice(0).forEach((client) => client.release());
    }

    async close(): Promise<void> {
        this.release();
        await this.pool.end();
    }
}

/** Copies of items in a cache. What it does not answer in time fails. */
export class Copies {
    private readonly client;

    constructor({ port }: StoreAddress) {
        this.client = createClient({
            socket: { host: "127.0.0.1", port, reconnectStrategy: 200, connectTimeout: patienceMilliseconds },
            // Without it, commands wait until the server is back.
            disableOfflineQueue: true,
        });
        this.client.on("error", () => undefined);
    }

    /** Begins to connect, and does so again whenever the connection breaks. */
    open(): void {
        void this.client.connect().catch(() => undefined);
    }

    async check(): Promise<void> {
        await this.client.ping();
    }

    read(id: number): Promise<string | null> {
        return this.client.get(`item:${id}`);
    }

    async keep(id: number, item: string): Promise<void> {
        await this.client.set(`item:${id}`, item, { expiration: { type: "EX", value: 300 } });
    }

    async forget(id: number): Promise<void> {
        await this.client.del(`item:${id}`);
    }

    close(): void {
        this.client.destroy();
    }
}
