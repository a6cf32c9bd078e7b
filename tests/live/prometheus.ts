import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { stringify } from "yaml";
import { freePort } from "../ports";

/** A target that is scraped, with the labels that its ServiceMonitor would give it. */
export interface Target {
    readonly address: string;
    readonly labels: Readonly<Record<string, string>>;
}

export interface Prometheus {
    /** Calls its HTTP API. */
    get(call: string, parameters?: Readonly<Record<string, string>>): Promise<{ status: number; data: unknown }>;
    stop(): Promise<void>;
}

const patienceMilliseconds = 60_000;

/** Asks until the answer is the one that is waited for; gives back the last one. */
export async function eventually<T>(ask: () => Promise<T>, isIt: (answer: T) => boolean): Promise<T> {
    const end = Date.now() + patienceMilliseconds;
    for (;;) {
        const answer = await ask();
        if (isIt(answer) || Date.now() > end) {
            return answer;
        }
        await new Promise((resolve) => setTimeout(resolve, 200));
    }
}

/** Starts Prometheus on loopback. It ends with `stop`, and with this process at the latest. */
export async function startPrometheus(
    directory: string,
    rules: Readonly<Record<string, string>>,
    targets: readonly Target[],
): Promise<Prometheus> {
    mkdirSync(path.join(directory, "rules"));
    for (const [name, content] of Object.entries(rules)) {
        writeFileSync(path.join(directory, "rules", name), content);
    }
    const configuration = {
        global: { scrape_interval: "1s", scrape_timeout: "1s", evaluation_interval: "1s" },
        rule_files: ["rules/*.yaml"],
        scrape_configs: [
            {
                job_name: "targets",
                static_configs: targets.map(({ address, labels }) => ({ targets: [address], labels })),
            },
        ],
    };
    const file = path.join(directory, "prometheus.yml");
    writeFileSync(file, stringify(configuration));
    const port = await freePort();
    const address = `127.0.0.1:${port}`;
    const server = spawn(
        "prometheus",
        [`--config.file=${file}`, `--storage.tsdb.path=${directory}/data`, `--web.listen-address=${address}`],
        { stdio: ["ignore", "ignore", "pipe"] },
    );
    let log = "";
    server.stderr.on("data", (chunk: Buffer) => (log = (log + chunk.toString()).slice(-4000)));
    const kill = (): boolean => server.kill("SIGKILL");
    process.once("exit", kill);
    const ready = await eventually(
        () =>
            fetch(`http://${address}/-/ready`).then(
                ({ ok }) => ok,
                () => false,
            ),
        (ok) => ok || server.exitCode !== null,
    );
    if (!ready) {
        kill();
        throw new Error(`Prometheus does not start:\n${log}`);
    }
    return {
        get: async (call, parameters = {}) => {
            const answer = await fetch(
                `http://${address}/api/v1/${call}?${new URLSearchParams(parameters).toString()}`,
            );
            return { status: answer.status, data: ((await answer.json()) as { data?: unknown }).data };
        },
        stop: async () => {
            const ended = once(server, "exit");
            kill();
            await ended;
            process.removeListener("exit", kill);
        },
    };
}
