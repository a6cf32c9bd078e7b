import assert from "node:assert/strict";
import fc from "fast-check";
import { architecture } from "../../report/drawing/architecture";
import type { Box, BoxKind, Drawing, Edge, SystemColumn } from "../../report/drawing/drawing";
import { layout, type Layout, type PlacedBox, type Rectangle } from "../../report/drawing/layout";
import type { Line } from "../../report/drawing/lines";
import { runs } from "../fuzz/runs";
import { planOf, viewOf } from "./plans";

describe("the layout of the architecture drawing", () => {
    for (const stack of ["dev", "staging", "prod", "local", "team-shop"]) {
        it(`keeps boxes and lines of ${stack} apart`, async () => {
            const drawing = architecture(viewOf(await planOf(stack)));
            assertReadable(layout(drawing));
        });
    }

    it("keeps boxes and lines of any drawing apart", () => {
        fc.assert(
            fc.property(drawings(), (drawing) => {
                assertReadable(layout(drawing));
            }),
            { numRuns: runs(200) },
        );
    });

    it("draws a line for every connection", async () => {
        const drawing = architecture(viewOf(await planOf("prod")));
        assert.deepEqual(
            layout(drawing)
                .lines.map(({ edge }) => edge)
                .sort((a, b) => (a.label < b.label ? -1 : 1)),
            [...drawing.edges].sort((a, b) => (a.label < b.label ? -1 : 1)),
        );
        assert.ok(drawing.edges.length > 15);
    });
});

/** No box lies over another, none leaves its container or the drawing, and no line crosses a box that it does not belong to. */
function assertReadable({ width, height, boxes, lines }: Layout): void {
    for (const box of boxes) {
        assert.ok(contains({ x: 0, y: 0, width, height }, box), `${box.box.id} leaves the drawing`);
    }
    boxes.forEach((a, index) => {
        for (const b of boxes.slice(index + 1)) {
            const nested = a.container && contains(a, b);
            assert.ok(nested || !overlap(a, b), `${a.box.id} lies over ${b.box.id}`);
            assert.ok(!nested || !overlap(titleOf(a), b), `${b.box.id} hides the title of ${a.box.id}`);
        }
    });
    for (const line of lines) {
        for (const box of boxes.filter(({ container }) => !container)) {
            assert.ok(!crosses(line, box), `the line "${line.edge.label}" crosses ${box.box.id}`);
        }
    }
}

function overlap(a: Rectangle, b: Rectangle): boolean {
    return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

function contains(outer: Rectangle, inner: Rectangle): boolean {
    return (
        outer.x <= inner.x &&
        outer.y <= inner.y &&
        inner.x + inner.width <= outer.x + outer.width &&
        inner.y + inner.height <= outer.y + outer.height
    );
}

function titleOf({ x, y, width }: PlacedBox): Rectangle {
    return { x, y, width, height: 20 };
}

/** A stroke may touch the side of a box, where it begins or ends, but not run through it. */
function crosses({ points }: Line, box: Rectangle): boolean {
    return points.slice(1).some(([x, y], index) => {
        const [fromX, fromY] = points[index] ?? [x, y];
        const stroke = {
            x: Math.min(x, fromX) - 0.5,
            y: Math.min(y, fromY) - 0.5,
            width: Math.abs(x - fromX) + 1,
            height: Math.abs(y - fromY) + 1,
        };
        const inner = { x: box.x + 1, y: box.y + 1, width: box.width - 2, height: box.height - 2 };
        return overlap(stroke, inner);
    });
}

const texts = fc.constantFrom("a", "user-management", "a name that is far too long for any box of the drawing");

function box(id: string, kind: BoxKind): fc.Arbitrary<Box> {
    return fc
        .record({ title: texts, detail: fc.option(texts, { nil: undefined }) })
        .map(({ title, detail }) => ({ id, kind, title, href: `#/${id}`, ...(detail !== undefined && { detail }) }));
}

function several(prefix: string, kind: BoxKind, most: number): fc.Arbitrary<Box[]> {
    return fc
        .integer({ min: 0, max: most })
        .chain((count) => fc.tuple(...Array.from({ length: count }, (_, index) => box(`${prefix}-${index}`, kind))));
}

function columnOf(id: string): fc.Arbitrary<SystemColumn> {
    return fc.record({
        box: box(id, "system"),
        outside: several(`${id}-outside`, "edge", 3),
        balancers: fc.subarray(["shared", `${id}-own`]).map((keys) =>
            keys.map((key) => ({
                key,
                box: { id: `${id}-${key}`, kind: "edge" as const, title: key, href: `#/${key}` },
            })),
        ),
        namespaces: fc.tuple(
            fc.record({ box: box(`${id}-front`, "namespace"), inside: several(`${id}-front`, "service", 4) }),
            fc.record({ box: box(`${id}-back`, "namespace"), inside: several(`${id}-back`, "store", 3) }),
        ),
        managed: several(`${id}-managed`, "store", 3),
        regional: several(`${id}-regional`, "regional", 3),
        called: several(`${id}-called`, "outside", 2),
    });
}

/** Requests go from the world to services, services to each other, to stores and out. */
function edgesOf(column: SystemColumn): fc.Arbitrary<Edge[]> {
    const services = column.namespaces[0]?.inside ?? [];
    const all = [
        ...pairs(
            column.outside,
            column.balancers.map((each) => each.box),
            "request",
        ),
        ...pairs(
            column.balancers.map((each) => each.box),
            services,
            "request",
        ),
        ...pairs(services, services, "call"),
        ...pairs(services, [...(column.namespaces[1]?.inside ?? []), ...column.managed], "store"),
        ...pairs(services, column.called, "outside"),
    ];
    return fc.subarray(all);
}

function pairs(from: readonly Box[], to: readonly Box[], kind: Edge["kind"]): Edge[] {
    return from.flatMap((a) =>
        to.filter((b) => b !== a).map((b) => ({ from: a.id, to: b.id, kind, label: `${a.id} to ${b.id}` })),
    );
}

function drawings(): fc.Arbitrary<Drawing> {
    return fc
        .integer({ min: 0, max: 6 })
        .chain((count) => fc.tuple(...Array.from({ length: count }, (_, index) => columnOf(`system-${index}`))))
        .chain((columns) =>
            fc.record({
                internet: box("internet", "outside"),
                network: fc.option(networks(), { nil: undefined }),
                cluster: box("cluster", "cluster"),
                columns: fc.constant(columns),
                platformBox: box("platform", "system"),
                platform: several("addon", "addon", 25),
                regionalBox: fc.option(box("regional", "tier"), { nil: undefined }),
                regional: several("shared-regional", "regional", 6),
                calledBox: box("called", "outside"),
                edges: fc.tuple(...columns.map(edgesOf)).map((all) => all.flat()),
            }),
        );
}

function networks(): fc.Arbitrary<NonNullable<Drawing["network"]>> {
    const tier = (id: string): fc.Arbitrary<NonNullable<Drawing["network"]>["public"]> =>
        fc.option(
            fc.record({
                box: box(id, "tier"),
                zones: fc.tuple(
                    fc.record({ box: box(`${id}-zone-0`, "zone"), inside: several(`${id}-subnet-0`, "network", 2) }),
                    fc.record({ box: box(`${id}-zone-1`, "zone"), inside: several(`${id}-subnet-1`, "network", 2) }),
                ),
                shared: several(`${id}-shared`, "network", 3),
            }),
            { nil: undefined },
        );
    return fc.record({
        region: box("region", "region"),
        vpc: box("vpc", "vpc"),
        public: tier("public"),
        private: tier("private"),
        data: tier("data"),
    });
}
