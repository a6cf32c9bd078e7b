import type { Cost } from "./cost/cost";
import { dollars } from "./amounts";
import type { Plan, PlannedResource } from "./record";
import { styled, tail, type Terminal } from "./terminal";
import { childrenOf, displayType } from "./tree";

interface Row {
    readonly branch: string;
    readonly name: string;
    readonly type: string;
    readonly resources: number;
    readonly monthly: number;
}

/** What is worth a line each: the stack's components, and the parts of a system. What these are made of is counted with them. */
const opened: ReadonlySet<string> = new Set(["pulumi:pulumi:Stack", "platform:system:System"]);

/** The components of a plan as a tree: how many resources each is, and what it costs a month. Fits the terminal, where there is one. */
export function componentsText(plan: Plan, cost: Cost, terminal: Pick<Terminal, "columns" | "colors">): string {
    const rows = rowsOf(plan, cost);
    const room = (terminal.columns ?? Infinity) - 29;
    const widest = Math.max(4, ...rows.map(({ branch, name }) => branch.length + name.length));
    const widestType = Math.max(4, ...rows.map(({ type }) => type.length));
    const typeWidth = Math.min(widestType, Math.max(room - widest, Math.floor(room * 0.35)));
    const nameWidth = Math.min(widest, room - typeWidth);
    const line = (branch: string, name: string, type: string, count: string, monthly: string): string => {
        const shown = tail(name, nameWidth - branch.length);
        return `${styled(terminal, "dim", branch)}${shown.padEnd(nameWidth - branch.length)}  ${tail(type, typeWidth).padEnd(typeWidth)}  ${count.padStart(9)}  ${monthly.padStart(9)}`;
    };
    return [
        styled(terminal, "bold", `     ${line("", "Name", "Type", "Resources", "Month")}`),
        ...rows.map(({ branch, name, type, resources, monthly }) =>
            ` ${styled(terminal, "green", "+")}   ${line(branch, name, type, String(resources), monthly === 0 ? "" : dollars(monthly))}`.trimEnd(),
        ),
    ].join("\n");
}

function rowsOf({ resources }: Plan, { lines }: Cost): Row[] {
    const children = childrenOf(resources);
    const own = new Map<string, number>();
    for (const { urn, monthly } of lines) {
        own.set(urn, (own.get(urn) ?? 0) + monthly);
    }
    const sums = (resource: PlannedResource): { resources: number; monthly: number } =>
        (children.get(resource.urn) ?? []).map(sums).reduce(
            (total, each) => ({
                resources: total.resources + each.resources,
                monthly: total.monthly + each.monthly,
            }),
            { resources: 1, monthly: own.get(resource.urn) ?? 0 },
        );
    const rows: Row[] = [];
    const visit = (resource: PlannedResource, indent: string, branch: string): void => {
        const [, , type = ""] = displayType(resource.type).split(":");
        rows.push({ branch: indent + branch, name: resource.name, type, ...sums(resource) });
        const below = branch === "" ? indent : indent + (branch === "└─ " ? "   " : "│  ");
        const parts = opened.has(resource.type)
            ? (children.get(resource.urn) ?? []).filter(({ custom }) => !custom)
            : [];
        parts.sort((a, b) => (a.name < b.name ? -1 : 1));
        parts.forEach((part, index) => visit(part, below, index === parts.length - 1 ? "└─ " : "├─ "));
    };
    for (const root of children.get("") ?? []) {
        visit(root, "", "");
    }
    return rows;
}
