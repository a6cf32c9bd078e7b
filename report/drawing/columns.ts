import type { Box, Edge, SystemColumn } from "./drawing";

/** Distance of lines that run beside each other. */
export const laneDistance = 7;

const gutterMargin = 9;

/** The free strip at one side of a column, and the lane in it of each line's end that lines have in common. */
export interface Gutter {
    readonly width: number;
    /** By the id of the box that the lines of a lane come from (left) or lead to (right). */
    readonly lanes: ReadonlyMap<string, number>;
}

/** A system's column with its place. */
export interface ColumnPlan {
    readonly column: SystemColumn;
    readonly x: number;
    readonly width: number;
    readonly left: Gutter;
    readonly right: Gutter;
}

/** All boxes of a column from top to bottom: what a line from one to another has to pass. */
export function boxesOf(column: SystemColumn): Box[] {
    return [
        ...column.outside,
        ...column.balancers.map(({ box }) => box),
        ...column.namespaces.flatMap(({ box, inside }) => [box, ...inside]),
        ...column.managed,
        ...column.regional,
        ...column.called,
    ];
}

/** Whether a line goes straight down: nothing stands between its ends, not even the title of a container. */
export function isStraight(column: SystemColumn, { from, to }: Edge): boolean {
    const ids = boxesOf(column).map(({ id }) => id);
    return ids.indexOf(to) === ids.indexOf(from) + 1;
}

/** Requests run at the left of a column. Those of one source share a lane. */
export function entriesGutter(column: SystemColumn, edges: readonly Edge[]): Gutter {
    return gutter(column, edges, (edge) => (edge.kind === "request" ? edge.from : undefined));
}

/** All that services open themselves runs at the right. What leads to the same place shares a lane. */
export function storesGutter(column: SystemColumn, edges: readonly Edge[]): Gutter {
    return gutter(column, edges, (edge) => (edge.kind === "request" ? undefined : edge.to));
}

/** Gives lines that pass the same height lanes of their own. */
function gutter(column: SystemColumn, edges: readonly Edge[], keyOf: (edge: Edge) => string | undefined): Gutter {
    const order = new Map(boxesOf(column).map(({ id }, index) => [id, index]));
    const spans = new Map<string, { top: number; bottom: number }>();
    for (const edge of edges) {
        const key = keyOf(edge);
        const from = order.get(edge.from);
        const to = order.get(edge.to);
        if (key === undefined || from === undefined || to === undefined || isStraight(column, edge)) {
            continue;
        }
        const { top, bottom } = spans.get(key) ?? { top: from, bottom: from };
        spans.set(key, { top: Math.min(top, from, to), bottom: Math.max(bottom, from, to) });
    }
    const lanes = new Map<string, number>();
    const ends: number[] = [];
    for (const [key, { top, bottom }] of [...spans].sort(([, a], [, b]) => a.top - b.top || a.bottom - b.bottom)) {
        const free = ends.findIndex((end) => end < top);
        const lane = free === -1 ? ends.length : free;
        ends[lane] = bottom;
        lanes.set(key, lane);
    }
    return { width: gutterMargin * 2 + Math.max(0, ends.length - 1) * laneDistance, lanes };
}

/** How far a lane lies from the boxes of its column. */
export function laneOffset(lane: number): number {
    return gutterMargin + lane * laneDistance;
}
