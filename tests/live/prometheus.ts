import { mkdirSync, writeFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { stringify } from "yaml";
import { freePort } from "../ports";
import type { Processes } from "../processes";

/** A target that is scraped, with the labels that its ServiceMonitor would give it. */
export interface Target {
    readonly address: string;
    /** Default "/metrics". */
    readonly path?: string;
    readonly labels: Readonly<Record<string, string>>;
    /** Time between two scrapes, as a Prometheus duration. */
    readonly interval: string;
    /** Whether labels of the series win over those of the target. Default: they do not. */
    readonly honorLabels?: boolean;
}

export interface PrometheusPlan {
    readonly program: string;
    /** Rule files by name. */
    readonly rules: Readonly<Record<string, string>>;
    readonly targets: readonly Target[];
    /** Time between two evaluations, as a Prometheus duration. */
    readonly evaluationInterval: string;
    /** Port of the Alertmanager on loopback. Default: nobody is told. */
    readonly alertmanager?: number;
    readonly flags?: readonly string[];
}

/** A series in an answer: the value of an instant query, the values of a range. */
export interface Series {
    readonly metric: Readonly<Record<string, string>>;
    readonly value: readonly [number, string];
}

export interface Alert {
    readonly state: "pending" | "firing";
    readonly labels: Readonly<Record<string, string>>;
}

const patienceMilliseconds = 60_000;

/** Asks until the answer is the one that is waited for; gives back the last one. */
export async function eventually<T>(
    ask: () => T | Promise<T>,
    isIt: (answer: T) => boolean,
    milliseconds: number = patienceMilliseconds,
): Promise<T> {
    const end = Date.now() + milliseconds;
    for (;;) {
        // What takes long to ask is asked again before it is given up.
        const late = Date.now() > end;
        const answer = await ask();
        if (isIt(answer) || late) {
            return answer;
        }
        await wait(200);
    }
}

/** Whether an HTTP server answers that all is well. */
export function answersAt(url: string): Promise<boolean> {
    return fetch(url).then(
        ({ ok }) => ok,
        () => false,
    );
}

/** A Prometheus on loopback. */
export class Prometheus {
    private constructor(
        private readonly url: string,
        /** Where it listens on loopback. */
        readonly address: string,
    ) {}

    static async start(processes: Processes, plan: PrometheusPlan): Promise<Prometheus> {
        mkdirSync(processes.file("rules"));
        for (const [name, content] of Object.entries(plan.rules)) {
            writeFileSync(processes.file("rules", name), content);
        }
        writeFileSync(processes.file("prometheus.yml"), stringify(configuration(plan)));
        const address = `127.0.0.1:${await freePort()}`;
        processes.start("prometheus", plan.program, [
            `--config.file=${processes.file("prometheus.yml")}`,
            `--storage.tsdb.path=${processes.file("prometheus-data")}`,
            `--web.listen-address=${address}`,
            ...(plan.flags ?? []),
        ]);
        await eventually(
            () => {
                processes.checkAlive();
                return answersAt(`http://${address}/-/ready`);
            },
            (ready) => ready,
        );
        return new Prometheus(`http://${address}/api/v1`, address);
    }

    /** Calls the HTTP API. */
    async get(
        call: string,
        parameters: Readonly<Record<string, string>> = {},
    ): Promise<{ status: number; data?: unknown; error?: string }> {
        const answer = await fetch(`${this.url}/${call}?${new URLSearchParams(parameters).toString()}`);
        const { data, error } = (await answer.json()) as { data?: unknown; error?: string };
        return { status: answer.status, data, ...(error !== undefined && { error }) };
    }

    /** @throws when the query is refused. */
    async query(query: string): Promise<readonly Series[]> {
        const { status, data, error } = await this.get("query", { query });
        if (status !== 200) {
            throw new Error(`${error ?? status}: ${query}`);
        }
        const { result, resultType } = data as { result: unknown; resultType: string };
        return resultType === "scalar" ? [{ metric: {}, value: result as Series["value"] }] : (result as Series[]);
    }

    async alerts(): Promise<readonly Alert[]> {
        const { data } = await this.get("alerts");
        return (data as { alerts: Alert[] }).alerts;
    }
}

function configuration({ targets, evaluationInterval, alertmanager }: PrometheusPlan): object {
    return {
        global: { evaluation_interval: evaluationInterval },
        rule_files: ["rules/*.yaml"],
        scrape_configs: scrapedAlike(targets).map(([first, ...others], index) => ({
            // The labels bring the job; this name only has to be different for each.
            job_name: `targets-${index}`,
            scrape_interval: first.interval,
            scrape_timeout: first.interval,
            honor_labels: first.honorLabels ?? false,
            metrics_path: first.path ?? "/metrics",
            static_configs: [first, ...others].map(({ address, labels }) => ({ targets: [address], labels })),
        })),
        ...(alertmanager !== undefined && {
            alerting: { alertmanagers: [{ static_configs: [{ targets: [`127.0.0.1:${alertmanager}`] }] }] },
        }),
    };
}

/** Targets that differ in address and labels alone, together. */
function scrapedAlike(targets: readonly Target[]): (readonly [Target, ...Target[]])[] {
    const groups = new Map<string, [Target, ...Target[]]>();
    for (const target of targets) {
        const { address, labels, ...how } = target;
        const key = JSON.stringify(how);
        const group = groups.get(key);
        if (group === undefined) {
            groups.set(key, [target]);
        } else {
            group.push(target);
        }
    }
    return [...groups.values()];
}
