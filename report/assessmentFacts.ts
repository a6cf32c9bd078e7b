import type { PolicyReport } from "../policy/findings";
import type { Rule } from "../policy/rule";
import type { Cost } from "../simulation/cost/cost";
import type { Timeline } from "../simulation/timeline/timeline";
import type { CostFacts, FindingFacts, PolicyFacts, PolicyRuleFacts, TimelineFacts } from "./facts";

/** Where each resource stands in the plan, by URN. */
export type Positions = ReadonlyMap<string, number>;

export function costFacts(cost: Cost, positions: Positions): CostFacts {
    const { region, monthly, fixed, usage, assumptions } = cost;
    const sources = [...new Set(cost.lines.map(({ source }) => source))];
    const sourcePositions = new Map(sources.map((source, position) => [source, position]));
    return {
        ...(region !== undefined && { region }),
        monthly,
        fixed,
        usage,
        lines: cost.lines.map((line) => ({
            resource: positions.get(line.urn) ?? 0,
            item: line.item,
            quantity: line.quantity,
            unit: line.unit,
            unitPrice: line.unitPrice,
            monthly: line.monthly,
            usage: line.usage,
            system: line.system,
            component: line.component,
            source: sourcePositions.get(line.source) ?? 0,
        })),
        unpriced: cost.unpriced.map(({ urn, item }) => ({ resource: positions.get(urn) ?? 0, item })),
        assumptions,
        sources: sources.map(({ title, url, date }) => ({ title, url, date })),
    };
}

export function timelineFacts({ seconds, entries, criticalPath }: Timeline, positions: Positions): TimelineFacts {
    return {
        seconds,
        steps: entries.map(({ urn, start, seconds: own, slack, waitsFor }) => {
            const before = waitsFor === undefined ? undefined : positions.get(waitsFor);
            const step = [positions.get(urn) ?? 0, start, own, slack] as const;
            return before === undefined ? step : [...step, before];
        }),
        criticalPath: criticalPath.flatMap(({ urn }) => positions.get(urn) ?? []),
    };
}

export function policyFacts(
    { findings, excepted }: PolicyReport,
    rules: readonly Rule[],
    positions: Positions,
): PolicyFacts {
    const found = ({ rule, urn, subject, problem }: PolicyReport["findings"][number]): FindingFacts => {
        const resource = positions.get(urn);
        return { rule, ...(resource !== undefined && { resource }), subject, problem };
    };
    return {
        rules: rules.map(ruleFacts),
        findings: findings.map(found),
        excepted: excepted.map((each) => ({ ...found(each), reason: each.reason, until: each.until })),
    };
}

function ruleFacts({ id, severity, title, why, fix, clauses }: Rule): PolicyRuleFacts {
    return { id, severity, title, why, fix, clauses };
}
