import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { ServiceMetrics, type MetricsPlan } from "./metrics";
import { Copies, Items, type DatabaseAddress, type StoreAddress } from "./stores";

export interface ServicePlan {
    readonly metrics: MetricsPlan;
    /** Where it listens on loopback, also after a restart. */
    readonly port: number;
    /** Most connections of its pool. */
    readonly poolSize: number;
    readonly database?: DatabaseAddress;
    readonly cache?: StoreAddress;
}

/** What is wrong with it. */
export interface Faults {
    /** Milliseconds that every answer is late. */
    delayMilliseconds: number;
    /** Whether every request ends with status 500. */
    failing: boolean;
    /** Whether what it does beside answering requests fails. */
    operationsFailing: boolean;
}

/** The endpoints that count, as metrics name them. */
const endpoints = [
    { method: "GET", endpoint: "/items/{id}", path: /^\/items\/(\d+)$/ },
    { method: "POST", endpoint: "/items/{id}/visits", path: /^\/items\/(\d+)\/visits$/ },
] as const;

/** Milliseconds between two looks at whether the stores answer. */
const checkMilliseconds = 500;

/**
 * A small service of the kind that the platform runs: items in a database, copies of them in a cache, metrics as the catalogue names
 * them. It answers without its cache, and without its database as far as the cache goes, and it can be made to misbehave.
 */
export class ReferenceService {
    readonly faults: Faults = { delayMilliseconds: 0, failing: false, operationsFailing: false };
    private readonly items: Items | undefined;
    private readonly copies: Copies | undefined;
    private readonly metrics: ServiceMetrics;
    private readonly server: Server = createServer((request, response) => void this.serve(request, response));
    private readonly visited: number[] = [];
    private checks: NodeJS.Timeout | undefined;

    private constructor(plan: ServicePlan) {
        this.items = plan.database && new Items(plan.database, plan.poolSize);
        this.copies = plan.cache && new Copies(plan.cache);
        this.metrics = new ServiceMetrics(plan.metrics, () => ({
            inUse: this.items?.inUse ?? 0,
            size: plan.poolSize,
        }));
        endpoints.forEach(({ method, endpoint }) => this.metrics.announce(method, endpoint));
    }

    /** Starts it. Its stores need not be there yet. */
    static async start(plan: ServicePlan): Promise<ReferenceService> {
        const service = new ReferenceService(plan);
        service.copies?.open();
        await service.items?.prepare().catch(() => service.metrics.count("databaseErrors"));
        service.server.listen(plan.port, "127.0.0.1");
        await once(service.server, "listening");
        service.checks = setInterval(() => void service.look(), checkMilliseconds);
        return service;
    }

    async stop(): Promise<void> {
        clearInterval(this.checks);
        const closed = once(this.server, "close");
        this.server.close();
        this.server.closeAllConnections();
        await closed;
        this.copies?.close();
        await this.items?.close();
    }

    /** Takes connections out of the pool until they are given back. */
    async holdConnections(count: number): Promise<void> {
        await this.items?.hold(count);
    }

    giveConnectionsBack(): void {
        this.items?.release();
    }

    private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
        const path = request.url ?? "/";
        if (path === "/metrics") {
            response.setHeader("Content-Type", "text/plain; version=0.0.4");
            response.end(await this.metrics.text());
            return;
        }
        const found = endpoints.find((each) => each.method === request.method && each.path.test(path));
        if (found === undefined) {
            response.writeHead(404).end();
            return;
        }
        const start = process.hrtime.bigint();
        this.metrics.active.inc();
        const id = Number(found.path.exec(path)?.[1]);
        const { status, body } = await this.answer(found.method, id).catch((error: unknown) => {
            return { status: 500, body: String(error) };
        });
        this.metrics.active.dec();
        this.metrics.answered(
            found.method,
            found.endpoint,
            status,
            Number(process.hrtime.bigint() - start) / 1_000_000_000,
        );
        response.writeHead(status).end(body);
    }

    private async answer(method: "GET" | "POST", id: number): Promise<{ status: number; body: string }> {
        if (this.faults.delayMilliseconds > 0) {
            await wait(this.faults.delayMilliseconds);
        }
        if (this.faults.failing) {
            throw new Error("told to fail");
        }
        if (method === "POST") {
            // Written by and by, so that a database that is down loses nothing and lets nobody wait.
            this.visited.push(id);
            return { status: 202, body: "" };
        }
        return { status: 200, body: (await this.copyOf(id)) ?? (await this.read(id)) };
    }

    private async copyOf(id: number): Promise<string | undefined> {
        if (this.copies === undefined) {
            return undefined;
        }
        try {
            const copy = await this.copies.read(id);
            this.metrics.count(copy === null ? "cacheMisses" : "cacheHits");
            return copy ?? undefined;
        } catch {
            this.metrics.count("cacheErrors");
            return undefined;
        }
    }

    private async read(id: number): Promise<string> {
        if (this.items === undefined) {
            return JSON.stringify({ id });
        }
        const item = await this.items.read(id).catch((error: unknown) => {
            this.metrics.count("databaseErrors");
            throw error;
        });
        // A cache that does not take it is counted when it is read.
        await this.copies?.keep(id, item).catch(() => undefined);
        return item;
    }

    /** What a readiness probe does, and the work that is left over from requests. */
    private async look(): Promise<void> {
        this.metrics.operated(this.faults.operationsFailing);
        await Promise.all([
            this.copies?.check().catch(() => this.metrics.count("cacheErrors")),
            this.write().catch(() => this.metrics.count("databaseErrors")),
        ]);
    }

    /** Writes the oldest visit that is left; what fails is left over for the next time. */
    private async write(): Promise<void> {
        const [id = 0] = this.visited;
        await this.items?.visit(id);
        this.visited.shift();
    }
}
