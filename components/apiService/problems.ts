import type { ConfigIssue } from "../../config/errors";

export type Problems = readonly ConfigIssue[];

/** One problem, or none. */
export function issue(wrong: boolean, path: string, value: unknown, message: string): Problems {
    return wrong ? [{ path, value, message }] : [];
}

/** A problem when the value is not a whole number between two bounds. */
export function outside(path: string, value: number, least: number, most: number): Problems {
    return issue(
        !Number.isInteger(value) || value < least || value > most,
        path,
        value,
        `must be a whole number from ${least} to ${most}`,
    );
}
