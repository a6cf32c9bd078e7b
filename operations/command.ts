import type { Plan } from "../simulation/record";
import type { Terminal } from "../simulation/terminal";
import type { Cluster } from "./cluster";
import type { Mode } from "./credentials";
import type { Surroundings } from "./surroundings";
import type { StackFile } from "./versions";

/** One word of a command line. */
export interface Positional {
    readonly name: string;
    readonly optional?: boolean;
    /** Any number of them; only the last can be so. */
    readonly repeated?: boolean;
    readonly choices?: readonly string[];
}

/** An option of one command, besides those that all have. */
export interface Option {
    readonly type: "string" | "boolean";
    /** What stands for its value in the help. */
    readonly value?: string;
    /** At most 60 columns. */
    readonly text: string;
}

/** What an operator can ask for. Help, parsing, mode, confirmation, JSON and exit code are the same for all and come from here. */
export interface Command {
    readonly name: string;
    readonly positionals: readonly Positional[];
    /** What it does, in lines of at most 80 columns. */
    readonly text: string;
    readonly options?: Readonly<Record<string, Option>>;
    /** What it is that somebody has to confirm, such as "A deployment"; nothing where everything can be undone. */
    readonly confirmed?: string | ((operation: Operation) => string | undefined);
    /** Whether a simulation is its whole purpose, so that it needs no credentials. */
    readonly offline?: boolean;
    readonly run: (context: Context) => Promise<Outcome>;
}

/** How a command ended. */
export interface Outcome {
    /** What `--json` prints, besides the command, the stack and the mode. */
    readonly result: Readonly<Record<string, unknown>>;
    /** Default: 0. */
    readonly code?: ExitCode;
}

/** The exit codes of all commands; `--help` lists them. */
export const exitCodes = { done: 0, failed: 1, usage: 2, declined: 3, unhealthy: 4 } as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** A parsed command line. */
export interface Operation {
    readonly command: Command;
    readonly stack: string;
    /** The words by the names of their places; the repeated ones are in `rest`. */
    readonly words: Readonly<Record<string, string | undefined>>;
    readonly rest: readonly string[];
    /** The command's own options. */
    readonly values: Readonly<Record<string, string | boolean | undefined>>;
    readonly yes: boolean;
    /** Change nothing, whatever credentials there are. */
    readonly dryRun: boolean;
}

/** What a command works with. */
export interface Context {
    readonly operation: Operation;
    readonly stack: string;
    /** The stack's configuration file, and its path. */
    readonly file: StackFile;
    readonly location: string;
    readonly mode: Mode;
    readonly around: Surroundings;
    /** For people: under `--json` it is the standard error, else the standard output. */
    readonly screen: Terminal;
    /** What the program gives for the stack, as its file is. Simulated once. */
    readonly plan: () => Promise<Plan>;
    /** The stack's cluster, by its outputs. */
    readonly cluster: () => Promise<Cluster>;
    /** Fails unless the operator says yes, now or by `--yes`. */
    readonly confirm: (question: string) => Promise<void>;
}
