import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";

type Body = Readonly<Record<string, unknown>>;

/** A call that was made, in the order of arrival. */
export interface Call {
    readonly method: string;
    readonly path: string;
    readonly body?: Body;
}

/** An answer of the fake API, or a status that is none. */
type Answer = unknown;

/** What stands for GitHub on the loopback: answers by method and path, without the query; everything else is 404. */
export class FakeGitHub {
    readonly calls: Call[] = [];
    readonly answers = new Map<string, (call: Call, query: URLSearchParams) => Answer>();
    private readonly server: Server;

    constructor(readonly repository = "your-org/platform") {
        this.server = createServer((request, response) => {
            void this.answer(request).then(({ status, body }) => {
                response.writeHead(status, { "content-type": "application/json" });
                response.end(JSON.stringify(body));
            });
        });
    }

    /** @returns the variables by which the commands find it. */
    async listen(): Promise<Record<string, string>> {
        await once(this.server.listen(0, "127.0.0.1"), "listening");
        return {
            GITHUB_API_URL: `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`,
            GITHUB_REPOSITORY: this.repository,
            GITHUB_TOKEN: "token",
        };
    }

    async close(): Promise<void> {
        this.server.closeAllConnections();
        await once(this.server.close(), "close");
    }

    on(call: string, answer: (call: Call, query: URLSearchParams) => Answer): this {
        this.answers.set(call, answer);
        return this;
    }

    /** Calls that changed something. */
    written(): Call[] {
        return this.calls.filter(({ method }) => method !== "GET");
    }

    private async answer(request: IncomingMessage): Promise<{ status: number; body: unknown }> {
        const chunks: Buffer[] = [];
        for await (const chunk of request) {
            chunks.push(chunk as Buffer);
        }
        const text = Buffer.concat(chunks).toString();
        const { pathname, searchParams } = new URL(request.url ?? "/", "http://fake");
        const path = pathname.replace(`/repos/${this.repository}`, "");
        const call: Call = {
            method: request.method ?? "GET",
            path,
            ...(text !== "" && { body: JSON.parse(text) as Body }),
        };
        this.calls.push(call);
        if (request.headers.authorization !== "Bearer token") {
            return { status: 401, body: { message: "Bad credentials" } };
        }
        const answer = this.answers.get(`${call.method} ${path}`);
        if (answer === undefined) {
            return { status: 404, body: { message: "Not Found" } };
        }
        const body = answer(call, searchParams);
        return body instanceof Refusal
            ? { status: body.status, body: { message: body.message } }
            : { status: 200, body };
    }
}

/** What GitHub says when it refuses. */
export class Refusal {
    constructor(
        readonly status: number,
        readonly message: string,
    ) {}
}

/** Cuts a list into pages as GitHub does. */
export function page<T>(items: readonly T[], query: URLSearchParams): T[] {
    const size = Number(query.get("per_page") ?? 30);
    const start = (Number(query.get("page") ?? 1) - 1) * size;
    return items.slice(start, start + size);
}
