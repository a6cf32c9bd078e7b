/**
 * What the report's page is told: the plan, without what the page can work out itself. It is written when a stack is simulated and read when
 * somebody opens the page, so its form is the one that is cheap to write.
 */

/** A resource without its inputs. What is left out has the value that most resources have. */
export interface ResourceFacts {
    readonly type: string;
    readonly name: string;
    /** Position of the parent; absent for the stack. */
    readonly parent?: number;
    /** Positions of the resources that must exist before this one. */
    readonly dependencies?: readonly number[];
    /** Position of the explicit provider. */
    readonly provider?: number;
    /** Whether it only groups others. */
    readonly component?: true;
    readonly protect?: true;
    readonly retainOnDelete?: true;
    readonly ignoreChanges?: readonly string[];
    /** URNs that it had before. */
    readonly aliases?: readonly string[];
    /** Kubernetes namespace that it lies in; of a namespace, itself. */
    readonly namespace?: string;
}

export interface Facts {
    readonly project: string;
    readonly stack: string;
    /** In the plan's order. The inputs stand apart, one line of JSON for each resource, so that the page reads only those it shows. */
    readonly resources: readonly ResourceFacts[];
    /** What the program exports; secrets are masked. */
    readonly outputs: Readonly<Record<string, unknown>>;
    readonly cost: CostFacts;
    readonly timeline: TimelineFacts;
    readonly policies: PolicyFacts;
    /** Where the plan was compared with another one. */
    readonly difference?: DifferenceFacts;
}

/** What differs from an earlier plan. */
export interface DifferenceFacts {
    /** What the two plans are called. */
    readonly before: string;
    readonly after: string;
    /** What holds data first, then in the order of types and names. */
    readonly changes: readonly ChangeFacts[];
    readonly unchanged: number;
    /** US dollars a month, before and after. */
    readonly monthly: readonly [before: number, after: number];
    /** Predicted seconds of creating everything, before and after. */
    readonly seconds: readonly [before: number, after: number];
}

/** A resource that differs: by its position or, where it is not in the plan, by its type and name. */
export interface ChangeFacts {
    readonly kind: "added" | "removed" | "changed" | "replaced";
    readonly resource?: number;
    readonly type?: string;
    readonly name?: string;
    /** Whether it holds data that a replacement or removal would lose. */
    readonly stateful?: true;
    readonly properties?: readonly PropertyFacts[];
}

/** A property that differs. Values are JSON, of long ones a part. */
export interface PropertyFacts {
    readonly path: string;
    /** Absent where the property is new. */
    readonly before?: string;
    /** Absent where the property is gone. */
    readonly after?: string;
    /** Whether the resource is replaced because of it. */
    readonly replaces?: true;
}

/** What AWS bills for a resource. Amounts are US dollars a month. */
export interface CostLineFacts {
    /** Position of the resource. */
    readonly resource: number;
    readonly item: string;
    readonly quantity: number;
    readonly unit: string;
    readonly unitPrice: number;
    readonly monthly: number;
    /** Whether it depends on use, by an assumption. */
    readonly usage: boolean;
    /** Name of the system; "shared" for what all systems use. */
    readonly system: string;
    readonly component: string;
    /** Position of the source of the price. */
    readonly source: number;
}

export interface PriceSourceFacts {
    readonly title: string;
    readonly url: string;
    /** Day of the price. */
    readonly date: string;
}

export interface CostFacts {
    readonly region?: string;
    readonly monthly: number;
    readonly fixed: number;
    readonly usage: number;
    readonly lines: readonly CostLineFacts[];
    readonly unpriced: readonly { readonly resource: number; readonly item: string }[];
    readonly assumptions: readonly string[];
    readonly sources: readonly PriceSourceFacts[];
}

/** When a resource is created, in seconds; the last member is the position of what it waits for. */
export type StepFacts = readonly [resource: number, start: number, seconds: number, slack: number, waitsFor?: number];

export interface TimelineFacts {
    readonly seconds: number;
    /** By start. */
    readonly steps: readonly StepFacts[];
    /** Positions of the resources of the chain that decides the duration. */
    readonly criticalPath: readonly number[];
}

export interface PolicyRuleFacts {
    readonly id: string;
    readonly severity: string;
    readonly title: string;
    readonly why: string;
    readonly fix: string;
    /** Clauses of published benchmarks. */
    readonly clauses: readonly string[];
}

export interface FindingFacts {
    /** Id of the rule. */
    readonly rule: string;
    readonly resource?: number;
    readonly subject: string;
    readonly problem: string;
}

export interface PolicyFacts {
    readonly rules: readonly PolicyRuleFacts[];
    readonly findings: readonly FindingFacts[];
    readonly excepted: readonly (FindingFacts & { readonly reason: string; readonly until: string })[];
}
