import type { PolicyReport } from "../policy/findings";
import { severities, type Severity } from "../policy/rule";
import { styled, type Terminal } from "./terminal";

type Screen = Pick<Terminal, "colors" | "columns">;

/** Findings of one rule that are shown one by one. */
const shownOfRule = 3;

const styles: Readonly<Record<Severity, "red" | "cyan">> = {
    critical: "red",
    high: "red",
    medium: "cyan",
    low: "cyan",
};

/** What breaks a rule of `policy/`, as a table; one line where nothing does. */
export function policyText(report: PolicyReport, terminal: Screen): string {
    return [styled(terminal, "bold", "Policies:"), `    ${sentence(report, terminal)}`, ...rows(report, terminal)].join(
        "\n",
    );
}

function sentence({ rules, findings, excepted, counts }: PolicyReport, terminal: Screen): string {
    const found = severities.filter((severity) => counts[severity] > 0).map((each) => `${counts[each]} ${each}`);
    const exceptions = excepted.length === 0 ? "" : `, ${excepted.length} excepted with a reason`;
    return findings.length === 0
        ? styled(terminal, "green", `${rules} rules hold${exceptions}`)
        : `${rules} rules: ${found.join(", ")}${exceptions}`;
}

/** A row that fits the terminal, with its first cell coloured. */
function line([first = "", ...rest]: readonly string[], style: "red" | "cyan", terminal: Screen): string {
    const text = [first, ...rest].join("  ");
    const width = (terminal.columns ?? Infinity) - 4;
    const short = text.length <= width ? text : `${text.slice(0, width - 1)}…`;
    return `    ${styled(terminal, style, first)}${short.slice(first.length)}`;
}

function rows({ findings }: PolicyReport, terminal: Screen): string[] {
    const seen = new Map<string, number>();
    const width = Math.max(0, ...findings.map(({ rule }) => rule.length));
    const lines = findings.flatMap(({ rule, severity, subject, problem }) => {
        const count = (seen.get(rule) ?? 0) + 1;
        seen.set(rule, count);
        return count > shownOfRule
            ? []
            : line([severity.padEnd(8), rule.padEnd(width), `${subject}: ${problem}`], styles[severity], terminal);
    });
    const left = [...seen].filter(([, count]) => count > shownOfRule);
    return [...lines, ...left.map(([rule, count]) => `    … and ${count - shownOfRule} more of ${rule}`)];
}
