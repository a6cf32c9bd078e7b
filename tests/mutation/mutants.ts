import type { AlertingRule, RecordingRule } from "../../components/observability/rules/rule";

type Rule = RecordingRule | AlertingRule;

/** A rule with one thing wrong in it, and what that is. */
export interface Mutant {
    readonly change: string;
    readonly rule: Rule;
}

const opposites: Readonly<Record<string, string>> = {
    ">": "<",
    "<": ">",
    ">=": "<",
    "<=": ">",
    "==": "!=",
    "!=": "==",
};

/** Every way in which a rule is made wrong: thresholds, comparators, matchers, windows, times and labels, one at a time. */
export function mutantsOf(rule: Rule): Mutant[] {
    return [...expressionMutants(rule), ...("alert" in rule ? [...timeMutants(rule), ...labelMutants(rule)] : [])];
}

function expressionMutants(rule: Rule): Mutant[] {
    const { expr } = rule;
    const replaced = (found: RegExpExecArray, text: string): Mutant => ({
        change: `${found[0].trim()} → ${text.trim()} at ${found.index}`,
        rule: { ...rule, expr: expr.slice(0, found.index) + text + expr.slice(found.index + found[0].length) },
    });
    const comparisons = [...expr.matchAll(/ (>=|<=|==|!=|>|<) (-?\d+(?:\.\d+)?)?/g)];
    const matchers = [...expr.matchAll(/(\w+)(=~|!=|=)"((?:[^"\\]|\\.)*)"/g)];
    const windows = [...expr.matchAll(/\[(\d+)([smhd])\]/g)];
    return [
        ...comparisons.map((found) => replaced(found, ` ${opposites[found[1] ?? ""] ?? ""} ${found[2] ?? ""}`)),
        ...comparisons.flatMap((found) =>
            found[2] === undefined
                ? []
                : others(Number(found[2])).map((value) => replaced(found, ` ${found[1]} ${value}`)),
        ),
        ...matchers.map((found) => {
            const [, label = "", operator = "", value = ""] = found;
            // What is left out is then all that is left.
            return replaced(found, operator === "!=" ? `${label}="${value}"` : `${label}${operator}"not-${value}"`);
        }),
        ...windows.map((found) => replaced(found, `[${Number(found[1]) * 3}${found[2]}]`)),
    ];
}

/** Values beside a threshold: a tenth more and less, or one where a tenth would be nothing. */
function others(value: number): number[] {
    return value === 0 ? [1, -1] : [1.1 * value, 0.9 * value].map((each) => Number(each.toPrecision(12)));
}

function timeMutants(rule: AlertingRule): Mutant[] {
    const seconds = durationSeconds(rule.for ?? "0s");
    const waits = seconds === 0 ? [60] : [2 * seconds, seconds / 2, 0];
    const goesOn = rule.keep_firing_for === undefined ? undefined : durationSeconds(rule.keep_firing_for);
    const { keep_firing_for: _, ...ends } = rule;
    return [
        ...waits.map((wait) => ({ change: `for: ${wait}s`, rule: { ...rule, for: `${wait}s` } })),
        ...(goesOn === undefined
            ? []
            : [
                  { change: "no keep_firing_for", rule: ends },
                  { change: "keep_firing_for, doubled", rule: { ...rule, keep_firing_for: `${2 * goesOn}s` } },
              ]),
    ];
}

function labelMutants(rule: AlertingRule): Mutant[] {
    return Object.keys(rule.labels).map((label) => ({
        change: `label ${label}`,
        rule: { ...rule, labels: { ...rule.labels, [label]: "mutant" } },
    }));
}

function durationSeconds(duration: string): number {
    const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };
    return [...duration.matchAll(/(\d+)([smhd])/g)].reduce(
        (sum, [, count, unit = "s"]) => sum + Number(count) * (units[unit] ?? 0),
        0,
    );
}
