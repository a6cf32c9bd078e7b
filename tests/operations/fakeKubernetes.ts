import http from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";

/** An object, or the answer of a path that is not one, such as a proxied page. */
type Content = Readonly<Record<string, unknown>>;

/** A change that was asked for. */
export interface Change {
    readonly method: string;
    readonly path: string;
    readonly contentType: string;
    readonly body: Content;
}

/**
 * An API server on loopback that keeps objects by path. It knows nothing about kinds: it lists what lies below a path, takes what is
 * posted, and merges what is patched. What a controller would do, a test does in `onChange`.
 */
export class FakeKubernetes {
    readonly objects = new Map<string, Content>();
    /** Texts by path, such as logs. */
    readonly texts = new Map<string, string>();
    readonly changes: Change[] = [];
    /** Paths that were read, with their queries. */
    readonly reads: string[] = [];
    onChange: (change: Change) => void = () => undefined;
    /** What servers in pods answer, by `namespace/pod:port/path`. */
    readonly answers = new Map<string, string>();
    private readonly server = http.createServer((request, response) => void this.answer(request, response));

    async start(): Promise<void> {
        forwardPorts(this.server, this.answers);
        await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    }

    stop(): void {
        this.server.closeAllConnections();
        this.server.close();
    }

    /** What a stack with this cluster would export. */
    get kubeconfig(): string {
        const server = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
        return JSON.stringify({
            apiVersion: "v1",
            kind: "Config",
            "current-context": "fake",
            contexts: [{ name: "fake", context: { cluster: "fake", user: "operator" } }],
            clusters: [{ name: "fake", cluster: { server, "insecure-skip-tls-verify": true } }],
            users: [{ name: "operator", user: { token: "of-the-operator" } }],
        });
    }

    /** The changes in short, such as `POST /api/v1/pods`. */
    get changed(): string[] {
        return this.changes.map(({ method, path }) => `${method} ${path}`);
    }

    put(path: string, content: Content): void {
        this.objects.set(path, content);
    }

    private async answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
        const parts: Buffer[] = [];
        for await (const part of request) {
            parts.push(part as Buffer);
        }
        const url = request.url ?? "";
        const [path = "", query = ""] = url.split("?");
        const method = request.method ?? "GET";
        const text = Buffer.concat(parts).toString();
        const reply = (status: number, content: unknown): void => {
            response.writeHead(status, { "content-type": "application/json" });
            response.end(typeof content === "string" ? content : JSON.stringify(content));
        };
        if (request.headers.authorization !== "Bearer of-the-operator") {
            return reply(401, { kind: "Status", message: "Unauthorized" });
        }
        if (method === "GET") {
            this.reads.push(url);
            const content =
                this.texts.get(url) ?? this.texts.get(path) ?? this.objects.get(path) ?? this.list(path, query);
            return content === undefined ? reply(404, { message: `${path} not found` }) : reply(200, content);
        }
        const body = (text === "" ? {} : JSON.parse(text)) as Content;
        const change = { method, path: url, contentType: request.headers["content-type"] ?? "", body };
        this.changes.push(change);
        const content = this.change(method, path, body);
        this.onChange(change);
        return content === undefined
            ? reply(404, { kind: "Status", message: `${path} not found` })
            : reply(method === "POST" ? 201 : 200, content);
    }

    private change(method: string, path: string, body: Content): Content | undefined {
        if (method === "POST") {
            const { name } = body.metadata as { name: string };
            const object = { ...body, metadata: { ...(body.metadata as Content), uid: `uid-of-${name}` } };
            this.objects.set(`${path}/${name}`, object);
            return object;
        }
        const owner = path.replace(/\/(status|scale)$/, "");
        const existing = this.objects.get(owner);
        if (existing === undefined) {
            return undefined;
        }
        if (method === "DELETE") {
            this.objects.delete(owner);
            return { kind: "Status", status: "Success" };
        }
        const merged = Array.isArray(body) ? existing : (merge(existing, body) as Content);
        this.objects.set(owner, merged);
        return merged;
    }

    /** What lies directly below a path: the objects of a namespace, or of all. A collection of which nothing is known is not there. */
    private list(path: string, query: string): Content | undefined {
        const items = [...this.objects].flatMap(([key, object]) =>
            key.startsWith(`${path}/`) && !key.slice(path.length + 1).includes("/") ? [object] : [],
        );
        const selector = new URLSearchParams(query).get("labelSelector");
        const wanted = (selector ?? "").split(",").filter(Boolean);
        const chosen = items.filter(({ metadata }) => {
            const { labels = {} } = metadata as { labels?: Record<string, string> };
            return wanted.every((each) => {
                const [key = "", value] = each.split("=");
                return labels[key] === value;
            });
        });
        return items.length === 0 ? undefined : { kind: "List", items: chosen };
    }
}

/** Port-forwards to pods that answer plain HTTP. Source of the framing: Kubernetes, `remotecommand` over WebSocket, v4.channel.k8s.io. */
function forwardPorts(server: http.Server, answers: ReadonlyMap<string, string>): void {
    const sockets = new WebSocketServer({ noServer: true, handleProtocols: () => "v4.channel.k8s.io" });
    server.on("upgrade", (request: http.IncomingMessage, socket: Duplex, head: Buffer) => {
        const { pathname, searchParams } = new URL(request.url ?? "", "http://localhost");
        const [, namespace, pod] = /^\/api\/v1\/namespaces\/([^/]+)\/pods\/([^/]+)\/portforward$/.exec(pathname) ?? [];
        const port = Number(searchParams.get("ports"));
        sockets.handleUpgrade(request, socket, head, (client) => {
            const portBytes = Buffer.from([port & 0xff, port >> 8]);
            [0, 1].forEach((channel) => client.send(Buffer.concat([Buffer.from([channel]), portBytes])));
            client.on("message", (data: Buffer) => {
                const [, path = ""] = /^GET (\S+) HTTP/.exec(data.subarray(1).toString()) ?? [];
                const body = answers.get(`${namespace}/${pod}:${port}${path}`);
                const head = body === undefined ? "404 Not Found" : "200 OK";
                const text = `HTTP/1.1 ${head}\r\nContent-Length: ${Buffer.byteLength(body ?? "")}\r\nConnection: close\r\n\r\n${body ?? ""}`;
                client.send(Buffer.concat([Buffer.from([0]), Buffer.from(text)]));
            });
        });
    });
}

/** JSON merge patch, RFC 7396. */
function merge(target: unknown, patch: unknown): unknown {
    if (patch === null || typeof patch !== "object" || Array.isArray(patch)) {
        return patch;
    }
    const result: Record<string, unknown> =
        target !== null && typeof target === "object" && !Array.isArray(target) ? { ...target } : {};
    for (const [key, value] of Object.entries(patch)) {
        if (value === null) {
            delete result[key];
        } else {
            result[key] = merge(result[key], value);
        }
    }
    return result;
}

/** A fake API server for each test of a file. */
export function fakeKubernetes(): () => FakeKubernetes {
    let current: FakeKubernetes | undefined;
    beforeEach(async () => {
        current = new FakeKubernetes();
        await current.start();
    });
    afterEach(() => current?.stop());
    return () => {
        if (current === undefined) {
            throw new Error("the fake API server is there only while a test runs");
        }
        return current;
    };
}
