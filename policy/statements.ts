/** A statement of an IAM policy, as JSON writes it. */
export interface Statement {
    readonly Effect?: unknown;
    readonly Action?: unknown;
    readonly NotAction?: unknown;
    readonly Resource?: unknown;
    readonly Principal?: unknown;
    readonly Condition?: unknown;
}

/** The statements of a policy document; none where it is not known yet. */
export function statementsOf(document: unknown): readonly Statement[] {
    const parsed = typeof document === "string" ? parse(document) : document;
    const { Statement = [] } = (parsed ?? {}) as { Statement?: Statement | readonly Statement[] };
    return Array.isArray(Statement) ? (Statement as readonly Statement[]) : [Statement as Statement];
}

function parse(text: string): unknown {
    try {
        return JSON.parse(text);
    } catch {
        return undefined;
    }
}
