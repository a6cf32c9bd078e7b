import { isIP } from "node:net";
import { connect } from "node:tls";
import type { Endpoint } from "./endpoints";
import { reasonOf } from "./github";

/** One thing that was asked of an endpoint. */
export interface Check {
    readonly endpoint: Endpoint;
    readonly what: string;
    /** What was wrong; undefined when all is well. */
    readonly problem?: string;
    readonly milliseconds: number;
}

export interface SmokeTestOptions {
    /** How long an endpoint may take to become well, in seconds: DNS records and load balancer targets lag behind a deployment. */
    readonly patienceSeconds: number;
    readonly pause: (milliseconds: number) => Promise<void>;
    readonly now: () => Date;
}

/** A request that takes longer counts as no answer. The alert for slow answers fires at one second. */
const requestSeconds = 10;
const betweenAttemptsMs = 5_000;
/** Days that a certificate has to be valid for. Let's Encrypt's are renewed 30 days before they end, ACM's 60. */
const certificateDays = 14;

/** Asks every endpoint until it says three times running that it is well, or the patience is over. */
export function smokeTest(endpoints: readonly Endpoint[], options: SmokeTestOptions): Promise<Check[]> {
    return Promise.all(endpoints.map((endpoint) => untilWell(endpoint, options)));
}

/** One good answer may come from the version that is on its way out. */
const goodAnswers = 3;

async function untilWell(endpoint: Endpoint, { patienceSeconds, pause, now }: SmokeTestOptions): Promise<Check> {
    const begin = now().getTime();
    let problem: string | undefined;
    let good = 0;
    for (;;) {
        problem = await problemOf(endpoint.url);
        good = problem === undefined ? good + 1 : 0;
        const milliseconds = now().getTime() - begin;
        if (good === goodAnswers || (problem !== undefined && milliseconds >= patienceSeconds * 1000)) {
            return { endpoint, what: "answers", milliseconds, ...(problem !== undefined && { problem }) };
        }
        await pause(betweenAttemptsMs);
    }
}

async function problemOf(url: string): Promise<string | undefined> {
    try {
        const response = await fetch(url, {
            redirect: "manual",
            signal: AbortSignal.timeout(requestSeconds * 1000),
            headers: { "user-agent": "platform-smoke-test" },
        });
        const text = await response.text();
        return response.status === 200 ? undefined : `${response.status} ${text.slice(0, 100).replace(/\s+/g, " ")}`;
    } catch (error) {
        return reasonOf(error);
    }
}

/** What only the whole path from outside shows: certificates that go on being valid, and no service in clear. */
export async function integrationTest(endpoints: readonly Endpoint[], options: SmokeTestOptions): Promise<Check[]> {
    const encrypted = endpoints.filter(({ url }) => url.startsWith("https:"));
    const checks = encrypted.flatMap((endpoint) => [
        timed(endpoint, "has a certificate that stays valid", options, () => certificateProblem(endpoint, options)),
        timed(endpoint, "sends HTTP to HTTPS", options, () => clearTextProblem(endpoint.url)),
    ]);
    return Promise.all(checks);
}

async function timed(
    endpoint: Endpoint,
    what: string,
    { now }: SmokeTestOptions,
    check: () => Promise<string | undefined>,
): Promise<Check> {
    const begin = now().getTime();
    const problem = await check();
    return { endpoint, what, milliseconds: now().getTime() - begin, ...(problem !== undefined && { problem }) };
}

function certificateProblem({ url }: Endpoint, { now }: SmokeTestOptions): Promise<string | undefined> {
    const { hostname, port } = new URL(url);
    return new Promise((resolve) => {
        const socket = connect(
            {
                host: hostname,
                port: Number(port || 443),
                ...(isIP(hostname) === 0 && { servername: hostname }),
                timeout: requestSeconds * 1000,
            },
            () => {
                const end = new Date(socket.getPeerCertificate().valid_to);
                const days = Math.floor((end.getTime() - now().getTime()) / 86_400_000);
                socket.destroy();
                resolve(days < certificateDays ? `it ends in ${days} days, and nothing has renewed it` : undefined);
            },
        );
        socket.once("timeout", () => socket.destroy(new Error(`no answer in ${requestSeconds} s`)));
        socket.once("error", (error) => resolve(reasonOf(error)));
    });
}

/** A port that nobody listens on is as good as a redirection. */
async function clearTextProblem(url: string): Promise<string | undefined> {
    const clear = new URL(url);
    clear.protocol = "http:";
    try {
        const response = await fetch(clear, {
            redirect: "manual",
            signal: AbortSignal.timeout(requestSeconds * 1000),
        });
        await response.body?.cancel();
        const target = response.headers.get("location") ?? "";
        const redirected = response.status >= 301 && response.status <= 308 && target.startsWith("https:");
        return redirected || response.status >= 400 ? undefined : `it answers ${response.status} in clear text`;
    } catch {
        return undefined;
    }
}

/** One line for each check. */
export function checkLines(checks: readonly Check[]): string[] {
    return checks.map(({ endpoint, what, problem, milliseconds }) => {
        const which = `${endpoint.system}/${endpoint.service} ${endpoint.url}`;
        const seconds = (milliseconds / 1000).toFixed(1);
        return problem === undefined
            ? `  ok    ${which} ${what} (${seconds} s)`
            : `  FAIL  ${which} ${what}: ${problem}`;
    });
}
