import { parseArgs } from "node:util";
import { optionError } from "../simulation/arguments";
import { UserError } from "../simulation/failure";

export const commandNames = ["deploy", "rollback", "backup-db"] as const;
export type CommandName = (typeof commandNames)[number];

export interface OperationArguments {
    readonly command: CommandName;
    readonly stack: string;
    /** What follows the stack: `system=version …` of deploy, `[system]` of the others. */
    readonly rest: readonly string[];
    readonly yes: boolean;
    /** Simulate, whatever credentials there are. */
    readonly simulate: boolean;
}

const forms: Readonly<Record<CommandName, { readonly form: string; readonly text: string }>> = {
    deploy: {
        form: "<stack> [system=version …]",
        text: "Deploys a stack, with other versions of its systems where they are given.\nA version is written to Pulumi.<stack>.yaml: commit that file afterwards.",
    },
    rollback: {
        form: "<stack> [system]",
        text: "Deploys the version that a system had before, by the git history of\nPulumi.<stack>.yaml. The system may be left out where the stack runs only one.",
    },
    "backup-db": {
        form: "<stack> [system]",
        text: "Starts the backup of every database of a stack, or of one system, now.",
    },
};

export function usageOf(command: CommandName): string {
    const { form, text } = forms[command];
    return `Usage: npm run ${command} -- ${form} [--yes] [--simulate]

${text}

Without credentials nothing is changed: each step says what it would do. The
first line names the mode and why.

  --yes       do not ask before the deployment
  --simulate  change nothing, even with credentials
  --help      this text
`;
}

const options = {
    yes: { type: "boolean", short: "y" },
    simulate: { type: "boolean" },
    help: { type: "boolean", short: "h" },
} as const;

/** @returns the command's usage where that is asked for. */
export function parseOperation([name = "", ...args]: readonly string[]): OperationArguments | string {
    const command = commandNames.find((each) => each === name);
    if (command === undefined) {
        throw new UserError(`There is no command "${name}". The commands are: ${commandNames.join(", ")}.`);
    }
    const { values, positionals } = parsed(args);
    if (values.help === true) {
        return usageOf(command);
    }
    const [stack, ...rest] = positionals;
    if (stack === undefined) {
        throw new UserError(`Which stack? npm run ${command} -- ${forms[command].form}`);
    }
    if (command !== "deploy" && rest.length > 1) {
        throw new UserError(`One system at a time: npm run ${command} -- ${forms[command].form}`);
    }
    return { command, stack, rest, yes: values.yes ?? false, simulate: values.simulate ?? false };
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
