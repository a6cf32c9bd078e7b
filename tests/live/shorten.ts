import { parse, stringify } from "yaml";

interface Rule {
    readonly expr: string;
    readonly for?: string;
    readonly keep_firing_for?: string;
}

interface Group {
    readonly interval?: string;
    readonly rules: readonly Rule[];
}

const milliseconds: Readonly<Record<string, number>> = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1 };

/** A duration of Prometheus, divided. */
export function divided(duration: string, factor: number): string {
    const parts = [...duration.matchAll(/(\d+)(ms|[dhms])/g)];
    if (parts.length === 0 || parts.map(([part]) => part).join("") !== duration) {
        throw new Error(`"${duration}" is no duration of days, hours, minutes, seconds and milliseconds.`);
    }
    const total = parts.reduce((sum, [, count, unit = ""]) => sum + Number(count) * (milliseconds[unit] ?? NaN), 0);
    return `${Math.round(total / factor)}ms`;
}

/** An expression in a world where time passes faster: every window, every step in one and every look back is divided. */
export function hastened(expr: string, factor: number): string {
    return expr.replace(
        /(\[|:|\boffset\s+)((?:\d+(?:ms|[smhd]))+)(?=[:\])\s]|$)/g,
        (_, before: string, duration: string) => `${before}${divided(duration, factor)}`,
    );
}

/**
 * The rules of a file in a world where time passes faster by one factor: every wait, every interval and every window of an expression is
 * divided by it, as are the scrapes. Thresholds stay, also those that are seconds, and so does the horizon of predict_linear.
 */
export function shortened(ruleFile: string, factor: number): string {
    const { groups } = parse(ruleFile) as { groups: readonly Group[] };
    return stringify({
        groups: groups.map((group) => ({
            ...group,
            ...(group.interval !== undefined && { interval: divided(group.interval, factor) }),
            rules: group.rules.map((rule) => ({
                ...rule,
                expr: hastened(rule.expr, factor),
                ...(rule.for !== undefined && { for: divided(rule.for, factor) }),
                ...(rule.keep_firing_for !== undefined && { keep_firing_for: divided(rule.keep_firing_for, factor) }),
            })),
        })),
    });
}
