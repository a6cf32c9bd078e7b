import { Agent, request } from "node:https";
import { setTimeout as wait } from "node:timers/promises";
import type { KubernetesObject } from "../../simulation/manifests";

/** How to reach an API server. */
export interface Access {
    readonly server: string;
    /** PEM of the authority that signed the server's certificate. */
    readonly authority: string;
    /** Bearer token, or PEM certificate and key. */
    readonly credentials: { readonly token: string } | { readonly certificate: string; readonly key: string };
}

/** An object as the API server gives it back. */
export interface LiveObject extends KubernetesObject {
    readonly metadata: KubernetesObject["metadata"] & {
        readonly resourceVersion: string;
        readonly generation?: number;
        readonly uid: string;
    };
    readonly spec?: unknown;
    readonly status?: unknown;
}

/** A resource type that the server knows. */
export interface ResourceType {
    /** Path of the API that it is in, such as `/apis/apps/v1`. */
    readonly api: string;
    readonly apiVersion: string;
    readonly kind: string;
    readonly plural: string;
    readonly namespaced: boolean;
    readonly verbs: readonly string[];
}

/** What the API server refuses, in its own words. */
export class ApiError extends Error {
    constructor(
        readonly status: number,
        message: string,
    ) {
        super(`${status}: ${message}`);
    }
}

const fieldManager = "platform-test";

interface Answer {
    readonly status: number;
    readonly text: string;
}

/**
 * The few calls that the tests make. `@kubernetes/client-node` has no strict field validation for objects of any kind, which is the point of
 * the test, and would add 60 packages.
 */
export class Client {
    private readonly agent: Agent;
    private types: readonly ResourceType[] = [];

    constructor(private readonly access: Access) {
        const { credentials, authority } = access;
        this.agent = new Agent({
            keepAlive: true,
            maxSockets: 16,
            ca: authority,
            ...("token" in credentials ? {} : { cert: credentials.certificate, key: credentials.key }),
        });
    }

    close(): void {
        this.agent.destroy();
    }

    /** Whether the server answers that it is ready. */
    async ready(): Promise<boolean> {
        try {
            return (await this.send("GET", "/readyz")).status === 200;
        } catch {
            return false;
        }
    }

    /** Reads anew which resource types there are. */
    async discover(): Promise<readonly ResourceType[]> {
        const { groups } = await this.get<{ groups: { versions: { groupVersion: string }[] }[] }>("/apis");
        const versions = groups.flatMap((group) => group.versions.map(({ groupVersion }) => groupVersion));
        const lists = await Promise.all(["v1", ...versions].map((version) => this.typesOf(version)));
        this.types = lists.flat();
        return this.types;
    }

    private async typesOf(apiVersion: string): Promise<ResourceType[]> {
        interface Listed {
            name: string;
            kind: string;
            namespaced: boolean;
            verbs: string[];
        }
        const api = apiVersion === "v1" ? "/api/v1" : `/apis/${apiVersion}`;
        // A new group is announced a moment before it is served.
        const found = await absent(() => this.get<{ resources: Listed[] }>(api));
        return (found?.resources ?? [])
            .filter(({ name }) => !name.includes("/"))
            .map(({ name, kind, namespaced, verbs }) => ({ api, apiVersion, kind, plural: name, namespaced, verbs }));
    }

    typeOf({ apiVersion, kind }: Pick<KubernetesObject, "apiVersion" | "kind">): ResourceType {
        const found = this.types.find((type) => type.apiVersion === apiVersion && type.kind === kind);
        if (found === undefined) {
            throw new Error(`the API server has no ${apiVersion} ${kind}`);
        }
        return found;
    }

    /** Every object of a kind, in all namespaces. */
    async list(apiVersion: string, kind: string): Promise<LiveObject[]> {
        return this.listType(this.typeOf({ apiVersion, kind }));
    }

    async listType({ api, plural, apiVersion, kind }: ResourceType): Promise<LiveObject[]> {
        const { items } = await this.get<{ items: LiveObject[] }>(`${api}/${plural}`);
        // Lists leave out what is the same for every item.
        return items.map((item) => ({ ...item, apiVersion, kind }));
    }

