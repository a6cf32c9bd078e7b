import http from "node:http";
import https from "node:https";
import path from "node:path";
import { Duplex, PassThrough } from "node:stream";
import type { KubeConfig } from "@kubernetes/client-node";
import { UserError } from "../simulation/failure";
import type { Machine } from "./credentials";

/** What the commands look at and change in a cluster: plain requests to the API server, by path. */
export interface Cluster {
    /** Where the API server is, for messages. */
    readonly server: string;
    /** An object, or undefined where there is none. */
    readonly get: <T = ClusterObject>(path: string) => Promise<T | undefined>;
    /** The objects of a collection; none where the cluster does not know the kind. */
    readonly list: (path: string) => Promise<readonly ClusterObject[]>;
    readonly create: (path: string, object: unknown) => Promise<ClusterObject>;
    readonly patch: (path: string, kind: keyof typeof patchTypes, patch: unknown) => Promise<ClusterObject>;
    /** Deletes an object and what it owns; nothing where there is none. */
    readonly remove: (path: string) => Promise<void>;
    /** Asks a server in a pod, through the kubelet, as a port-forward does: network policies do not apply to it. */
    readonly ask: (namespace: string, pod: string, port: number, path: string) => Promise<string>;
    /** Reads a text as it comes, such as a log, until it ends. */
    readonly stream: (path: string, onText: (text: string) => void) => Promise<void>;
}

/** An object as the API server returns it. What is in `spec` and `status` depends on the kind. */
export interface ClusterObject {
    readonly apiVersion?: string;
    readonly kind?: string;
    readonly metadata: {
        readonly name: string;
        readonly namespace?: string;
        readonly uid?: string;
        readonly generation?: number;
        readonly labels?: Readonly<Record<string, string>>;
        readonly annotations?: Readonly<Record<string, string>>;
    };
    readonly spec?: Readonly<Record<string, unknown>>;
    readonly status?: Readonly<Record<string, unknown>>;
}

/** Source: Kubernetes API Concepts, "Patches". */
const patchTypes = {
    merge: "application/merge-patch+json",
    json: "application/json-patch+json",
    apply: "application/apply-patch+yaml",
} as const;

/** Seconds that the API server may take for an answer. */
const answerSeconds = 60;

/** Seconds that a server in a pod may take. */
const podAnswerSeconds = 10;

/**
 * Connects to a cluster.
 *
 * @param outputs of the stack: its kubeconfig, else `clusterName` is a context of the kubeconfig on this machine.
 */
export async function connect(
    outputs: Readonly<Record<string, unknown>>,
    { env, home }: Pick<Machine, "env" | "home">,
): Promise<Cluster> {
    const { kubeconfig, clusterName } = outputs;
    if (kubeconfig === undefined && clusterName === undefined) {
        throw new UserError("The stack has no cluster yet: deploy it first.");
    }
    // Half a second to load, which commands that simulate do without.
    const { KubeConfig } = await import("@kubernetes/client-node");
    const config = new KubeConfig();
    try {
        if (kubeconfig !== undefined) {
            config.loadFromString(typeof kubeconfig === "string" ? kubeconfig : JSON.stringify(kubeconfig));
        } else {
            kubeconfigFiles(env, home).forEach((file, index) => {
                const next = index === 0 ? config : new KubeConfig();
                next.loadFromFile(file);
                if (index > 0) {
                    config.mergeConfig(next, true);
                }
            });
            config.setCurrentContext(String(clusterName));
        }
    } catch (error) {
        throw new UserError(`The cluster's kubeconfig cannot be read: ${(error as Error).message}.`);
    }
    const server = config.getCurrentCluster()?.server;
    if (server === undefined) {
        throw new UserError(`The kubeconfig has no context "${config.getCurrentContext()}".`);
    }
    return clusterAt(server, config);
}

function kubeconfigFiles(env: Machine["env"], home: string): string[] {
    return (env.KUBECONFIG ?? path.join(home, ".kube", "config")).split(path.delimiter).filter((file) => file !== "");
}

function clusterAt(server: string, config: KubeConfig): Cluster {
    const ask = (method: string, target: string, body?: unknown, contentType?: string): Promise<Answer> =>
        request({ server, config, method, target, body, ...(contentType !== undefined && { contentType }) });
    return {
        server,
        get: async <T>(target: string) => {
            const answer = await ask("GET", target);
            return answer.status === 404 ? undefined : (contentOf(answer, "GET", target) as T);
        },
        list: async (target) => {
            const answer = await ask("GET", target);
            return answer.status === 404
                ? []
                : ((contentOf(answer, "GET", target) as { items?: readonly ClusterObject[] }).items ?? []);
        },
        create: async (target, object) => contentOf(await ask("POST", target, object), "POST", target) as ClusterObject,
        patch: async (target, kind, patch) =>
            contentOf(await ask("PATCH", target, patch, patchTypes[kind]), "PATCH", target) as ClusterObject,
        remove: async (target) => {
            const options = { kind: "DeleteOptions", apiVersion: "v1", propagationPolicy: "Background" };
            const answer = await ask("DELETE", target, options);
            if (answer.status !== 404) {
                contentOf(answer, "DELETE", target);
            }
        },
        ask: (namespace, pod, port, target) => askPod(config, { namespace, pod, port, target }),
        stream: async (target, onText) => {
            const answer = await request({ server, config, method: "GET", target, onText });
            if (answer.status >= 300) {
                contentOf(answer, "GET", target);
            }
        },
    };
}

