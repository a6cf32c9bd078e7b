import { execFile, execFileSync } from "node:child_process";
import { accessSync, constants, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline/promises";
import { setTimeout } from "node:timers/promises";
import { UserError } from "../simulation/failure";
import { terminalOf } from "../simulation/terminal";
import type { Machine } from "./credentials";
import type { AwsCli } from "./leftovers";
import { otherStacks, readState, resourcesIn, takeOver } from "./stackState";
import type { TakeOver } from "./takeOver";

/** A resource in a stack's state. */
export interface DeployedResource {
    readonly type: string;
    readonly name: string;
    readonly inputs: Readonly<Record<string, unknown>>;
    /** Whether Pulumi refuses to delete it. */
    readonly protect: boolean;
}

/** A stack beside the one that a command is about. */
export interface OtherStack {
    readonly name: string;
    readonly resources: readonly DeployedResource[];
}

/** A stack of a Pulumi backend. */
export interface DeployedStack {
    /** Shows what an update would change. */
    readonly preview: (onOutput: (text: string) => void) => Promise<void>;
    /** Creates, updates and deletes until the cloud is what the program says. */
    readonly up: (onOutput: (text: string) => void) => Promise<void>;
    readonly outputs: () => Promise<Readonly<Record<string, unknown>>>;
    /** What was deployed last, by the stack's state. */
    readonly resources: () => Promise<readonly DeployedResource[]>;
    /** The other stacks of the project in the backend, with what was deployed of them last. */
    readonly others: () => Promise<readonly OtherStack[]>;
    /** Makes a resource stand for another object of the cloud. Where that fails, the state is what it was. */
    readonly takeOver: (wanted: TakeOver, onOutput: (text: string) => void) => Promise<void>;
    /** Deletes everything. What was in a cluster that is gone already is gone, too. */
    readonly destroy: (onOutput: (text: string) => void, options: { readonly clusterIsGone: boolean }) => Promise<void>;
}

/** Everything outside the program that the commands touch: the edge that tests replace. */
export interface Surroundings {
    /** Directory of the Pulumi project. */
    readonly root: string;
    readonly stdin: { readonly isTTY?: boolean };
    readonly stdout: NodeJS.WriteStream;
    readonly stderr: NodeJS.WriteStream;
    readonly machine: Machine;
    readonly now: () => Date;
    /** Asks the person at the terminal. */
    readonly confirm: (question: string) => Promise<boolean>;
    readonly writeFile: (file: string, text: string) => void;
    /** Runs git in the project and gives back what it prints. */
    readonly git: (args: readonly string[]) => string;
    /** Runs the AWS CLI and gives back the JSON that it prints. */
    readonly aws: AwsCli;
    /** Waits before the next look at something that takes time. */
    readonly pause: (seconds: number) => Promise<void>;
    /** Finds or creates the stack in the backend. */
    readonly stack: (name: string) => Promise<DeployedStack>;
}

export function surroundings(root: string): Surroundings {
    const { env, stdin, stdout, stderr } = process;
    return {
        root,
        stdin,
        stdout,
        stderr,
        machine: { env, home: homedir(), read, hasCommand },
        now: () => new Date(),
        confirm: async (question) => {
            const prompt = createInterface({ input: stdin, output: stderr });
            try {
                return /^y(es)?$/i.test((await prompt.question(`${question} [y/N] `)).trim());
            } finally {
                prompt.close();
            }
        },
        writeFile: (file, text) => writeFileSync(file, text),
        git: (args) => git(root, args),
        aws,
        pause: (seconds) => setTimeout(seconds * 1000),
        stack: (name) => deployedStack(root, name),
    };
}

function read(file: string): string | undefined {
    try {
        return readFileSync(file, "utf8");
    } catch {
        return undefined;
    }
}

function hasCommand(name: string): boolean {
    const names = process.platform === "win32" ? [`${name}.cmd`, `${name}.exe`] : [name];
    return (process.env.PATH ?? "")
        .split(path.delimiter)
        .filter((directory) => directory !== "")
        .some((directory) =>
            names.some((each) => {
                try {
                    accessSync(path.join(directory, each), constants.X_OK);
                    return true;
                } catch {
                    return false;
                }
            }),
        );
}

function git(root: string, args: readonly string[]): string {
    try {
        return execFileSync("git", args, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
    } catch (error) {
        const { stderr, code } = error as { stderr?: string; code?: unknown };
        const reason = code === "ENOENT" ? "git is not installed" : (stderr ?? "").trim().split("\n").at(-1);
        throw new UserError(`The history cannot be read: ${reason}.`);
    }
}

/**
 * The CLI and not the SDK: a deployment needs it anyway, it knows every way of logging in that the operator may have used, and the few
 * questions that are asked are no reason for another 30 MB of packages.
 */
function aws(args: readonly string[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
        const options = {
            encoding: "utf8",
            maxBuffer: 2 ** 26,
            timeout: awsSeconds * 1000,
            env: { ...process.env, AWS_PAGER: "" },
        } as const;
        execFile("aws", [...args, "--output", "json"], options, (error, stdout, stderr) => {
            if (error === null) {
                resolve(stdout.trim() === "" ? {} : JSON.parse(stdout));
                return;
            }
            const reason = error.code === "ENOENT" ? "it is not installed" : stderr.trim().split("\n").at(-1);
            reject(new UserError(`aws ${args.slice(0, 2).join(" ")} failed: ${reason || error.message}`));
        });
    });
}

/** Seconds that the AWS CLI may take. */
const awsSeconds = 120;

async function deployedStack(root: string, name: string): Promise<DeployedStack> {
    const { LocalWorkspace } = await import("@pulumi/pulumi/automation");
    const color = terminalOf(process.stdout).colors ? "always" : "never";
    const stack = await pulumi("select the stack", () =>
        LocalWorkspace.createOrSelectStack({ stackName: name, workDir: root }),
    );
    return {
        preview: (onOutput) => pulumi("preview", async () => void (await stack.preview({ onOutput, color }))),
        up: (onOutput) => pulumi("deploy", async () => void (await stack.up({ onOutput, color }))),
        resources: () => pulumi("read the state", async () => resourcesIn(await readState(root, name))),
        others: () => pulumi("read the other stacks", () => otherStacks(stack)),
        takeOver: (wanted, onOutput) =>
            pulumi("hand over the resource", () =>
                takeOver(stack, wanted, (target) => stack.refresh({ onOutput, color, target })),
            ),
        destroy: (onOutput, { clusterIsGone }) =>
            pulumi("destroy", async () => {
                if (clusterIsGone) {
                    stack.workspace.envVars.PULUMI_K8S_DELETE_UNREACHABLE = "true";
                }
                await stack.destroy({ onOutput, color });
            }),
        outputs: () =>
            pulumi("read the outputs", async () =>
                Object.fromEntries(
                    Object.entries(await stack.outputs()).map(([key, { value }]) => [key, value as unknown]),
                ),
            ),
    };
}

/** Reduces the report of a failing CLI to what the CLI itself calls the error. */
async function pulumi<T>(what: string, run: () => Promise<T>): Promise<T> {
    try {
        return await run();
    } catch (error) {
        if (error instanceof UserError) {
            throw error;
        }
        const { message } = error as Error;
        const lines = message.split("\n").flatMap((line) => /error: (.*)/.exec(line)?.[1] ?? []);
        throw new UserError([`Pulumi could not ${what}.`, ...new Set(lines)].join("\n  "));
    }
}
