import { parseArgs } from "node:util";
import { nearest } from "../config/nearest";
import { UserError } from "./failure";

export interface SimulationArguments {
    readonly stack: string;
    /** Output directory, as it was given; absent for the default. */
    readonly out?: string;
    /** What the plan is compared with, as it was given: a plan file, a stack or a Git revision. */
    readonly against?: string;
    /** Whether every resource is shown, not only the components. */
    readonly full: boolean;
    readonly format: OutputFormat;
    readonly help: boolean;
}

export type OutputFormat = "text" | "json" | "markdown";

/** What the process ends with. */
export const exitCodes = { done: 0, failed: 1, usage: 2 } as const;

/** The command was called in a way that it does not know. */
export class UsageError extends UserError {}

export const usage = `Usage: npm start -- [stack] [--full] [--out DIR] [--against WHAT]
                     [--json | --markdown]

Runs the program for a stack without credentials, CLI or network, shows what it
would create, what that costs and how long it takes, and writes it down.

  stack           a stack with a Pulumi.<stack>.yaml; default dev
  --full          every resource and output, not only the components
  --out DIR       where the files go; default out/<stack>
  --against WHAT  what is different from WHAT: a plan.json of an earlier run,
                  another stack, or a Git revision (a branch, a tag, HEAD~1)
  --json          one JSON document on standard output, for programs
  --markdown      with --against: the difference as a pull request comment
  --help          this text

Files: report.html (all of it to look at), plan.json (every resource),
manifests/ (Kubernetes objects), helm/ (values of the charts), rules/
(Prometheus), dashboards/ (Grafana). Secrets are masked. NO_COLOR=1 switches
colours off; files and pipes never have any.
Progress goes to standard error.

Exit code: 0 done, 1 failed (the program, its configuration, the files),
2 wrong use (an option, an argument).
`;

const options = {
    out: { type: "string" },
    against: { type: "string" },
    full: { type: "boolean" },
    json: { type: "boolean" },
    markdown: { type: "boolean" },
    help: { type: "boolean", short: "h" },
} as const;

export function parseArguments(args: readonly string[]): SimulationArguments {
    const { values, positionals } = parsed(args);
    const { out, against, full = false, json = false, markdown = false, help = false } = values;
    const [stack = "dev", ...surplus] = positionals;
    if (surplus.length > 0) {
        throw new UsageError(`One stack at a time: "${stack}" or "${surplus.join('", "')}"?`);
    }
    if (out === "") {
        throw new UsageError("--out needs a directory.");
    }
    if (against === "") {
        throw new UsageError("--against needs a plan file, a stack or a Git revision.");
    }
    if (json && markdown) {
        throw new UsageError("Either --json or --markdown.");
    }
    if (markdown && against === undefined) {
        throw new UsageError("--markdown shows a difference: say from what with --against.");
    }
    return {
        stack,
        full,
        format: json ? "json" : markdown ? "markdown" : "text",
        help,
        ...(out !== undefined && { out }),
        ...(against !== undefined && { against }),
    };
}

function parsed(
    args: readonly string[],
): ReturnType<typeof parseArgs<{ options: typeof options; allowPositionals: true }>> {
    try {
        return parseArgs({ args: [...args], options, allowPositionals: true });
    } catch (error) {
        throw optionError(error, Object.keys(options));
    }
}

/** What is wrong with the options of a command, in one line. */
export function optionError(error: unknown, known: readonly string[]): UsageError {
    const { code, message } = error as NodeJS.ErrnoException;
    const option = /'(?:-\w, )?(-{1,2}[^' ]*)/.exec(message)?.[1] ?? "";
    if (code === "ERR_PARSE_ARGS_UNKNOWN_OPTION") {
        const guess = nearest(option.replace(/^-+/, ""), known);
        return new UsageError(
            `There is no option ${option}${guess === undefined ? "." : `; did you mean --${guess}?`} --help lists them.`,
        );
    }
    return new UsageError(`${option} ${/argument missing/.test(message) ? "needs a value" : "takes no value"}.`);
}
