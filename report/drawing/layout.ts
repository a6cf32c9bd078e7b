import { entriesGutter, storesGutter, type ColumnPlan } from "./columns";
import type { Box, Drawing, SystemColumn, Tier } from "./drawing";
import { route, type Line } from "./lines";

/**
 * Places the drawing's boxes: rows from the world outside, over load balancers, cluster and data stores, to what lies beyond; columns
 * for the systems. Every column keeps a gutter free on both sides, in which alone lines run, so that no line crosses a box.
 *
 * A general layout library would neither keep the rows of a network nor a system's column together, and is ten times the size of the page.
 */

/** Sizes in pixels at natural size. */
export const sizes = {
    line: 26,
    twoLines: 40,
    gap: 8,
    padding: 10,
    header: 26,
    box: 148,
    platformBox: 156,
    zoneColumn: 190,
    inSubnet: 44,
    margin: 1,
} as const;

export interface Rectangle {
    readonly x: number;
    readonly y: number;
    readonly width: number;
    readonly height: number;
}

export interface PlacedBox extends Rectangle {
    readonly box: Box;
    /** Whether other boxes are in it. */
    readonly container: boolean;
    /** How far its title stands from its left side. */
    readonly titleInset: number;
}

export interface Layout {
    readonly width: number;
    readonly height: number;
    /** Containers before what is in them. */
    readonly boxes: readonly PlacedBox[];
    readonly lines: readonly Line[];
}

export function layout(drawing: Drawing): Layout {
    return new Placement(drawing).run();
}

function heightOf(box: Box): number {
    return box.detail === undefined ? sizes.line : sizes.twoLines;
}

function stackHeight(boxes: readonly Box[]): number {
    return boxes.reduce((sum, box) => sum + heightOf(box) + sizes.gap, boxes.length > 0 ? -sizes.gap : 0);
}

function namespacesHeight({ namespaces }: SystemColumn): number {
    return namespaces.reduce(
        (sum, { inside }) => sum + sizes.header + stackHeight(inside) + sizes.padding + sizes.gap,
        0,
    );
}

/** Up to this height the platform's boxes stand in one column, however low the systems beside them are. */
const lowestCluster = 360;

const mostPlatformColumns = 4;

/** How far a namespace stands from the frame of its system; lines run inside it. */
const namespaceInset = 4;

class Placement {
    private readonly boxes: PlacedBox[] = [];
    private readonly open: { readonly index: number; readonly depth: number }[] = [];
    private y: number = sizes.margin;
    private readonly columns: readonly ColumnPlan[];
    /** Left side of the zones, of the columns, of the platform's boxes; right side of everything. */
    private readonly zonesX: number;
    private readonly columnsX: number;
    private readonly platformX: number;
    private readonly width: number;
    private readonly platformColumns: number;
    private readonly clusterX: number;

    constructor(private readonly drawing: Drawing) {
        const outerDepth = drawing.network === undefined ? 0 : 3;
        this.zonesX = sizes.margin + outerDepth * sizes.padding;
        this.clusterX = this.zonesX + (drawing.network === undefined ? 0 : sizes.zoneColumn + sizes.gap);
        this.columnsX = this.clusterX + sizes.padding;
        let x = this.columnsX;
        this.columns = drawing.columns.map((column) => {
            const left = entriesGutter(column, drawing.edges);
            const right = storesGutter(column, drawing.edges);
            const plan: ColumnPlan = { column, x, left, right, width: left.width + sizes.box + right.width };
            x += plan.width + sizes.gap;
            return plan;
        });
        this.platformX = x;
        this.platformColumns = this.chooseColumns();
        const platformWidth =
            this.platformColumns === 0
                ? -sizes.gap
                : this.platformColumns * (sizes.platformBox + sizes.gap) - sizes.gap + 2 * sizes.padding;
        this.width = x + platformWidth + sizes.padding * (1 + outerDepth) + sizes.margin;
    }

    /** As few columns for the platform's boxes as keep them from being much higher than the systems beside them. */
    private chooseColumns(): number {
        const { platform, regional, network, columns } = this.drawing;
        const others = [regional, network?.public?.shared ?? [], network?.data?.shared ?? []];
        if (platform.length === 0) {
            return others.some(({ length }) => length > 0) ? 1 : 0;
        }
        const tallest = Math.max(lowestCluster, ...columns.map((column) => namespacesHeight(column)));
        return Math.min(mostPlatformColumns, Math.ceil(stackHeight(platform) / tallest));
    }

