import { covers, declaredExceptions, isExpired, type DeclaredException } from "./exceptions";
import { severities, type PolicyResource, type Rule, type Severity } from "./rule";
import { rules as allRules } from "./rules";
import { Surroundings } from "./surroundings";

/** A resource that breaks a rule. */
export interface Finding {
    /** Id of the rule. */
    readonly rule: string;
    readonly severity: Severity;
    readonly urn: string;
    /** What an exception would name: the resource's Pulumi name, or what the rule names in its place. */
    readonly subject: string;
    /** What is wrong and what is allowed. */
    readonly problem: string;
}

/** A finding that the composition excepts. */
export interface ExceptedFinding extends Finding {
    readonly reason: string;
    readonly until: string;
}

export interface PolicyReport {
    /** How many rules were asked. */
    readonly rules: number;
    /** What breaks a rule and is not excepted, the worst first. */
    readonly findings: readonly Finding[];
    /** What breaks a rule and may. */
    readonly excepted: readonly ExceptedFinding[];
    /** Findings by severity. */
    readonly counts: Readonly<Record<Severity, number>>;
}

/** What `policyFindings` reads: a simulated plan has it, and so has what CrossGuard hands to a stack policy. */
export interface Resources {
    readonly resources: readonly PolicyResource[];
}

export interface PolicyOptions {
    /** Default: every rule of the project. */
    readonly rules?: readonly Rule[];
    /** The day that exceptions are held against, such as "2026-11-28". Default: today in UTC. */
    readonly today?: string;
}

/** Id of the rule that exceptions themselves keep: none is expired, none is without use, each names a rule. */
export const exceptionRule = "exceptions-hold";

/** Holds every resource against every rule and takes out what the composition excepts. */
export function policyFindings(
    { resources }: Resources,
    { rules = allRules, today = new Date().toISOString().slice(0, 10) }: PolicyOptions = {},
): PolicyReport {
    const surroundings = new Surroundings(resources);
    const exceptions = declaredExceptions(surroundings);
    const used = new Set<DeclaredException>();
    const findings: Finding[] = [];
    const excepted: ExceptedFinding[] = [];
    for (const finding of brokenRules(rules, surroundings)) {
        const exception = exceptions.find((each) => covers(each, finding));
        const { ancestry: _, ...found } = finding;
        if (exception !== undefined) {
            used.add(exception);
        }
        if (exception === undefined || isExpired(exception, today)) {
            findings.push(found);
        } else {
            excepted.push({ ...found, reason: exception.reason, until: exception.until });
        }
    }
    findings.push(
        ...exceptions.flatMap((each) =>
            brokenException(each, { today, isUsed: used.has(each), isAsked: rules.some(({ id }) => id === each.rule) }),
        ),
    );
    findings.sort((a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity));
    return { rules: rules.length, findings, excepted, counts: countsOf(findings) };
}

interface FoundWithAncestry extends Finding {
    readonly ancestry: readonly string[];
}

function* brokenRules(rules: readonly Rule[], surroundings: Surroundings): Generator<FoundWithAncestry> {
    const rulesOf = new Map<string, readonly Rule[]>();
    for (const resource of surroundings.all) {
        let about = rulesOf.get(resource.type);
        if (about === undefined) {
            about = rules.filter(({ types }) => types.test(resource.type));
            rulesOf.set(resource.type, about);
        }
        for (const { id, severity, check } of about) {
            for (const { subject = resource.name, problem } of check(resource, surroundings)) {
                const { urn } = resource;
                yield { rule: id, severity, urn, subject, problem, ancestry: surroundings.ancestry(resource) };
            }
        }
    }
}

function brokenException(
    exception: DeclaredException,
    { today, isUsed, isAsked }: { today: string; isUsed: boolean; isAsked: boolean },
): Finding[] {
    const { rule, subject, until, carrier } = exception;
    const finding = (problem: string): Finding => ({
        rule: exceptionRule,
        severity: "medium",
        urn: carrier.urn,
        subject: `${rule} for ${subject}`,
        problem,
    });
    if (!isAsked) {
        return allRules.some(({ id }) => id === rule)
            ? []
            : [finding(`the exception names the rule ${rule}, which there is not`)];
    }
    return [
        ...(isExpired(exception, today) ? [finding(`the exception for ${subject} held until ${until}`)] : []),
        ...(isUsed ? [] : [finding(`nothing that fits ${subject} breaks ${rule}: remove the exception`)]),
    ];
}

function countsOf(findings: readonly Finding[]): Record<Severity, number> {
    const counts = { critical: 0, high: 0, medium: 0, low: 0 };
    for (const { severity } of findings) {
        counts[severity]++;
    }
    return counts;
}
