import type { Dashboard, GridPos } from "@grafana/grafana-foundation-sdk/dashboard";

/** Columns of a dashboard in Grafana. */
export const gridColumns = 24;

type Panels = NonNullable<Dashboard["panels"]>;

/** The panels from left to right, in their order. One that does not fit beside those before it begins a line; so does the heading of a row. */
export function laidOut(panels: Panels): Panels {
    let line = { x: 0, y: 0, height: 0 };
    return panels.map((panel) => {
        const { w, h } = sizeOf(panel);
        if (panel.type === "row" || line.x + w > gridColumns) {
            line = { x: 0, y: line.y + line.height, height: 0 };
        }
        const gridPos: GridPos = { ...panel.gridPos, x: line.x, y: line.y, w, h };
        line = { x: line.x + w, y: line.y, height: Math.max(line.height, h) };
        return { ...panel, gridPos };
    });
}

function sizeOf({ type, title, gridPos }: Panels[number]): Pick<GridPos, "w" | "h"> {
    const { w, h } = type === "row" ? { w: gridColumns, h: 1 } : (gridPos ?? { w: 0, h: 0 });
    if (w < 1 || w > gridColumns || h < 1) {
        throw new Error(
            `Panel "${title ?? ""}" is ${w} columns wide and ${h} high; 1 to ${gridColumns} and 1 or more are possible.`,
        );
    }
    return { w, h };
}