    run(): Layout {
        const { drawing } = this;
        this.outsideRow();
        this.y += sizes.gap * 2;
        const { network } = drawing;
        if (network === undefined) {
            this.balancerRow(undefined);
            this.clusterRow(undefined);
            this.managedRow(undefined);
        } else {
            this.begin(network.region, 0);
            this.begin(network.vpc, 1);
            this.balancerRow(network.public);
            this.y += sizes.gap * 2;
            this.clusterRow(network.private);
            if (network.data !== undefined) {
                this.y += sizes.gap * 2;
                this.managedRow(network.data);
            }
            this.end();
        }
        this.regionalRow();
        if (network !== undefined) {
            this.end();
        }
        this.calledRow();
        const boxes = this.boxes;
        return {
            width: this.width,
            height: this.y + sizes.margin,
            boxes,
            lines: route(this.columns, boxes, drawing.edges),
        };
    }

    private begin(box: Box, depth: number, x?: number, titleInset: number = sizes.padding): void {
        const left = x ?? sizes.margin + depth * sizes.padding;
        const right = this.width - sizes.margin - depth * sizes.padding;
        this.open.push({ index: this.boxes.length, depth });
        this.boxes.push({ box, x: left, y: this.y, width: right - left, height: 0, container: true, titleInset });
        this.y += sizes.header;
    }

    /** Ends the innermost container a little below what is in it, or where the tallest of its neighbours ends. */
    private end(bottom = this.y): void {
        const { index } = this.open.pop() ?? { index: 0 };
        this.y = bottom + sizes.padding;
        this.boxes[index] = { ...(this.boxes[index] as PlacedBox), height: this.y - (this.boxes[index]?.y ?? 0) };
    }

    private put(box: Box, x: number, y: number, width: number): number {
        const height = heightOf(box);
        this.boxes.push({ box, x, y, width, height, container: false, titleInset: sizes.gap });
        return y + height + sizes.gap;
    }

    /** Puts boxes under each other and gives back where they end. */
    private stack(boxes: readonly Box[], x: number, y: number, width: number): number {
        return boxes.reduce((next, box) => this.put(box, x, next, width), y) - (boxes.length > 0 ? sizes.gap : 0);
    }

    /** The same part of every column, side by side. */
    private acrossColumns(boxesOf: (column: SystemColumn) => readonly Box[], y: number): number {
        return Math.max(
            y,
            ...this.columns.map(({ column, x, left }) => this.stack(boxesOf(column), x + left.width, y, sizes.box)),
        );
    }

    private outsideRow(): void {
        this.begin(this.drawing.internet, 0);
        this.y = this.acrossColumns(({ outside }) => outside, this.y);
        this.end();
    }

    private balancerRow(tier: Tier | undefined): void {
        const empty = this.columns.every(({ column }) => column.balancers.length === 0);
        if (tier === undefined && empty) {
            return;
        }
        if (tier !== undefined) {
            this.begin(tier.box, 2);
        }
        const y = this.y;
        const bottom = Math.max(this.zones(tier, y), this.balancers(y), this.platformStack(tier?.shared ?? [], y));
        if (tier === undefined) {
            this.y = bottom + sizes.gap * 2;
        } else {
            this.end(bottom);
        }
    }

    private balancers(y: number): number {
        let bottom = y;
        for (let index = 0; index < this.columns.length; index++) {
            const first = this.columns[index] as ColumnPlan;
            const { balancers } = first.column;
            const only = balancers.length === 1 ? balancers[0] : undefined;
            if (only === undefined) {
                const boxes = balancers.map(({ box }) => box);
                bottom = Math.max(bottom, this.stack(boxes, first.x + first.left.width, y, sizes.box));
                continue;
            }
            let last = first;
            while (this.sharesOnly(this.columns[index + 1], only.key)) {
                last = this.columns[++index] as ColumnPlan;
            }
            const right = last.x + last.left.width + sizes.box;
            bottom = Math.max(bottom, this.put(only.box, first.x, y, right - first.x) - sizes.gap);
        }
        return bottom;
    }

    private sharesOnly(plan: ColumnPlan | undefined, key: string): boolean {
        const balancers = plan?.column.balancers ?? [];
        return balancers.length === 1 && balancers[0]?.key === key;
    }

    /** The subnets of a tier, one under the other at the left. */
    private zones(tier: Tier | undefined, y: number): number {
        let next = y;
        for (const { box, inside } of tier?.zones ?? []) {
            const rectangle = { box, x: this.zonesX, y: next, width: sizes.zoneColumn, titleInset: sizes.gap };
            next =
                this.frame(rectangle, (top) =>
                    this.inZone(inside, this.zonesX + sizes.gap, top - 2, sizes.zoneColumn - 2 * sizes.gap),
                ) + sizes.gap;
        }
        return next - ((tier?.zones.length ?? 0) > 0 ? sizes.gap : 0);
    }

