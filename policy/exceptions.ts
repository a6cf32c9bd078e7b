import type { PolicyResource } from "./rule";
import type { Surroundings } from "./surroundings";
import { list } from "./values";

/** Leave to break a rule: where, why, and until when. It is written where the thing is declared that needs it. */
export interface PolicyException {
    /** Id of the rule. */
    readonly rule: string;
    /**
     * What may break it: the Pulumi name of a resource, or what the rule names in its place, such as an image. `*` stands for any text.
     */
    readonly subject: string;
    /** What makes it necessary, and what stands in for the rule meanwhile. One sentence. */
    readonly reason: string;
    /** Last day on which it holds, such as "2027-11-30". After it the finding counts again, and the exception is a finding itself. */
    readonly until: string;
}

/** Type of the component that carries exceptions; they hold for all that is below the component's parent. */
export const exceptionsType = "platform:policy:Exceptions";

/** Exceptions as a stack declares them, with where they hold. */
export interface DeclaredException extends PolicyException {
    /** The component that carries it. */
    readonly carrier: PolicyResource;
}

export function declaredExceptions(surroundings: Surroundings): DeclaredException[] {
    return surroundings
        .ofType(exceptionsType)
        .flatMap((carrier) =>
            (list(carrier.inputs.exceptions) as readonly PolicyException[]).map((each) => ({ ...each, carrier })),
        );
}

/** Whether an exception is about a finding: same rule, a subject that fits, and below the component that declares it. */
export function covers(
    { rule, subject, carrier }: DeclaredException,
    finding: { readonly rule: string; readonly subject: string; readonly ancestry: readonly string[] },
): boolean {
    return rule === finding.rule && matches(subject, finding.subject) && finding.ancestry.includes(carrier.parent);
}

function matches(pattern: string, text: string): boolean {
    if (!pattern.includes("*")) {
        return pattern === text;
    }
    const escaped = pattern.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
    return new RegExp(`^${escaped.join(".*")}$`).test(text);
}

/** Days are compared as texts: ISO dates sort as they follow one another. */
export function isExpired({ until }: PolicyException, today: string): boolean {
    return !/^\d{4}-\d{2}-\d{2}$/.test(until) || until < today;
}
