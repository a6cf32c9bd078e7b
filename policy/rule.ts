import type { Surroundings } from "./surroundings";

/**
 * A resource as a rule sees it. A resource of a simulated plan has this form, and what a CrossGuard policy is handed is brought into it, so that
 * one predicate serves both.
 */
export interface PolicyResource {
    readonly urn: string;
    /** Pulumi type token, such as `aws:rds/instance:Instance`. */
    readonly type: string;
    /** Pulumi name. */
    readonly name: string;
    /** URN of the parent; empty for the stack itself. */
    readonly parent: string;
    /** What the program asks for. What only the cloud knows is `unknownValue`; a secret is masked where the source masks secrets. */
    readonly inputs: Readonly<Record<string, unknown>>;
    /** URNs of the resources that must exist before this one. */
    readonly dependencies: readonly string[];
    /** Whether Pulumi refuses to delete it. */
    readonly protect: boolean;
}

/** How the SDK sends a value that is known after the deployment only (sdk/go/common/resource/plugin, `UnknownStringValue`). */
export const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** How bad a finding is: lets an attacker in or loses data; removes a line of defence; weakens one; makes one harder to rely on. */
export const severities = ["critical", "high", "medium", "low"] as const;
export type Severity = (typeof severities)[number];

/** What is wrong with a resource. */
export interface Problem {
    /** What an exception would name, such as an image. Default: the resource's Pulumi name. */
    readonly subject?: string;
    /** One clause that completes "<resource>: …": the value, where it stands, what is allowed. */
    readonly problem: string;
}

/** A rule about resources. */
export interface Rule {
    /** Stable, in kebab case; exceptions and the CrossGuard pack name the rule by it. */
    readonly id: string;
    readonly severity: Severity;
    /** What holds where the rule is kept, one sentence. */
    readonly title: string;
    /** What can happen where it is not. */
    readonly why: string;
    /** The clauses of published benchmarks that it comes from; empty where it is this project's own. */
    readonly clauses: readonly string[];
    /** What to change. */
    readonly fix: string;
    /** Type tokens of the resources that it is about. */
    readonly types: RegExp;
    /** The problems of one of these resources. */
    readonly check: (resource: PolicyResource, surroundings: Surroundings) => readonly Problem[];
}
