import { UserError } from "../../simulation/failure";
import { styled } from "../../simulation/terminal";
import { pathOf, withLabels, type ClusterObject } from "../cluster";
import type { Command, Context, Outcome } from "../command";
import { usageError } from "../failures";
import { requireSystem } from "../versions";
import { workloadsOf, type Workload } from "../workloads";

export const logs: Command = {
    name: "logs",
    positionals: [{ name: "stack" }, { name: "system" }, { name: "service", optional: true }],
    text: "Shows what the pods of a system, or of one of its services or stores, print.\nOlder lines are in CloudWatch Logs: docs/operations.md says where.",
    options: {
        follow: { type: "boolean", text: "go on until it is interrupted" },
        since: { type: "string", value: "TIME", text: "not older than this, such as 30s, 10m or 2h" },
        tail: { type: "string", value: "LINES", text: "the last lines of each container; default 100" },
        previous: { type: "boolean", text: "of the containers before their last restart" },
    },
    run: runLogs,
};

const secondsIn: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };
const mostLines = 100_000;

/** What is asked of the API server about each container. */
function queryOf(values: Context["operation"]["values"]): string {
    const query = new URLSearchParams({ timestamps: "false" });
    const { since, tail = "100" } = values as { since?: string; tail?: string };
    if (!/^\d{1,6}$/.test(tail) || Number(tail) > mostLines) {
        throw usageError(`--tail is "${tail}", but must be a number of lines, at most ${mostLines}.`);
    }
    query.set("tailLines", tail);
    if (since !== undefined) {
        const [, number, unit = ""] = /^(\d{1,6})([smhd])$/.exec(since) ?? [];
        const seconds = Number(number) * (secondsIn[unit] ?? NaN);
        if (!(seconds > 0)) {
            throw usageError(`--since is "${since}", but must be a time such as 30s, 10m, 2h or 1d.`);
        }
        query.set("sinceSeconds", String(seconds));
    }
    for (const name of ["follow", "previous"] as const) {
        if (values[name] === true) {
            query.set(name, "true");
        }
    }
    return query.toString();
}

/** The same for kubectl. */
function optionsText(query: string): string {
    const asked = new URLSearchParams(query);
    const since = asked.get("sinceSeconds");
    return [
        ` --tail ${asked.get("tailLines")}`,
        ...(since === null ? [] : [`--since ${since}s`]),
        ...["follow", "previous", "timestamps"].filter((name) => asked.get(name) === "true").map((name) => `--${name}`),
    ].join(" ");
}

async function runLogs(context: Context): Promise<Outcome> {
    const { operation, file, mode, screen, plan } = context;
    const { system = "", service } = operation.words;
    const { values } = operation;
    requireSystem(file, system);
    const query = queryOf(values);
    const workloads = workloadsOf(await plan(), system).filter(({ name }) => service === undefined || name === service);
    if (workloads.length === 0) {
        const names = workloadsOf(await plan(), system).map(({ name }) => name);
        throw usageError(`${system} runs no "${service}". It runs: ${names.join(", ")}.`);
    }
    if (!mode.real) {
        screen.write(`Logs of ${system}, what each step would do:\n`);
        workloads.forEach(({ namespace, name }, index) =>
            screen.write(
                `  ${index + 1}. kubectl logs --all-containers --prefix --namespace ${namespace} --selector ${selectorText(system, name)}${optionsText(query)}\n`,
            ),
        );
        return { result: { query } };
    }
    const cluster = await context.cluster();
    const containers = (
        await Promise.all(
            workloads.map(async (workload) => containersOf(await cluster.list(podsPath(workload)), workload)),
        )
    ).flat();
    if (containers.length === 0) {
        throw new UserError(`${service ?? system} has no pods.`);
    }
    const lines: { readonly pod: string; readonly container: string; readonly line: string }[] = [];
    const show = ({ pod, container }: PodContainer, line: string): void => {
        lines.push({ pod, container, line });
        screen.write(`${styled(screen, "cyan", `${pod} ${container}`)} ${line}\n`);
    };
    // One that has nothing to say does not keep the others from being heard.
    await Promise.all(
        containers.map((each) =>
            readLines(
                (onText) => cluster.stream(`${each.path}?container=${each.container}&${query}`, onText),
                (line) => show(each, line),
            ).catch((error: Error) => show(each, `(${error.message})`)),
        ),
    );
    return { result: { lines } };
}

interface PodContainer {
    readonly pod: string;
    readonly container: string;
    readonly path: string;
}

const selectorText = (system: string, name: string): string =>
    `app.kubernetes.io/part-of=${system},app.kubernetes.io/name=${name}`;

function podsPath({ namespace, system, name }: Workload): string {
    const labels = { "app.kubernetes.io/part-of": system, "app.kubernetes.io/name": name };
    return pathOf("v1", "pods", namespace) + withLabels(labels);
}

function containersOf(pods: readonly ClusterObject[], { namespace }: Workload): PodContainer[] {
    return pods.flatMap(({ metadata, spec }) =>
        ((spec as { containers?: readonly { name: string }[] } | undefined)?.containers ?? []).map(({ name }) => ({
            pod: metadata.name,
            container: name,
            path: `${pathOf("v1", "pods", namespace, metadata.name)}/log`,
        })),
    );
}

/** Gives on what comes in pieces line by line. */
async function readLines(
    stream: (onText: (text: string) => void) => Promise<void>,
    onLine: (line: string) => void,
): Promise<void> {
    let rest = "";
    await stream((text) => {
        const parts = (rest + text).split("\n");
        rest = parts.pop() ?? "";
        parts.forEach(onLine);
    });
    if (rest !== "") {
        onLine(rest);
    }
}
