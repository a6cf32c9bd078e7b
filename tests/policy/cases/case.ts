import type { PolicyResource } from "../../../policy/rule";

/** What keeps a rule and what breaks it, each by what it is. */
export interface RuleCase {
    readonly rule: string;
    readonly holds: Readonly<Record<string, readonly PolicyResource[]>>;
    readonly broken: Readonly<
        Record<string, { readonly resources: readonly PolicyResource[]; readonly problem: RegExp }>
    >;
}
