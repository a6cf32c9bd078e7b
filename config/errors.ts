/** One thing wrong in a stack's configuration. */
export interface ConfigIssue {
    /** Where the value stands, as an operator would write it: `platform:network.cidr`. */
    readonly path: string;
    /** The value as it was given; left out when it is missing or secret. */
    readonly value?: unknown;
    /** What is wrong and what is allowed. */
    readonly message: string;
}

const longestValue = 80;

function shown(value: unknown): string {
    const text = JSON.stringify(value) ?? String(value);
    return text.length <= longestValue ? text : `${text.slice(0, longestValue - 1)}…`;
}

/** An issue in one line: where, what is there, what is allowed. */
export function shownIssue(issue: ConfigIssue): string {
    const value = issue.value === undefined ? "" : ` is ${shown(issue.value)}`;
    return `${issue.path}${value}: ${issue.message}`;
}

/**
 * Everything wrong in a stack's configuration, in one report. `isRunError` makes the Pulumi CLI print the message alone, without a
 * stack trace: the operator needs the place in the configuration, not the place in the program.
 */
export class ConfigError extends Error {
    override readonly name = "ConfigError";
    readonly __pulumiRunError = true;

    constructor(
        readonly stackName: string,
        readonly issues: readonly ConfigIssue[],
    ) {
        const count = issues.length === 1 ? "1 error" : `${issues.length} errors`;
        super(
            `The configuration of stack "${stackName}" has ${count}:\n${issues.map((issue) => `  ${shownIssue(issue)}`).join("\n")}`,
        );
    }
}