    /** A subnet, and beside it the little that stands in it. */
    private inZone([subnet, ...others]: readonly Box[], x: number, y: number, width: number): number {
        if (subnet === undefined) {
            return y;
        }
        const own = width - others.length * (sizes.inSubnet + sizes.gap);
        this.put(subnet, x, y, own);
        others.forEach((box, index) =>
            this.put(box, x + own + sizes.gap + index * (sizes.inSubnet + sizes.gap), y, sizes.inSubnet),
        );
        return y + Math.max(...[subnet, ...others].map(heightOf));
    }

    private platformStack(boxes: readonly Box[], y: number): number {
        return this.grid(boxes, y, this.platformX + sizes.padding, Math.max(1, this.platformColumns));
    }

    /** Boxes in columns of much the same height, in reading order down each column. */
    private grid(boxes: readonly Box[], y: number, x: number, columns: number): number {
        const rows = Math.ceil(boxes.length / columns);
        let bottom = y;
        for (let column = 0; column < columns; column++) {
            const own = boxes.slice(column * rows, (column + 1) * rows);
            bottom = Math.max(
                bottom,
                this.stack(own, x + column * (sizes.platformBox + sizes.gap), y, sizes.platformBox),
            );
        }
        return bottom;
    }

    private clusterRow(tier: Tier | undefined): void {
        if (tier !== undefined) {
            this.begin(tier.box, 2);
        }
        const depth = this.drawing.network === undefined ? 0 : 3;
        const zonesBottom = this.zones(tier, this.y);
        const firstBox = this.columnsX + (this.columns[0]?.left.width ?? 0) - this.clusterX;
        this.begin(this.drawing.cluster, depth, this.clusterX, firstBox);
        const y = this.y;
        const bottoms = this.columns.map((plan) => this.system(plan, y));
        this.end(Math.max(y, this.platform(y), ...bottoms));
        if (tier !== undefined) {
            this.end(Math.max(this.y, zonesBottom));
        }
    }

    /** A frame around boxes that are placed while it is open, at a place of its own in a row. */
    private frame(rectangle: Omit<PlacedBox, "height" | "container">, content: (y: number) => number): number {
        const index = this.boxes.length;
        this.boxes.push({ ...rectangle, height: 0, container: true });
        const bottom = content(rectangle.y + sizes.header) + sizes.padding;
        this.boxes[index] = { ...rectangle, height: bottom - rectangle.y, container: true };
        return bottom;
    }

    private system({ column, x, left, width }: ColumnPlan, y: number): number {
        return this.frame({ box: column.box, x, y, width, titleInset: left.width }, (top) => {
            let next = top;
            for (const { box, inside } of column.namespaces) {
                const rectangle = { box, x: x + namespaceInset, y: next, width: width - 2 * namespaceInset };
                next =
                    this.frame({ ...rectangle, titleInset: left.width - namespaceInset }, (first) =>
                        this.stack(inside, x + left.width, first, sizes.box),
                    ) + sizes.gap;
            }
            return next - sizes.padding - (column.namespaces.length > 0 ? sizes.gap - namespaceInset : 0);
        });
    }

    private platform(y: number): number {
        const { platform, platformBox } = this.drawing;
        if (platform.length === 0) {
            return y;
        }
        const width = this.platformColumns * (sizes.platformBox + sizes.gap) - sizes.gap + 2 * sizes.padding;
        return this.frame({ box: platformBox, x: this.platformX, y, width, titleInset: sizes.padding }, (top) =>
            this.platformStack(platform, top),
        );
    }

    private managedRow(tier: Tier | undefined): void {
        if (tier !== undefined) {
            this.begin(tier.box, 2);
        } else {
            this.y += sizes.gap * 2;
        }
        const y = this.y;
        const bottom = Math.max(
            this.zones(tier, y),
            this.acrossColumns(({ managed }) => managed, y),
            this.platformStack(tier?.shared ?? [], y),
        );
        if (tier !== undefined) {
            this.end(bottom);
        } else {
            this.y = bottom;
        }
    }

    private regionalRow(): void {
        const { regional, regionalBox, columns } = this.drawing;
        if (
            regionalBox === undefined ||
            (regional.length === 0 && columns.every((each) => each.regional.length === 0))
        ) {
            return;
        }
        this.y += sizes.gap * 2;
        this.begin(regionalBox, this.drawing.network === undefined ? 0 : 1);
        const y = this.y;
        this.end(
            Math.max(
                this.acrossColumns((column) => column.regional, y),
                this.platformStack(regional, y),
            ),
        );
    }

    private calledRow(): void {
        if (this.drawing.columns.every(({ called }) => called.length === 0)) {
            return;
        }
        this.y += sizes.gap * 2;
        this.begin(this.drawing.calledBox, 0);
        this.end(this.acrossColumns(({ called }) => called, this.y));
    }
}
