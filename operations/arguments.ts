import { parseArgs } from "node:util";
import { nearest } from "../config/nearest";
import { optionError } from "../simulation/arguments";
import type { Command, Operation, Option, Positional } from "./command";
import { usageError } from "./failures";

/** Options of every command. `--simulate` is what `--dry-run` was called first. */
const commonOptions = {
    yes: { type: "boolean", short: "y" },
    "dry-run": { type: "boolean" },
    simulate: { type: "boolean" },
    json: { type: "boolean" },
    help: { type: "boolean", short: "h" },
} as const;

const commonTexts: readonly (readonly [string, string])[] = [
    ["--yes", "do not ask before what cannot be undone"],
    ["--dry-run", "change nothing, even with credentials"],
    ["--json", "one JSON object on the standard output"],
    ["--help", "this text"],
];

/** How the command is written, such as `npm run deploy -- <stack> [system=version …]`. */
export function formOf({ name, positionals }: Command): string {
    return `npm run ${name} -- ${positionals.map(wordForm).join(" ")}`;
}

function wordForm({ name, optional = false, repeated = false, choices }: Positional): string {
    const text = repeated ? `${name} …` : name;
    return optional ? `[${text}]` : (choices?.join("|") ?? `<${text}>`);
}

export function usageOf(command: Command): string {
    const own = Object.entries(command.options ?? {}).map(
        ([name, { value, text }]) => [`--${name}${value === undefined ? "" : ` ${value}`}`, text] as const,
    );
    const options = [...own, ...commonTexts.filter(([name]) => name !== "--yes" || command.confirmed !== undefined)];
    const width = Math.max(...options.map(([name]) => name.length));
    return `Usage: ${formOf(command)}

${command.text}

${
    command.offline === true
        ? "It needs no credentials and changes nothing."
        : "Without credentials nothing is changed: each step says what it would do. The\nfirst line names the mode and why."
}

${options.map(([name, text]) => `  ${name.padEnd(width)}  ${text}`).join("\n")}

Exit code: 0 done, 1 failed, 2 wrong use, 3 not confirmed, 4 not healthy.
`;
}

/** The commands, one a line. */
export function overview(commands: readonly Command[]): string {
    const width = Math.max(...commands.map((command) => formOf(command).length));
    const lines = commands.map((command) => `  ${formOf(command).padEnd(width)}`.trimEnd());
    return `Commands:\n\n${lines.join("\n")}\n\n--help after a command explains it.\n`;
}

/** @returns the command's usage where that is asked for. */
export function parseOperation(
    [name = "", ...args]: readonly string[],
    commands: readonly Command[],
): Operation | string {
    if (name === "--help" || name === "-h") {
        return overview(commands);
    }
    const command = commands.find((each) => each.name === name);
    if (command === undefined) {
        const names = commands.map((each) => each.name);
        const guess = nearest(name, names);
        throw usageError(
            `There is no command "${name}"${guess === undefined ? "." : `; did you mean "${guess}"?`} ` +
                `The commands are: ${names.join(", ")}.`,
        );
    }
    const { values, positionals } = parsed(args, command.options ?? {});
    if (values.help === true) {
        return usageOf(command);
    }
    const { words, rest } = wordsOf(command, positionals);
    const own = Object.keys(command.options ?? {});
    return {
        command,
        stack: words.stack ?? "",
        words,
        rest,
        values: Object.fromEntries(own.map((option) => [option, values[option]])),
        yes: values.yes === true,
        dryRun: values["dry-run"] === true || values.simulate === true,
    };
}

function wordsOf(command: Command, given: readonly string[]): Pick<Operation, "words" | "rest"> {
    const words: Record<string, string> = {};
    let rest: readonly string[] = [];
    command.positionals.forEach(({ name, optional = false, repeated = false, choices }, index) => {
        const word = given[index];
        if (repeated) {
            rest = given.slice(index);
        } else if (word !== undefined) {
            words[name] = word;
        }
        if (!optional && word === undefined) {
            throw usageError(`Which ${name}? ${formOf(command)}`);
        }
        if (choices !== undefined && word !== undefined && !choices.includes(word)) {
            throw usageError(`"${word}" is neither ${choices.join(" nor ")}: ${formOf(command)}`);
        }
    });
    const surplus = given[command.positionals.length];
    if (surplus !== undefined && command.positionals.at(-1)?.repeated !== true) {
        throw usageError(`"${surplus}" is one word too many: ${formOf(command)}`);
    }
    return { words, rest };
}

function parsed(
    args: readonly string[],
    own: Readonly<Record<string, Option>>,
): {
    readonly values: Readonly<Record<string, string | boolean | undefined>>;
    readonly positionals: readonly string[];
} {
    const options = {
        ...commonOptions,
        ...Object.fromEntries(Object.entries(own).map(([name, { type }]) => [name, { type }])),
    };
    try {
        const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
        return { values: values, positionals };
    } catch (error) {
        const known = Object.keys(options).filter((name) => name !== "simulate");
        throw usageError(optionError(error, known).message);
    }
}
