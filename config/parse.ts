import { z } from "zod";
import type { ConfigIssue } from "./errors";
import { nearest } from "./nearest";
import { platformConfig, platformSecrets, type PlatformConfig, type SecretKey } from "./schema";

/** Configuration as the CLI hands it to a program: full keys, values as text, structured ones as JSON. */
export type RawConfig = Readonly<Record<string, string>>;

const namespace = "platform:";

/** What a stack's `platform:*` keys mean, and everything that is wrong with them. */
export interface ParsedConfig {
    /** Complete and deeply frozen; absent when anything is wrong. */
    readonly config?: PlatformConfig;
    readonly issues: readonly ConfigIssue[];
}

/** Parses every `platform:*` key at once, so that an operator sees all mistakes in one run. */
export function parseConfig(raw: RawConfig): ParsedConfig {
    const issues: ConfigIssue[] = [];
    const input: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
    for (const [fullKey, text] of Object.entries(raw)) {
        if (!fullKey.startsWith(namespace)) {
            continue;
        }
        const key = fullKey.slice(namespace.length);
        if (Object.hasOwn(platformSecrets, key)) {
            issues.push(...secretIssues(key as SecretKey, text));
            continue;
        }
        const value = decode(key, text);
        if (value === undefined) {
            issues.push({
                path: fullKey,
                value: text,
                message: "not valid JSON; write it as a mapping in the stack file, or set it with --path",
            });
        } else {
            input[key] = value;
        }
    }
    const parsed = platformConfig.safeParse({ ...input });
    if (!parsed.success) {
        issues.push(...parsed.error.issues.flatMap((issue) => describe(issue, input)));
    }
    return issues.length === 0 && parsed.success ? { config: deepFreeze(parsed.data), issues } : { issues };
}

function secretIssues(key: SecretKey, text: string): ConfigIssue[] {
    const parsed = platformSecrets[key].safeParse(text);
    // The value stays out of the report: it is a secret even when it is wrong.
    return parsed.success
        ? []
        : [
              {
                  path: `${namespace}${key}`,
                  message: `must be ${parsed.error.issues.map((issue) => issue.message).join("; ")}`,
              },
          ];
}

/** Text keys are taken as they are; every other key is structured and arrives as JSON. */
function decode(key: string, text: string): unknown {
    const member = unwrap(
        Object.hasOwn(platformConfig.shape, key)
            ? platformConfig.shape[key as keyof typeof platformConfig.shape]
            : undefined,
    );
    if (member === undefined || member instanceof z.ZodEnum || member instanceof z.ZodString) {
        return text;
    }
    try {
        return JSON.parse(text) as unknown;
    } catch {
        return undefined;
    }
}

type Issue = z.core.$ZodIssue;

function describe(issue: Issue, input: unknown): ConfigIssue[] {
    if (issue.code === "unrecognized_keys") {
        return issue.keys.map((key) => {
            const allowed = keysAt(issue.path);
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
    const [first, ...rest] = path;
    if (first === undefined) {
        return "platform";
    }
    return (
        namespace +
        String(first) +
        rest.map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`)).join("")
    );
}

/** The keys that the schema allows at a path. */
function keysAt(path: readonly PropertyKey[]): string[] {
    let at: unknown = platformConfig;
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
    if (!(at instanceof z.ZodObject)) {
        return [];
    }
    return [...Object.keys(at.shape), ...(path.length === 0 ? Object.keys(platformSecrets) : [])];
}

function unwrap(schema: unknown): unknown {
    let at = schema;
    while (at instanceof z.ZodDefault || at instanceof z.ZodPrefault || at instanceof z.ZodOptional) {
        at = at.unwrap();
    }
    return at;
}

function deepFreeze<T>(value: T): T {
    if (value !== null && typeof value === "object") {
        Object.values(value).forEach(deepFreeze);
        Object.freeze(value);
    }
    return value;
}
