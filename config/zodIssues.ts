import { z } from "zod";
import type { ConfigIssue } from "./errors";
import { nearest } from "./nearest";

/** What was parsed by what. */
export interface Described {
    readonly schema: z.ZodType;
    readonly input: unknown;
    /** Keys at the top that are allowed although the schema does not have them. Default: none. */
    readonly alsoAllowed?: readonly string[];
}

type Issue = z.core.$ZodIssue;

/** What zod found wrong with a value, as an operator is told it. Paths are relative to the value. */
export function issuesOf(error: z.ZodError, { schema, input, alsoAllowed = [] }: Described): ConfigIssue[] {
    return error.issues.flatMap((issue) => describe(issue, { schema, input, alsoAllowed }));
}

function describe(issue: Issue, { schema, input, alsoAllowed = [] }: Described): ConfigIssue[] {
    if (issue.code === "unrecognized_keys") {
        return issue.keys.map((key) => {
            const allowed = [...keysAt(schema, issue.path), ...(issue.path.length === 0 ? alsoAllowed : [])];
            const guess = nearest(key, allowed);
            return {
                path: pathText([...issue.path, key]),
                message: `unknown key${guess === undefined ? "." : `; did you mean ${guess}?`} Allowed: ${allowed.join(", ")}`,
            };
        });
    }
    if (issue.code === "invalid_key") {
        return [
            {
                path: pathText(issue.path),
                message: `not a valid name: ${issue.issues.map((each) => each.message).join("; ")}`,
            },
        ];
    }
    const value = issue.path.reduce<unknown>(
        (at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key],
        input,
    );
    return [
        {
            path: pathText(issue.path),
            value,
            message: value === undefined ? `required: ${expectation(issue)}` : expectation(issue),
        },
    ];
}

/** What is allowed, without zod's repetition of what was received. */
function expectation(issue: Issue): string {
    if (issue.code === "invalid_value") {
        return `must be one of ${issue.values.map(String).join(", ")}`;
    }
    if (issue.code === "invalid_type") {
        return `must be ${article(issue.expected)}`;
    }
    if (issue.code === "invalid_format" || issue.code === "custom" || issue.code === "invalid_union") {
        return issue.message.startsWith("Invalid") ? issue.message : `must be ${issue.message}`;
    }
    return issue.message.replace(
        /^Too (?:small|big): expected \w+ to (be|have) ([<>]=?)/,
        (_, verb: string, bound: string) => `must ${verb} ${bounds[bound] ?? bound} `,
    );
}

const bounds: Record<string, string> = { ">=": "at least", "<=": "at most", ">": "more than", "<": "less than" };

function article(type: string): string {
    const names: Record<string, string> = {
        int: "a whole number",
        record: "a mapping",
        object: "a mapping",
        array: "a list",
        boolean: "true or false",
    };
    return names[type] ?? `a ${type}`;
}

function pathText(path: readonly PropertyKey[]): string {
    return path
        .map((key, index) => (typeof key === "number" ? `[${key}]` : `${index === 0 ? "" : "."}${String(key)}`))
        .join("");
}

/** The keys that the schema allows at a path. */
function keysAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
    let at: unknown = schema;
    for (const key of path) {
        at = unwrap(at);
        if (at instanceof z.ZodObject) {
            at = (at.shape as Record<PropertyKey, unknown>)[key];
        } else if (at instanceof z.ZodRecord) {
            at = at.valueType;
        } else if (at instanceof z.ZodArray) {
            at = at.element;
        }
    }
    at = unwrap(at);
    return at instanceof z.ZodObject ? Object.keys(at.shape) : [];
}

/** A schema without the wrappers that only say what happens when a value is left out. */
export function unwrap(schema: unknown): unknown {
    let at = schema;
    while (at instanceof z.ZodDefault || at instanceof z.ZodPrefault || at instanceof z.ZodOptional) {
        at = at.unwrap();
    }
    return at;
}
