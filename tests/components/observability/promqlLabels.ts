import type { SyntaxNode } from "@lezer/common";
import { parser } from "@prometheus-io/lezer-promql";

/** Which labels a series that is selected can have; undefined when there is no such series. */
export type Catalogue = (metric: string, job: string | undefined) => ReadonlySet<string> | undefined;

export interface Inferred {
    /** Labels that the result can have. */
    readonly labels: ReadonlySet<string>;
    /** What is wrong with the expression, in words. */
    readonly problems: readonly string[];
}

/** The result of a part of an expression; a scalar has no labels and matches everything. */
type Part = ReadonlySet<string> | "scalar";

const scalarFunctions = new Set(["time", "scalar", "pi"]);
const setOperators = new Set(["And", "Or", "Unless"]);
const rankingOperators = new Set(["Topk", "Bottomk", "LimitK", "LimitRatio"]);

/**
 * Reads an expression as Prometheus does and follows its labels from the selectors to the result: what an aggregation keeps, what
 * matching sides have in common, what a function adds. An expression that names an unknown metric or a label that cannot be there is
 * valid PromQL and has no result.
 */
export function inferLabels(expr: string, catalogue: Catalogue): Inferred {
    const inference = new Inference(expr, catalogue);
    return { labels: inference.result(), problems: inference.problems };
}

class Inference {
    readonly problems: string[] = [];

    constructor(
        private readonly expr: string,
        private readonly catalogue: Catalogue,
    ) {}

    result(): ReadonlySet<string> {
        const tree = parser.parse(this.expr);
        const cursor = tree.cursor();
        do {
            if (cursor.type.isError) {
                this.problems.push(`cannot be parsed at "${this.expr.slice(cursor.from, cursor.from + 20)}"`);
                return new Set();
            }
        } while (cursor.next());
        const [expression] = children(tree.topNode);
        const part = expression === undefined ? "scalar" : this.part(expression);
        return part === "scalar" ? new Set() : part;
    }

    private part(node: SyntaxNode): Part {
        switch (node.name) {
            case "NumberDurationLiteral":
            case "StringLiteral":
                return "scalar";
            case "VectorSelector":
                return this.selector(node);
            case "AggregateExpr":
                return this.aggregation(node);
            case "BinaryExpr":
                return this.binary(node);
            case "FunctionCall":
                return this.call(node);
            case "ParenExpr":
            case "UnaryExpr":
            case "MatrixSelector":
            case "SubqueryExpr":
            case "OffsetExpr":
            case "StepInvariantExpr": {
                const inner = children(node).find(({ name }) => !["AggregateOp", "Sub", "Add"].includes(name));
                return inner === undefined ? "scalar" : this.part(inner);
            }
            default:
                throw new Error(`PromQL has "${node.name}", which this test does not know, in ${this.expr}`);
        }
    }

    private selector(node: SyntaxNode): ReadonlySet<string> {
        const metric = this.text(node.getChild("Identifier"));
        const matchers = this.matchers(node);
        const known = this.catalogue(metric, matchers.get("job"));
        if (known === undefined) {
            this.problems.push(`"${metric}" is not in the catalogue`);
            return new Set(matchers.keys());
        }
        for (const label of matchers.keys()) {
            if (!known.has(label)) {
                this.problems.push(`"${metric}" has no label "${label}"`);
            }
        }
        return known;
    }

    /** Labels that a selector looks at, and what they have to be where that is one value. */
    private matchers(node: SyntaxNode): ReadonlyMap<string, string | undefined> {
        const matchers = node.getChild("LabelMatchers")?.getChildren("UnquotedLabelMatcher") ?? [];
        return new Map(
            matchers.map((matcher) => [
                this.text(matcher.getChild("LabelName")),
                matcher.getChild("MatchOp")?.firstChild?.name === "EqlSingle"
                    ? this.text(matcher.getChild("StringLiteral")).slice(1, -1)
                    : undefined,
            ]),
        );
    }

    private aggregation(node: SyntaxNode): Part {
        const [argument] = this.arguments(node).slice(-1);
        const inner = argument === undefined ? "scalar" : this.part(argument);
        const labels = inner === "scalar" ? new Set<string>() : inner;
        const modifier = node.getChild("AggregateModifier");
        const grouping = this.grouping(modifier?.getChild("GroupingLabels"));
        this.require(grouping, labels, "by or without");
        if (rankingOperators.has(node.getChild("AggregateOp")?.firstChild?.name ?? "")) {
            return labels;
        }
        if (modifier === null) {
            return new Set();
        }
        return modifier.getChild("By") === null ? minus(labels, grouping) : new Set(grouping);
    }

