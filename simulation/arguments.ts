import { parseArgs } from "node:util";
import { nearest } from "../config/nearest";
import { UserError } from "./failure";

export interface SimulationArguments {
    readonly stack: string;
    /** Output directory, as it was given; absent for the default. */
    readonly out?: string;
    readonly help: boolean;
}

export const usage = `Usage: npm start -- [stack] [--out DIR]

Runs the program for a stack without credentials, CLI or network, shows what it
would create and writes it down.

  stack      a stack with a Pulumi.<stack>.yaml; default dev
  --out DIR  where the files go; default out/<stack>
  --help     this text

Files: plan.json (every resource), manifests/ (Kubernetes objects), helm/
(values of the charts), rules/ (Prometheus), dashboards/ (Grafana). Secrets are
masked. NO_COLOR=1 switches colours off. Exit code 1 when anything is wrong.
`;

const options = { out: { type: "string" }, help: { type: "boolean", short: "h" } } as const;

export function parseArguments(args: readonly string[]): SimulationArguments {
    const { values, positionals } = parsed(args);
    const [stack = "dev", ...surplus] = positionals;
    if (surplus.length > 0) {
        throw new UserError(`One stack at a time: "${stack}" or "${surplus.join('", "')}"?`);
    }
    if (values.out === "") {
        throw new UserError("--out needs a directory.");
    }
    return { stack, help: values.help ?? false, ...(values.out !== undefined && { out: values.out }) };
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
export function optionError(error: unknown, known: readonly string[]): UserError {
    const { code, message } = error as NodeJS.ErrnoException;
    const option = /'(?:-\w, )?(-{1,2}[^' ]*)/.exec(message)?.[1] ?? "";
    if (code === "ERR_PARSE_ARGS_UNKNOWN_OPTION") {
        const guess = nearest(option.replace(/^-+/, ""), known);
        return new UserError(
            `There is no option ${option}${guess === undefined ? "." : `; did you mean --${guess}?`} --help lists them.`,
        );
    }
    return new UserError(`${option} ${/argument missing/.test(message) ? "needs a value" : "takes no value"}.`);
}
