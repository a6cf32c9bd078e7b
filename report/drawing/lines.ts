import { boxesOf, isStraight, laneOffset, type ColumnPlan } from "./columns";
import type { Edge } from "./drawing";
import type { PlacedBox } from "./layout";

/** A connection as it is drawn: points that horizontal and vertical strokes join. */
export interface Line {
    readonly edge: Edge;
    readonly points: readonly (readonly [x: number, y: number])[];
}

/** Draws every connection whose two ends are boxes of one column, inside the gutters of that column. */
export function route(columns: readonly ColumnPlan[], boxes: readonly PlacedBox[], edges: readonly Edge[]): Line[] {
    const placed = new Map(boxes.map((each) => [each.box.id, each]));
    return columns.flatMap((plan) => {
        const own = new Map(boxesOf(plan.column).map(({ id }) => [id, placed.get(id) ?? sharedBox(plan, id, boxes)]));
        return edges.flatMap((edge) => {
            const from = own.get(edge.from);
            const to = own.get(edge.to);
            return from === undefined || to === undefined ? [] : [{ edge, points: pointsOf(plan, edge, from, to) }];
        });
    });
}

/** A load balancer that several columns share is placed once, under the id that it has in the first of them. */
function sharedBox({ column, x }: ColumnPlan, id: string, boxes: readonly PlacedBox[]): PlacedBox | undefined {
    const balancer = column.balancers.find(({ box }) => box.id === id);
    return boxes.find(
        (each) => each.box.href === balancer?.box.href && each.x <= x && x <= each.x + each.width && !each.container,
    );
}

type Points = Line["points"];

function pointsOf(plan: ColumnPlan, edge: Edge, from: PlacedBox, to: PlacedBox): Points {
    const leftX = plan.x + plan.left.width;
    const center = (leftX + plan.x + plan.width - plan.right.width) / 2;
    if (isStraight(plan.column, edge)) {
        return [
            [center, from.y + from.height],
            [center, to.y],
        ];
    }
    const isRequest = edge.kind === "request";
    const lane = (isRequest ? plan.left.lanes.get(edge.from) : plan.right.lanes.get(edge.to)) ?? 0;
    const x = isRequest ? leftX - laneOffset(lane) : plan.x + plan.width - plan.right.width + laneOffset(lane);
    return [...endAt(from, x, lane, isRequest, "start"), ...endAt(to, x, lane, isRequest, "end").reverse()];
}

/** Where a line leaves or reaches a box: from above or below where the lane runs over it, else at its side. */
function endAt(
    box: PlacedBox,
    x: number,
    lane: number,
    atLeft: boolean,
    end: "start" | "end",
): (readonly [number, number])[] {
    if (box.x < x && x < box.x + box.width) {
        return [[x, end === "start" ? box.y + box.height : box.y]];
    }
    const side = atLeft ? box.x : box.x + box.width;
    // Lines of neighbouring lanes touch a box at different heights.
    const y = box.y + box.height / 2 + (end === "start" ? ((lane % 3) - 1) * 5 : 0);
    return [
        [side, y],
        [x, y],
    ];
}
