import { strict as assert } from "node:assert";
import fc from "fast-check";
import { laidOut } from "../../../components/observability/dashboards/grid";

type Panels = Parameters<typeof laidOut>[0];

const panel = (type: string, w: number, h: number): Panels[number] => ({
    type,
    title: `${type} ${w}x${h}`,
    gridPos: { x: 0, y: 0, w, h },
});

function places(...panels: Panels): string[] {
    return laidOut(panels).map(({ gridPos }) => `${gridPos?.x},${gridPos?.y} ${gridPos?.w}x${gridPos?.h}`);
}

describe("the grid of a dashboard", () => {
    it("begins a line with a panel that would reach beyond the last column, below the highest of the line", () => {
        assert.deepEqual(
            places(panel("row", 24, 1), panel("stat", 18, 4), panel("stat", 6, 8), panel("timeseries", 12, 8)),
            ["0,0 24x1", "0,1 18x4", "18,1 6x8", "0,9 12x8"],
        );
        assert.deepEqual(places(panel("stat", 18, 4), panel("timeseries", 12, 8)), ["0,0 18x4", "0,4 12x8"]);
    });

    it("begins a line with the heading of a row, whatever stands before it", () => {
        assert.deepEqual(places(panel("stat", 6, 4), panel("row", 0, 0), panel("stat", 6, 4)), [
            "0,0 6x4",
            "0,4 24x1",
            "0,5 6x4",
        ]);
    });

    it("refuses a panel that is wider than it", () => {
        assert.throws(() => places(panel("stat", 25, 4)), /"stat 25x4" is 25 columns wide/);
    });

    it("never lets panels overlap or leave it, whatever their sizes", () => {
        const size = fc.tuple(fc.integer({ min: 1, max: 24 }), fc.integer({ min: 1, max: 12 }));
        fc.assert(
            fc.property(fc.array(size, { maxLength: 30 }), (sizes) => {
                const placed = laidOut(sizes.map(([w, h]) => panel("stat", w, h))).flatMap(
                    ({ gridPos }) => gridPos ?? [],
                );
                assert.ok(placed.every(({ x, w }) => x >= 0 && x + w <= 24));
                for (const [index, one] of placed.entries()) {
                    for (const other of placed.slice(index + 1)) {
                        const apart =
                            one.x + one.w <= other.x ||
                            other.x + other.w <= one.x ||
                            one.y + one.h <= other.y ||
                            other.y + other.h <= one.y;
                        assert.ok(apart, JSON.stringify([one, other]));
                    }
                }
            }),
        );
    });
});
