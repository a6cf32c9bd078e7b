import { z } from "zod";
import type { ConfigIssue } from "./errors";
import { platformConfig, platformSecrets, type PlatformConfig, type SecretKey } from "./schema";
import { issuesOf, unwrap } from "./zodIssues";

/** Configuration as the CLI hands it to a program: full keys, values as text, structured ones as JSON. */
export type RawConfig = Readonly<Record<string, string>>;

// A process parses its configuration once: to compile a parser for it would cost more than it saves.
z.config({ jitless: true });

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
        const found = issuesOf(parsed.error, {
            schema: platformConfig,
            input,
            alsoAllowed: Object.keys(platformSecrets),
        });
        issues.push(...found.map((issue) => ({ ...issue, path: `${namespace}${issue.path}` })));
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

function deepFreeze<T>(value: T): T {
    if (value !== null && typeof value === "object") {
        Object.values(value).forEach(deepFreeze);
        Object.freeze(value);
    }
    return value;
}
