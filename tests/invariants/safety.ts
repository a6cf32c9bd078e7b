import { policyFindings } from "../../policy/findings";
import { rules } from "../../policy/rules";
import type { Invariant } from "./structure";

/** The rules of `policy/` by id; all of them where none is named. */
export function keeps(...ids: readonly string[]): Invariant {
    return ({ plan }) => {
        const wanted = rules.filter(({ id }) => ids.length === 0 || ids.includes(id));
        return policyFindings(plan, { rules: wanted })
            .findings.filter(({ rule }) => ids.length === 0 || ids.includes(rule))
            .map(({ urn, rule, problem }) => `${urn} breaks ${rule}: ${problem}`);
    };
}

/** Every policy holds, but for what the composition excepts with a reason; and every exception is needed and has not ended. */
export const everyPolicyHolds = keeps();

/** A secret shows in a plan only where secrets are kept: never in a ConfigMap, an argument, a literal variable or an annotation. */
export const secretsStandOnlyWhereTheyBelong = keeps("secrets-in-their-place", "no-credentials-in-clear");

/** A variable or key whose name says that it is secret is never a literal. */
export const nothingNamedSecretIsALiteral = keeps("no-secret-named-literals");