interface Request {
    readonly server: string;
    readonly config: KubeConfig;
    readonly method: string;
    readonly target: string;
    readonly body?: unknown;
    readonly contentType?: string;
    /** Takes the text of a good answer as it comes. */
    readonly onText?: (text: string) => void;
}

interface Answer {
    readonly status: number;
    readonly text: string;
}

async function request({ server, config, method, target, body, contentType, onText }: Request): Promise<Answer> {
    const url = new URL(server.replace(/\/$/, "") + target);
    const options: https.RequestOptions = { method, headers: { Accept: "application/json" } };
    try {
        await config.applyToHTTPSOptions(options);
    } catch (error) {
        throw new UserError(`There are no credentials for the cluster: ${(error as Error).message}.`);
    }
    const text = body === undefined ? undefined : JSON.stringify(body);
    if (text !== undefined) {
        options.headers = {
            ...options.headers,
            "Content-Type": contentType ?? "application/json",
            "Content-Length": Buffer.byteLength(text),
        };
    }
    return new Promise((resolve, reject) => {
        const unreachable = (error: Error): void =>
            reject(new UserError(`The API server at ${server} cannot be reached: ${error.message || error.name}.`));
        const sent = (url.protocol === "http:" ? http : https).request(url, options, (answer) => {
            const status = answer.statusCode ?? 0;
            const parts: string[] = [];
            answer.setEncoding("utf8");
            answer.on("data", (part: string) =>
                onText !== undefined && status < 300 ? onText(part) : parts.push(part),
            );
            answer.on("end", () => resolve({ status, text: parts.join("") }));
            answer.on("error", unreachable);
        });
        if (onText === undefined) {
            sent.setTimeout(answerSeconds * 1000, () =>
                sent.destroy(new Error(`no answer within ${answerSeconds} seconds`)),
            );
        }
        sent.on("error", unreachable);
        sent.end(text);
    });
}

interface PodRequest {
    readonly namespace: string;
    readonly pod: string;
    readonly port: number;
    readonly target: string;
}

async function askPod(config: KubeConfig, { namespace, pod, port, target }: PodRequest): Promise<string> {
    const { PortForward } = await import("@kubernetes/client-node");
    const [fromPod, toPod] = [new PassThrough(), new PassThrough()];
    let socket: unknown;
    try {
        socket = await new PortForward(config).portForward(namespace, pod, [port], fromPod, null, toPod);
    } catch (error) {
        throw new UserError(`There is no way to ${namespace}/${pod}: ${(error as Error).message}.`);
    }
    try {
        return await new Promise<string>((resolve, reject) => {
            const options = { host: "localhost", path: target, headers: { Connection: "close" } };
            const connection = Duplex.from({ readable: fromPod, writable: toPod });
            const sent = http.get({ ...options, createConnection: () => connection }, (answer) => {
                const parts: string[] = [];
                answer.setEncoding("utf8");
                answer.on("data", (part: string) => void parts.push(part));
                answer.on("end", () => resolve(parts.join("")));
            });
            setTimeout(
                () => sent.destroy(new Error(`no answer within ${podAnswerSeconds} seconds`)),
                podAnswerSeconds * 1000,
            ).unref();
            sent.on("error", (error) =>
                reject(new UserError(`${namespace}/${pod} does not answer: ${error.message}.`)),
            );
        });
    } finally {
        (socket as { close: () => void }).close();
    }
}

/** What the API server says, or a failure with its own words. */
function contentOf({ status, text }: Answer, method: string, target: string): unknown {
    let content: unknown;
    try {
        content = JSON.parse(text);
    } catch {
        content = undefined;
    }
    if (status < 300 && content !== undefined) {
        return content;
    }
    const { message } = (content ?? {}) as { message?: string };
    throw new UserError(
        `The API server answers ${method} ${target.split("?")[0]} with ${status}: ${message ?? (text.slice(0, 200) || "nothing")}.`,
    );
}

/** The path of an object, or of a collection where no name is given. */
export function pathOf(apiVersion: string, plural: string, namespace?: string, name?: string): string {
    return [
        apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`,
        ...(namespace === undefined ? [] : [`namespaces/${encodeURIComponent(namespace)}`]),
        plural,
        ...(name === undefined ? [] : [encodeURIComponent(name)]),
    ].join("/");
}

/** The query that keeps to the objects with these labels. */
export function withLabels(labels: Readonly<Record<string, string>>): string {
    const selector = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
    return `?labelSelector=${encodeURIComponent(selector.join(","))}`;
}