    private call(node: SyntaxNode): Part {
        const name = this.text(node.getChild("FunctionIdentifier"));
        const args = this.arguments(node);
        const parts = args.map((argument) => this.part(argument));
        if (scalarFunctions.has(name)) {
            return "scalar";
        }
        const labels = parts.find((part) => part !== "scalar") ?? new Set<string>();
        if (name === "absent" || name === "absent_over_time") {
            // Of anything but a selector Prometheus does not know which labels it would have.
            const selectors = args.filter((argument) => argument.name === "VectorSelector");
            return new Set(selectors.flatMap((selector) => equalities(this.matchers(selector))));
        }
        if (name === "histogram_quantile") {
            this.require(["le"], labels, name);
            return minus(labels, ["le"]);
        }
        if (name === "label_replace") {
            const [, target = "", , source = ""] = args.map((argument) => this.text(argument).slice(1, -1));
            this.require(source === "" ? [] : [source], labels, name);
            return new Set([...labels, target]);
        }
        return labels;
    }

    private binary(node: SyntaxNode): Part {
        const operands = children(node).filter(({ name }) => /Expr$|Selector$|Literal$|^FunctionCall$/.test(name));
        const [left, right] = operands.map((operand) => this.part(operand));
        if (left === undefined || right === undefined || left === "scalar" || right === "scalar") {
            return left === undefined || left === "scalar" ? (right ?? "scalar") : left;
        }
        const operator = children(node)[1]?.name ?? "";
        const modifier = node.getChild("MatchingModifierClause");
        const [first, second] = modifier?.getChildren("GroupingLabels").map((group) => this.grouping(group)) ?? [];
        const on = modifier?.getChild("On") !== null && modifier !== null;
        const matched = first ?? [];
        if (on) {
            this.require(matched, left, "on");
            this.require(matched, right, "on");
        } else if (
            operator !== "Or" &&
            !same(minus(left, matched), minus(right, matched)) &&
            this.isDerived(operands)
        ) {
            this.problems.push(`sides that have to match have {${list(left)}} and {${list(right)}}`);
        }
        if (setOperators.has(operator)) {
            return operator === "Or" ? intersection(left, right) : left;
        }
        const many = modifier?.getChild("GroupLeft") ? left : modifier?.getChild("GroupRight") ? right : undefined;
        if (many !== undefined) {
            const one = many === left ? right : left;
            this.require(second ?? [], one, "group");
            return new Set([...many, ...(second ?? [])]);
        }
        return on ? new Set(matched) : minus(left, matched);
    }

    /** Whether both sides have exactly the labels that were inferred, because each was aggregated. A bare selector may have fewer. */
    private isDerived(operands: readonly SyntaxNode[]): boolean {
        return operands.every((operand) => this.text(operand).includes(" by ("));
    }

    private arguments(node: SyntaxNode): SyntaxNode[] {
        return children(node.getChild("FunctionCallBody"));
    }

    private grouping(node: SyntaxNode | null | undefined): string[] {
        return (node?.getChildren("LabelName") ?? []).map((label) => this.text(label));
    }

    private require(labels: readonly string[], available: ReadonlySet<string>, where: string): void {
        for (const label of labels) {
            if (!available.has(label)) {
                this.problems.push(`"${label}" in ${where} is not among {${list(available)}}`);
            }
        }
    }

    private text(node: SyntaxNode | null): string {
        return node === null ? "" : this.expr.slice(node.from, node.to);
    }
}

function children(node: SyntaxNode | null): SyntaxNode[] {
    const found: SyntaxNode[] = [];
    for (let child = node?.firstChild ?? null; child !== null; child = child.nextSibling) {
        found.push(child);
    }
    return found;
}

function equalities(matchers: ReadonlyMap<string, string | undefined>): string[] {
    return [...matchers].flatMap(([label, value]) => (value === undefined ? [] : [label]));
}

function minus(labels: ReadonlySet<string>, gone: readonly string[]): ReadonlySet<string> {
    return new Set([...labels].filter((label) => !gone.includes(label)));
}

function intersection(left: ReadonlySet<string>, right: ReadonlySet<string>): ReadonlySet<string> {
    return new Set([...left].filter((label) => right.has(label)));
}

function same(left: ReadonlySet<string>, right: ReadonlySet<string>): boolean {
    return left.size === right.size && intersection(left, right).size === left.size;
}

function list(labels: ReadonlySet<string>): string {
    return [...labels].sort().join(", ");
}
