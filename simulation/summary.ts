import type { Plan } from "./record";
import { styled, type Terminal } from "./terminal";
import { displayType } from "./tree";

const longestOutput = 60;

/** How many resources of each type there are, most first. */
export function countsText({ resources }: Plan, terminal: Pick<Terminal, "colors">): string {
    const counts = new Map<string, number>();
    for (const { type } of resources) {
        counts.set(type, (counts.get(type) ?? 0) + 1);
    }
    const width = String(resources.length).length;
    const lines = [...counts]
        .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
        .map(([type, count]) => `    ${String(count).padStart(width)}  ${displayType(type)}`);
    return [
        styled(terminal, "bold", "Resources:"),
        `    ${styled(terminal, "green", `+ ${resources.length} to create`)}`,
        "",
        styled(terminal, "bold", "By type:"),
        ...lines,
    ].join("\n");
}

/** The URLs under which the systems answer, and the other things that the program exports. */
export function outputsText({ outputs }: Plan, terminal: Pick<Terminal, "colors">): string {
    const { endpoints, ...others } = outputs;
    return [
        ...block("Endpoints:", leaves(endpoints), terminal, "cyan"),
        ...block("Outputs:", leaves(others), terminal),
    ].join("\n");
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

function block(title: string, rows: readonly Leaf[], terminal: Pick<Terminal, "colors">, style?: "cyan"): string[] {
    const width = Math.max(0, ...rows.map(([path]) => path.length));
    const shown = rows.map(([path, text]) => {
        const [line = ""] = text.split("\n");
        const short =
            line.length < text.length || line.length > longestOutput ? `${line.slice(0, longestOutput)}…` : line;
        return `    ${path.padEnd(width)}  ${style === undefined ? short : styled(terminal, style, line)}`;
    });
    return shown.length === 0 ? [] : ["", styled(terminal, "bold", title), ...shown];
}
