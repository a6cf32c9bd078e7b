import { parseArgs } from "node:util";
import { nearest } from "../../config/nearest";
import { optionError } from "../../simulation/arguments";
import { UserError } from "../../simulation/failure";

interface Form {
    /** Names of what stands after the command. */
    readonly positionals: readonly string[];
    /** Options with a value, and whether they may be left out. */
    readonly options: Readonly<Record<string, "required" | "optional" | "flag">>;
    readonly text: string;
}

export const forms = {
    mode: {
        positionals: ["stack"],
        options: {},
        text: "Says whether the job acts or simulates, and why. Output: real=true|false.",
    },
    changes: {
        positionals: ["stack"],
        options: { base: "required", head: "required", out: "required" },
        text: "Compares two simulations: plan.json before (base) and after (head).",
    },
    preview: {
        positionals: ["stack"],
        options: { out: "required" },
        text: "Runs `pulumi preview` and writes what it would change.",
    },
    comment: {
        positionals: [],
        options: { from: "required" },
        text: "Writes the comment of the pull request, or edits it, from the files in a directory.",
    },
    "risk-gate": {
        positionals: [],
        options: { from: "required" },
        text: "Fails when data would be lost, unless the pull request has the label allow-data-loss, and when Kubernetes would jump two minor versions.",
    },
    drift: {
        positionals: ["stack"],
        options: {},
        text: "Opens, updates or closes the issue about what differs between the cloud and the state.",
    },
    "verify-backups": {
        positionals: ["stack"],
        options: {},
        text: "Restores the newest backup of each database and cache beside the live one, counts what came back and drops it.",
    },
    promotion: {
        positionals: ["stack"],
        options: { from: "required" },
        text: "Fails unless another stack has run this commit and these versions.",
    },
    record: {
        positionals: ["stack", "outcome"],
        options: {},
        text: "Records a deployment at GitHub: success or failure.",
    },
    "last-good": {
        positionals: ["stack"],
        options: {},
        text: "Finds the commit of the last deployment that went well. Output: sha.",
    },
    "smoke-test": {
        positionals: ["stack"],
        options: { patience: "optional", integration: "flag" },
        text: "Asks every public endpoint whether it is well, for up to --patience seconds (300).",
    },
    "load-test": {
        positionals: ["stack"],
        options: { duration: "optional" },
        text: "Puts every public endpoint under load with k6 and holds it to the limits of the alerts.",
    },
    bump: {
        positionals: ["version"],
        options: {
            repository: "required",
            branch: "required",
            stack: "optional",
            system: "optional",
            manifests: "optional",
            image: "optional",
            "pull-request": "flag",
        },
        text: "Writes a version into a stack's file (--stack --system) or into manifests (--manifests --image). The word `deployed` is the version in the file that is checked out.",
    },
    notify: {
        positionals: ["stack", "what", "outcome"],
        options: { note: "optional" },
        text: "Tells Slack, where SLACK_WEBHOOK_URL is set.",
    },
} as const satisfies Readonly<Record<string, Form>>;

export type CommandName = keyof typeof forms;

export interface PipelineArguments {
    readonly command: CommandName;
    /** What stands after the command, by the names in its form. */
    readonly positionals: readonly string[];
    readonly options: Readonly<Record<string, string | undefined>>;
    readonly flags: ReadonlySet<string>;
}

export const usage = `Usage: npm run pipeline -- <command> …

What the workflows in .github/workflows/ do beside the operator's commands. Each
says in its first line whether it acts or simulates.

${Object.entries(forms)
    .map(([name, form]) => `  ${signature(name, form)}\n      ${form.text}`)
    .join("\n")}
`;

function signature(name: string, { positionals, options }: Form): string {
    const named = Object.entries(options).map(([option, kind]) =>
        kind === "required" ? `--${option} …` : kind === "flag" ? `[--${option}]` : `[--${option} …]`,
    );
    return [name, ...positionals.map((each) => `<${each}>`), ...named].join(" ");
}

/** @returns the usage where that is asked for. */
export function parsePipeline([name = "", ...args]: readonly string[]): PipelineArguments | string {
    if (name === "--help" || name === "-h" || args.includes("--help")) {
        return usage;
    }
    if (!Object.hasOwn(forms, name)) {
        const guess = nearest(name, Object.keys(forms));
        throw new UserError(
            `There is no command "${name}"${guess === undefined ? "." : `; did you mean "${guess}"?`} The commands are: ${Object.keys(forms).join(", ")}.`,
        );
    }
    const command = name as CommandName;
    const form: Form = forms[command];
    const { values, positionals } = parsed(args, form);
    const missing = Object.keys(form.options).find((option) => form.options[option] === "required" && !values[option]);
    if (positionals.length !== form.positionals.length || missing !== undefined) {
        throw new UserError(`Usage: npm run pipeline -- ${signature(command, form)}`);
    }
    return {
        command,
        positionals,
        options: Object.fromEntries(
            Object.entries(values).map(([key, value]) => [
                key,
                typeof value === "string" && value !== "" ? value : undefined,
            ]),
        ),
        flags: new Set(Object.keys(values).filter((key) => values[key] === true)),
    };
}

function parsed(
    args: readonly string[],
    { options }: Form,
): { readonly values: Readonly<Record<string, unknown>>; readonly positionals: readonly string[] } {
    try {
        return parseArgs({
            args: [...args],
            allowPositionals: true,
            options: Object.fromEntries(
                Object.entries(options).map(([name, kind]) => [
                    name,
                    { type: kind === "flag" ? ("boolean" as const) : ("string" as const) },
                ]),
            ),
        });
    } catch (error) {
        throw optionError(error, Object.keys(options));
    }
}
