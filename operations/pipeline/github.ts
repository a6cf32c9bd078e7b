import { UserError } from "../../simulation/failure";
import type { Machine } from "../credentials";

/** The GitHub API, as far as a repository goes. */
export interface GitHub {
    /** `owner/name`. */
    readonly repository: string;
    readonly get: <T>(path: string) => Promise<T>;
    /** Every page of a list, or of what `items` finds in each page. */
    readonly list: <T>(path: string) => Promise<T[]>;
    readonly send: <T>(method: "POST" | "PATCH", path: string, body: unknown) => Promise<T>;
}

/** Source: GitHub REST API, "Using pagination". */
const pageSize = 100;
/** A list longer than this is not what a pipeline looks at. */
const mostPages = 10;
/** A call that takes longer will not be answered. */
const patienceSeconds = 30;

/**
 * The API for one repository, with the token in `GITHUB_TOKEN`; undefined without one: then nothing can be read or written.
 *
 * @param repository default: the one the workflow runs in.
 */
export function gitHub({ env }: Machine, repository = env.GITHUB_REPOSITORY): GitHub | undefined {
    const token = env.GITHUB_TOKEN;
    if (!token || !repository) {
        return undefined;
    }
    const base = `${env.GITHUB_API_URL ?? "https://api.github.com"}/repos/${repository}`;
    const call = async (method: string, path: string, body?: unknown): Promise<unknown> => {
        const response = await fetch(base + path, {
            method,
            headers: {
                accept: "application/vnd.github+json",
                authorization: `Bearer ${token}`,
                "x-github-api-version": "2022-11-28",
                "user-agent": "platform",
                ...(body !== undefined && { "content-type": "application/json" }),
            },
            ...(body !== undefined && { body: JSON.stringify(body) }),
            signal: AbortSignal.timeout(patienceSeconds * 1000),
        }).catch((error: unknown) => {
            throw new UserError(`GitHub cannot be reached: ${reasonOf(error)}.`);
        });
        const text = await response.text();
        if (!response.ok) {
            throw new UserError(`GitHub refused ${method} ${path}: ${response.status} ${messageIn(text)}`);
        }
        return text === "" ? undefined : (JSON.parse(text) as unknown);
    };
    return {
        repository,
        get: (path) => call("GET", path) as Promise<never>,
        list: async <T>(path: string) => {
            const found: T[] = [];
            for (let page = 1; page <= mostPages; page++) {
                const separator = path.includes("?") ? "&" : "?";
                const items = (await call("GET", `${path}${separator}per_page=${pageSize}&page=${page}`)) as T[];
                found.push(...items);
                if (items.length < pageSize) {
                    break;
                }
            }
            return found;
        },
        send: (method, path, body) => call(method, path, body) as Promise<never>,
    };
}

function messageIn(text: string): string {
    try {
        return (JSON.parse(text) as { message?: string }).message ?? "";
    } catch {
        return text.slice(0, 200);
    }
}

/** `fetch failed` says nothing; its cause does. */
export function reasonOf(error: unknown): string {
    const { message, cause } = error as { message?: string; cause?: { message?: string; code?: string } };
    return cause?.message || cause?.code || (message ?? String(error));
}
