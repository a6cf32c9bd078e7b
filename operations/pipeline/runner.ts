import { spawnSync } from "node:child_process";
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { UserError } from "../../simulation/failure";
import { connect, type Cluster } from "../cluster";
import type { Machine } from "../credentials";
import { readState, resourcesIn } from "../stackState";
import { surroundings, type DeployedResource } from "../surroundings";
import { changedSteps, driftedSteps, type Step } from "./engineEvents";

/** A stack of a Pulumi backend, as far as pipelines look at it. */
export interface ObservedStack {
    /** What an update would do. */
    readonly preview: (onOutput: (text: string) => void) => Promise<Step[]>;
    /** How the cloud differs from the state, which stays as it is. */
    readonly drift: (onOutput: (text: string) => void) => Promise<Step[]>;
    readonly outputs: () => Promise<Readonly<Record<string, unknown>>>;
    /** What was deployed last, by the stack's state. */
    readonly resources: () => Promise<readonly DeployedResource[]>;
}

/** What a program printed, and how it ended. */
export interface Finished {
    readonly status: number;
    readonly stdout: string;
}

/**
 * Everything outside the program that the pipelines' commands touch, beside the network: the edge that tests replace. The GitHub API and
 * the Slack webhook are wherever the environment says, so tests answer them on the loopback.
 */
export interface Runner {
    /** Directory of the Pulumi project. */
    readonly root: string;
    readonly machine: Machine;
    readonly stdout: NodeJS.WriteStream;
    readonly stderr: NodeJS.WriteStream;
    readonly now: () => Date;
    readonly pause: (milliseconds: number) => Promise<void>;
    readonly readFile: (file: string) => string;
    readonly writeFile: (file: string, text: string) => void;
    readonly appendFile: (file: string, text: string) => void;
    /** Runs a program; what it says on its error output goes to the terminal. */
    readonly run: (program: string, args: readonly string[], input?: string) => Finished;
    /** Connects to the cluster that a stack's outputs name. */
    readonly cluster: (outputs: Readonly<Record<string, unknown>>) => Promise<Cluster>;
    /** Selects a stack that exists in the backend. */
    readonly stack: (name: string) => Promise<ObservedStack>;
}

export function runner(root: string): Runner {
    const { machine, stdout, stderr, now } = surroundings(root);
    return {
        root,
        machine,
        stdout,
        stderr,
        now,
        pause: (milliseconds) => pause(milliseconds),
        readFile: (file) => readFileSync(file, "utf8"),
        writeFile: (file, text) => {
            mkdirSync(path.dirname(file), { recursive: true });
            writeFileSync(file, text);
        },
        appendFile: appendFileSync,
        run,
        cluster: (outputs) => connect(outputs, machine),
        stack: (name) => observedStack(root, name),
    };
}

function run(program: string, args: readonly string[], input = ""): Finished {
    const { error, status, stdout } = spawnSync(program, args, {
        encoding: "utf8",
        input,
        stdio: ["pipe", "pipe", "inherit"],
        maxBuffer: 64 * 1024 * 1024,
    });
    if (error !== undefined) {
        throw new UserError(`${program} cannot be run: ${error.message}.`);
    }
    return { status: status ?? 1, stdout };
}

async function observedStack(root: string, name: string): Promise<ObservedStack> {
    const { LocalWorkspace } = await import("@pulumi/pulumi/automation");
    const stack = await LocalWorkspace.selectStack({ stackName: name, workDir: root });
    type OnEvent = NonNullable<NonNullable<Parameters<typeof stack.preview>[0]>["onEvent"]>;
    const observing = async (
        operation: (onEvent: OnEvent) => Promise<unknown>,
        stepsOf: (events: Parameters<OnEvent>[0][]) => Step[],
    ): Promise<Step[]> => {
        const events: Parameters<OnEvent>[0][] = [];
        await operation((event) => void events.push(event));
        return stepsOf(events);
    };
    return {
        preview: (onOutput) => observing((onEvent) => stack.preview({ onOutput, onEvent }), changedSteps),
        resources: async () => resourcesIn(await readState(root, name)),
        drift: (onOutput) => observing((onEvent) => stack.previewRefresh({ onOutput, onEvent }), driftedSteps),
        outputs: async () =>
            Object.fromEntries(
                Object.entries(await stack.outputs()).map(([key, { value }]) => [key, value as unknown]),
            ),
    };
}
