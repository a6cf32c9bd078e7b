import path from "node:path";
import { readConfiguration, readText, stackFileOf } from "../simulation/configuration";
import { explain, UserError } from "../simulation/failure";
import { simulate } from "../simulation/program";
import type { Plan } from "../simulation/record";
import { styled, terminalOf, type Terminal } from "../simulation/terminal";
import { parseOperation, type OperationArguments } from "./arguments";
import { backupJobs, startBackup } from "./backups";
import { detectMode, modeText, type Mode, type Needs } from "./credentials";
import { deploy, type Deployment } from "./deploy";
import { revisionsOf } from "./history";
import type { Surroundings } from "./surroundings";
import {
    previousVersion,
    requestedChanges,
    requireSystem,
    versionsIn,
    type StackFile,
    type VersionChange,
} from "./versions";

/** Runs an operator's command. Gives back the exit code. */
export async function main(args: readonly string[], around: Surroundings): Promise<number> {
    const screen = terminalOf(around.stdout);
    try {
        const [command, ...rest] = args;
        if (command === "new-system") {
            // It needs the compiler, which the other commands do without.
            const { newSystem } = await import("./newSystem");
            await newSystem(rest, around, screen);
            return 0;
        }
        const operation = parseOperation(args);
        if (typeof operation === "string") {
            screen.write(operation);
            return 0;
        }
        await run(operation, around, screen);
        return 0;
    } catch (failure) {
        const messages = terminalOf(around.stderr);
        messages.write(`${styled(messages, "red", "error:")} ${explain(failure, around.root)}\n`);
        return 1;
    }
}

async function run(operation: OperationArguments, around: Surroundings, screen: Terminal): Promise<void> {
    const { root } = around;
    const { command, stack, rest } = operation;
    const location = stackFileOf(root, stack);
    const file: StackFile = { name: path.basename(location), text: readText(location) };
    const mode = modeOf(operation, around);
    screen.write(`${styled(screen, "bold", modeText(mode))}\n`);
    if (!mode.real && mode.remedies.length > 0) {
        screen.write(`To act for real:\n${mode.remedies.map((remedy) => `  - ${remedy}\n`).join("")}`);
    }
    screen.write("\n");

    const deployment = (changes: readonly VersionChange[]): Deployment => ({ stack, file, location, changes, mode });
    switch (command) {
        case "deploy":
            return deploy(deployment(requestedChanges(file, rest)), operation, around, screen);
        case "rollback":
            return deploy(deployment([rollbackOf(file, rest[0], around, screen)]), operation, around, screen);
        case "backup-db":
            return backUp(operation, file, mode, around, screen);
    }
}

function modeOf({ stack, simulate: forced }: OperationArguments, { root, machine }: Surroundings): Mode {
    return forced ? { real: false, reasons: ["--simulate"], remedies: [] } : detectMode(machine, needsOf(root, stack));
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

function rollbackOf(file: StackFile, named: string | undefined, around: Surroundings, screen: Terminal): VersionChange {
    const system = named ?? onlySystem(file);
    requireSystem(file, system);
    const earlier = previousVersion(file, system, revisionsOf(file.name, around.git));
    if (earlier === undefined) {
        throw new UserError(`${system} has had one version only, as far as the history of ${file.name} goes back.`);
    }
    const from = versionsIn(file)[system] ?? "";
    screen.write(`Before ${from}, ${system} was ${earlier.version} (commit ${earlier.revision.slice(0, 8)}).\n`);
    return { system, from, to: earlier.version };
}

function onlySystem(file: StackFile): string {
    const systems = Object.keys(versionsIn(file));
    const [system] = systems;
    if (system === undefined || systems.length > 1) {
        throw new UserError(
            system === undefined
                ? `${file.name} runs no system.`
                : `Which system? ${file.name} runs: ${systems.join(", ")}.`,
        );
    }
    return system;
}

async function backUp(
    { stack, rest: [system] }: OperationArguments,
    file: StackFile,
    mode: Mode,
    around: Surroundings,
    screen: Terminal,
): Promise<void> {
    if (system !== undefined) {
        requireSystem(file, system);
    }
    const plan: Plan = await simulate({ root: around.root, stack });
    const jobs = backupJobs(plan, system);
    if (jobs.length === 0) {
        throw new UserError(`${system ?? `Stack ${stack}`} has no database that is backed up.`);
    }
    const commands = jobs.map((job) => startBackup(job, around.now()));
    if (!mode.real) {
        screen.write(`Backup of stack ${stack}, what each step would do:\n`);
        commands.forEach((command, index) => screen.write(`  ${index + 1}. kubectl ${command.join(" ")}\n`));
        return;
    }
    const { clusterName, kubeconfig } = await (await around.stack(stack)).outputs();
    const credentials =
        typeof kubeconfig === "object" ? JSON.stringify(kubeconfig) : (kubeconfig as string | undefined);
    const context = credentials === undefined ? ["--context", clusterName as string] : [];
    for (const command of commands) {
        around.kubectl([...command, ...context], credentials);
        const [, , job, , , namespace] = command;
        screen.write(`Follow it: kubectl logs --follow --namespace ${namespace} job/${job}\n`);
    }
}
