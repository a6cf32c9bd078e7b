import type { Plan } from "./record";
import { styled, type Terminal } from "./terminal";
import { displayType } from "./tree";

const longestOutput = 60;

/** How many resources of each type there are, most first. */
export function countsOf({ resources }: Plan): (readonly [type: string, count: number])[] {
    const counts = new Map<string, number>();
    for (const { type } of resources) {
        counts.set(type, (counts.get(type) ?? 0) + 1);
    }
    return [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
}

/** How many resources there are by provider and, in full, by type. */
export function countsText(plan: Plan, terminal: Pick<Terminal, "colors">, full: boolean): string {
    const { resources } = plan;
    const width = String(resources.length).length;
    const providers = new Map<string, number>();
    for (const { type } of resources) {
        const provider = type.slice(0, type.indexOf(":"));
        providers.set(provider, (providers.get(provider) ?? 0) + 1);
    }
    const parts = [...providers].sort(([, m], [, n]) => n - m).map(([provider, count]) => `${count} ${provider}`);
    const created = styled(terminal, "green", `+ ${resources.length} to create`);
    const types = countsOf(plan).map(([type, count]) => `    ${String(count).padStart(width)}  ${displayType(type)}`);
    return [
        styled(terminal, "bold", "Resources:"),
        `    ${created}: ${parts.join(", ")}`,
        ...(full ? ["", styled(terminal, "bold", "By type:"), ...types] : []),
    ].join("\n");
}

/** The URLs under which the systems answer. */
export function endpointsText({ outputs }: Plan, terminal: Pick<Terminal, "colors" | "columns">): string {
    return block("Endpoints:", leaves(outputs.endpoints), terminal, "cyan").join("\n");
}

/** The other things that the program exports; of those with members, unless in full, how many these are. */
export function outputsText({ outputs }: Plan, terminal: Pick<Terminal, "colors" | "columns">, full: boolean): string {
    const { endpoints: _, ...others } = outputs;
    const rows = Object.entries(others).flatMap(([key, value]): Leaf[] => {
        const all = leaves(value, key);
        return full || all.length <= 1 ? all : [[key, `${all.length} values; --full shows them`]];
    });
    return block("Outputs:", rows, terminal).join("\n");
}

type Leaf = readonly [path: string, text: string];

function leaves(value: unknown, path = ""): Leaf[] {
    if (value === undefined || value === null) {
        return [];
    }
    if (typeof value === "object") {
        return Object.entries(value).flatMap(([key, member]) => leaves(member, path === "" ? key : `${path}/${key}`));
    }
    return [[path, typeof value === "string" ? value : JSON.stringify(value)]];
}

function block(
    title: string,
    rows: readonly Leaf[],
    terminal: Pick<Terminal, "colors" | "columns">,
    style?: "cyan",
): string[] {
    const width = Math.max(0, ...rows.map(([path]) => path.length));
    const room = (terminal.columns ?? Infinity) - width - 6;
    const shown = rows.map(([path, text]) => {
        const [line = ""] = text.split("\n");
        if (style !== undefined) {
            // A URL is of use only as a whole.
            const gap = line.length <= room ? "  ".padStart(width - path.length + 2) : "\n        ";
            return `    ${path}${gap}${styled(terminal, style, line)}`;
        }
        const longest = Math.min(longestOutput, room - 1);
        const short = line.length < text.length || line.length > longest ? `${line.slice(0, longest)}…` : line;
        return `    ${path.padEnd(width)}  ${short}`;
    });
    return shown.length === 0 ? [] : [styled(terminal, "bold", title), ...shown];
}
