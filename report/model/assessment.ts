import type { CostFacts, CostLineFacts, Facts, PolicyFacts, PolicyRuleFacts } from "../facts";
import type { Resource } from "./resource";

/** A line of the bill with the resource that causes it. */
export interface CostLine extends CostLineFacts {
    readonly cause: Resource;
}

export interface CostView extends Omit<CostFacts, "lines" | "unpriced"> {
    /** Dearest first. */
    readonly lines: readonly CostLine[];
    readonly unpriced: readonly { readonly cause: Resource; readonly item: string }[];
}

/** When a resource is created. Seconds from the start. */
export interface Step {
    readonly resource: Resource;
    readonly start: number;
    readonly seconds: number;
    /** Seconds that it could take longer without making the whole longer. */
    readonly slack: number;
    readonly waitsFor: Resource | undefined;
    readonly critical: boolean;
}

export interface TimelineView {
    readonly seconds: number;
    /** By start. */
    readonly steps: readonly Step[];
    readonly criticalPath: readonly Step[];
}

export interface FoundProblem {
    readonly rule: PolicyRuleFacts;
    /** Absent where the finding is about the rules themselves. */
    readonly resource: Resource | undefined;
    readonly subject: string;
    readonly problem: string;
}

export interface Exception extends FoundProblem {
    readonly reason: string;
    readonly until: string;
}

export interface PolicyView {
    readonly rules: readonly PolicyRuleFacts[];
    readonly findings: readonly FoundProblem[];
    readonly excepted: readonly Exception[];
}

export interface Assessment {
    readonly cost: CostView;
    readonly timeline: TimelineView;
    readonly policies: PolicyView;
}

export function readAssessment(facts: Facts, resources: readonly Resource[]): Assessment {
    const at = (position: number): Resource => {
        const resource = resources[position];
        if (resource === undefined) {
            throw new Error(`the page has no resource ${position}`);
        }
        return resource;
    };
    return {
        cost: costView(facts.cost, at),
        timeline: timelineView(facts.timeline, at),
        policies: policyView(facts.policies, at),
    };
}

type At = (position: number) => Resource;

function costView({ lines, unpriced, ...rest }: CostFacts, at: At): CostView {
    return {
        ...rest,
        lines: lines.map((line) => ({ ...line, cause: at(line.resource) })).sort((a, b) => b.monthly - a.monthly),
        unpriced: unpriced.map(({ resource, item }) => ({ cause: at(resource), item })),
    };
}

function timelineView({ seconds, steps, criticalPath }: Facts["timeline"], at: At): TimelineView {
    const critical = new Set(criticalPath);
    const read = steps.map(([resource, start, duration, slack, waitsFor]): Step => ({
        resource: at(resource),
        start,
        seconds: duration,
        slack,
        waitsFor: waitsFor === undefined ? undefined : at(waitsFor),
        critical: critical.has(resource),
    }));
    return { seconds, steps: read, criticalPath: read.filter((step) => step.critical) };
}

function policyView({ rules, findings, excepted }: PolicyFacts, at: At): PolicyView {
    const byId = new Map(rules.map((rule) => [rule.id, rule]));
    const found = ({ rule, resource, subject, problem }: PolicyFacts["findings"][number]): FoundProblem => ({
        rule: byId.get(rule) ?? { id: rule, severity: "high", title: "", why: "", fix: "", clauses: [] },
        resource: resource === undefined ? undefined : at(resource),
        subject,
        problem,
    });
    return {
        rules,
        findings: findings.map(found),
        excepted: excepted.map((each) => ({ ...found(each), reason: each.reason, until: each.until })),
    };
}

/** Dollars a month, as a bill shows them. */
export function dollars(amount: number): string {
    const digits = Number.isInteger(amount) || Math.abs(amount) >= 100 ? 0 : 2;
    return `$${amount.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits })}`;
}

/** A duration in the two largest units that it has. */
export function duration(seconds: number): string {
    const rounded = Math.round(seconds);
    if (rounded < 60) {
        return `${rounded} s`;
    }
    const minutes = Math.floor(rounded / 60);
    const rest = rounded % 60;
    return rest === 0 ? `${minutes} min` : `${minutes} min ${rest} s`;
}
