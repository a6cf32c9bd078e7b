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
}
