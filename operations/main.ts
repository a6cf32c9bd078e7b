import path from "node:path";
import { readConfiguration, readText, stackFileOf } from "../simulation/configuration";
import { explain } from "../simulation/failure";
import { simulate } from "../simulation/program";
import type { Plan } from "../simulation/record";
import { styled, terminalOf, type Terminal } from "../simulation/terminal";
import { parseOperation } from "./arguments";
import { connect, type Cluster } from "./cluster";
import { exitCodes, type Context, type Operation, type Outcome } from "./command";
import { commands } from "./commands";
import { detectMode, modeText, type Mode, type Needs } from "./credentials";
import { declined, exitCodeOf } from "./failures";
import type { Surroundings } from "./surroundings";

/** Runs an operator's command. Gives back the exit code. */
export async function main(args: readonly string[], around: Surroundings): Promise<number> {
    const json = args.includes("--json");
    const screen = terminalOf(json ? around.stderr : around.stdout);
    const answer = (content: Readonly<Record<string, unknown>>): void => {
        if (json) {
            around.stdout.write(`${JSON.stringify(content)}\n`);
        }
    };
    try {
        const [command, ...rest] = args;
        if (command === "new-system") {
            // It needs the compiler, which the other commands do without.
            const { newSystem } = await import("./newSystem");
            await newSystem(rest, around, screen);
            return exitCodes.done;
        }
        const operation = parseOperation(args, commands);
        if (typeof operation === "string") {
            around.stdout.write(operation);
            return exitCodes.done;
        }
        const context = contextOf(operation, around, screen);
        const { result, code = exitCodes.done } = await run(context);
        const { mode, stack } = context;
        answer({
            command: operation.command.name,
            stack,
            mode: mode.real ? "real" : "simulation",
            reasons: mode.reasons,
            ok: code === exitCodes.done,
            ...result,
        });
        return code;
    } catch (failure) {
        const messages = terminalOf(around.stderr);
        const error = explain(failure, around.root);
        messages.write(`${styled(messages, "red", "error:")} ${error}\n`);
        answer({ command: args[0] ?? "", ok: false, error });
        return exitCodeOf(failure);
    }
}

function contextOf(operation: Operation, around: Surroundings, screen: Terminal): Context {
    const { stack } = operation;
    const location = stackFileOf(around.root, stack);
    const mode = modeOf(operation, around);
    const { confirmed: what } = operation.command;
    const confirmed = typeof what === "function" ? what(operation) : what;
    if (mode.real && confirmed !== undefined && !operation.yes && around.stdin.isTTY !== true) {
        throw declined(`${confirmed} is confirmed at a terminal; where there is none, pass --yes.`);
    }
    let plan: Promise<Plan> | undefined;
    let cluster: Promise<Cluster> | undefined;
    return {
        operation,
        stack,
        file: { name: path.basename(location), text: readText(location) },
        location,
        mode,
        around,
        screen,
        plan: () => (plan ??= simulate({ root: around.root, stack })),
        cluster: () => (cluster ??= clusterOf(stack, around)),
        confirm: async (question) => {
            if (!operation.yes && !(await around.confirm(question))) {
                throw declined("Nothing was changed.");
            }
        },
    };
}

async function clusterOf(stack: string, around: Surroundings): Promise<Cluster> {
    return connect(await (await around.stack(stack)).outputs(), around.machine);
}

async function run(context: Context): Promise<Outcome> {
    const { operation, mode, screen } = context;
    screen.write(`${styled(screen, "bold", modeText(mode))}\n`);
    if (!mode.real && mode.remedies.length > 0) {
        screen.write(`To act for real:\n${mode.remedies.map((remedy) => `  - ${remedy}\n`).join("")}`);
    }
    screen.write("\n");
    return operation.command.run(context);
}

function modeOf({ command, stack, dryRun }: Operation, { root, machine }: Surroundings): Mode {
    if (command.offline === true) {
        return { real: false, reasons: ["it needs no credentials"], remedies: [] };
    }
    return dryRun ? { real: false, reasons: ["--dry-run"], remedies: [] } : detectMode(machine, needsOf(root, stack));
}

/** What a stack needs, by its configuration: the local environment has no AWS, but a cluster of its own. */
function needsOf(root: string, stack: string): Needs {
    const { values, secretsProvider } = readConfiguration(root, stack);
    const context = contextIn(values["platform:kubernetes"]);
    return {
        aws: values["platform:environment"] !== "local",
        ...(context !== undefined && { kubernetesContext: context }),
        ...(secretsProvider !== undefined && { secretsProvider }),
    };
}

/** Whether the configuration is right is for the program to say; here it is only looked at. */
function contextIn(text = "{}"): string | undefined {
    try {
        const { context } = JSON.parse(text) as { context?: unknown };
        return typeof context === "string" ? context : undefined;
    } catch {
        return undefined;
    }
}