    /** The object as it is now; undefined when there is none. */
    async read(object: KubernetesObject): Promise<LiveObject | undefined> {
        return absent(() => this.get<LiveObject>(this.pathOf(object)));
    }

    /** Server-side apply: unknown and repeated fields are errors, and so is what another manager owns. */
    async apply(object: KubernetesObject): Promise<LiveObject> {
        const query = `fieldManager=${fieldManager}&fieldValidation=Strict`;
        return this.call("PATCH", `${this.pathOf(object)}?${query}`, object, "application/apply-patch+yaml");
    }

    async create(object: KubernetesObject): Promise<LiveObject> {
        const { api, plural, namespaced } = this.typeOf(object);
        const namespace = namespaced ? `/namespaces/${object.metadata.namespace ?? "default"}` : "";
        return this.call("POST", `${api}${namespace}/${plural}?fieldValidation=Strict`, object);
    }

    /** Changes members of an object or of one of its subresources. */
    async merge(object: KubernetesObject, change: unknown, subresource = ""): Promise<LiveObject> {
        return this.call("PATCH", `${this.pathOf(object)}${subresource}`, change, "application/merge-patch+json");
    }

    /** Deletes an object; one that is not there is as good as deleted. */
    async delete(object: KubernetesObject): Promise<void> {
        await absent(() => this.call("DELETE", this.pathOf(object), { propagationPolicy: "Background" }));
    }

    /** Asks to evict a pod. False: a disruption budget does not allow it now. */
    async evict({ metadata: { name, namespace } }: KubernetesObject): Promise<boolean> {
        const path = `/api/v1/namespaces/${namespace}/pods/${name}/eviction`;
        const body = { apiVersion: "policy/v1", kind: "Eviction", metadata: { name, namespace } };
        try {
            await absent(() => this.call("POST", path, body));
            return true;
        } catch (error) {
            if (error instanceof ApiError && error.status === 429) {
                return false;
            }
            throw error;
        }
    }

    private pathOf(object: KubernetesObject): string {
        const { api, plural, namespaced } = this.typeOf(object);
        const { name, namespace = "default" } = object.metadata;
        return `${api}${namespaced ? `/namespaces/${namespace}` : ""}/${plural}/${encodeURIComponent(name)}`;
    }

    private async get<T>(path: string): Promise<T> {
        return this.call<T>("GET", path);
    }

    private async call<T>(method: string, path: string, body?: unknown, contentType = "application/json"): Promise<T> {
        let { status, text } = await this.send(method, path, body, contentType);
        // The server's caches of a new resource type fill for a second or two.
        for (let left = 60; left > 0 && status === 429 && text.includes("initializing"); left--) {
            await wait(500);
            ({ status, text } = await this.send(method, path, body, contentType));
        }
        if (status >= 400) {
            const message = text.startsWith("{") ? (JSON.parse(text) as { message?: string }).message : text;
            throw new ApiError(status, message ?? text);
        }
        return JSON.parse(text) as T;
    }

    private send(method: string, path: string, body?: unknown, contentType = ""): Promise<Answer> {
        const { credentials, server } = this.access;
        const content = body === undefined ? undefined : JSON.stringify(body);
        const headers = {
            accept: "application/json",
            ...("token" in credentials && { authorization: `Bearer ${credentials.token}` }),
            // Node counts no bytes by itself for a DELETE, and what it sends would be read as another request.
            ...(content !== undefined && {
                "content-type": contentType,
                "content-length": String(Buffer.byteLength(content)),
            }),
        };
        return new Promise((resolve, reject) => {
            const sent = request(
                `${server}${path}`,
                { method, headers, agent: this.agent, timeout: 60_000 },
                (answer) => {
                    const chunks: Buffer[] = [];
                    answer.on("data", (chunk: Buffer) => chunks.push(chunk));
                    answer.on("error", reject);
                    answer.on("end", () =>
                        resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(chunks).toString("utf8") }),
                    );
                },
            );
            sent.on("timeout", () => sent.destroy(new Error(`${method} ${path} got no answer`)));
            sent.on("error", reject);
            sent.end(content);
        });
    }
}

async function absent<T>(call: () => Promise<T>): Promise<T | undefined> {
    try {
        return await call();
    } catch (error) {
        if (error instanceof ApiError && error.status === 404) {
            return undefined;
        }
        throw error;
    }
}
