import type { Drawing, Edge } from "../drawing/drawing";
import { layout, type PlacedBox } from "../drawing/layout";
import type { Line } from "../drawing/lines";
import { acrossDrawing, moveByArrows } from "./arrows";
import { h, s } from "./element";

/** Average widths of a character of a box's two lines, in pixels; a little more than they are. */
const characterWidth = { title: 6.9, containerTitle: 7.1, detail: 6 } as const;

/** The drawing as a picture of links: every box leads to its resources. */
export function drawingView(drawing: Drawing): HTMLElement {
    const { width, height, boxes, lines } = layout(drawing);
    const drawn = lines.map(lineView);
    const picture = s(
        "svg",
        { viewBox: `0 0 ${width} ${height}`, role: "group", "aria-label": "Architecture drawing", class: "drawing" },
        s(
            "defs",
            {},
            ...(["request", "store", "call", "outside"] as const).map((kind) =>
                s(
                    "marker",
                    {
                        id: `arrow-${kind}`,
                        class: `arrow ${kind}`,
                        viewBox: "0 0 6 6",
                        refX: 5.5,
                        refY: 3,
                        markerWidth: 6,
                        markerHeight: 6,
                        orient: "auto",
                    },
                    s("path", { d: "M0 0.5 L5.5 3 L0 5.5 Z" }),
                ),
            ),
        ),
        ...boxes.filter(({ container }) => container).map((box) => frameView(box)),
        ...drawn.map(({ path }) => path),
        ...boxes.map((box) => boxView(box)),
    );
    highlight(picture, drawn);
    moveByArrows(picture, () => [...picture.querySelectorAll<SVGElement>("a.box")], acrossDrawing);
    // The natural size is the smallest at which it is read with ease; it may grow a little on a wide screen.
    picture.style.minWidth = `${Math.round(width * 0.82)}px`;
    picture.style.maxWidth = `${Math.round(width * 1.3)}px`;
    return h("div", { class: "drawing-frame" }, picture);
}

function frameView({ box, x, y, width, height }: PlacedBox): SVGElement {
    return s("rect", { x, y, width, height, rx: 6, class: `frame ${box.kind}` });
}

function boxView(placed: PlacedBox): SVGElement {
    const { box, x, y, width, height, container, titleInset } = placed;
    const room = width - titleInset - 8;
    const name = box.detail === undefined ? box.title : `${box.title}, ${box.detail}`;
    const link = s("a", {
        href: box.href,
        class: `box ${box.kind}${container ? " container" : ""}`,
        "data-box": box.id,
    });
    link.append(s("title", {}, name));
    if (container) {
        const title = shortened(box.title, room, characterWidth.containerTitle);
        const titleWidth = Math.min(room, title.length * characterWidth.containerTitle + 8);
        link.append(
            s("rect", { x: x + titleInset - 4, y: y + 4, width: titleWidth, height: 18, rx: 3, class: "hit" }),
            s("text", { x: x + titleInset, y: y + 17, class: "title" }, title),
        );
        return link;
    }
    link.append(
        s("rect", { x, y, width, height, rx: 4, class: "body" }),
        s("path", { d: `M${x + 1.5} ${y + 4} V${y + height - 4}`, class: "mark" }),
        s(
            "text",
            { x: x + titleInset + 2, y: y + 17, class: "title" },
            shortened(box.title, room, characterWidth.title),
        ),
    );
    if (box.detail !== undefined) {
        const detail = shortened(box.detail, room, characterWidth.detail);
        link.append(s("text", { x: x + titleInset + 2, y: y + 32, class: "detail" }, detail));
    }
    return link;
}

function shortened(text: string, room: number, character: number): string {
    const most = Math.max(1, Math.floor(room / character));
    return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}

interface DrawnLine {
    readonly edge: Edge;
    readonly path: SVGPathElement;
}

function lineView({ edge, points }: Line): DrawnLine {
    const path = s("path", {
        d: rounded(points),
        class: `line ${edge.kind}`,
        "marker-end": `url(#arrow-${edge.kind})`,
    });
    path.append(s("title", {}, edge.label));
    return { edge, path };
}

const cornerRadius = 4;

/** A line through points, with round corners. */
function rounded(points: Line["points"]): string {
    return points
        .map(([x, y], index) => {
            const before = points[index - 1];
            const after = points[index + 1];
            if (before === undefined || after === undefined) {
                return `${index === 0 ? "M" : "L"}${x} ${y}`;
            }
            const [fromX, fromY] = towards([x, y], before);
            const [toX, toY] = towards([x, y], after);
            return `L${fromX} ${fromY} Q${x} ${y} ${toX} ${toY}`;
        })
        .join(" ");
}

/** The point on the way from one point to another where a corner begins to bend. */
function towards([x, y]: readonly [number, number], [toX, toY]: readonly [number, number]): readonly [number, number] {
    const length = Math.abs(toX - x) + Math.abs(toY - y);
    const share = length === 0 ? 0 : Math.min(cornerRadius, length / 2) / length;
    return [x + (toX - x) * share, y + (toY - y) * share];
}

/** Brings out the connections of the box that is pointed at or has the focus. */
function highlight(picture: SVGElement, lines: readonly DrawnLine[]): void {
    const show = (id: string | undefined): void => {
        const found = lines.filter(({ edge }) => edge.from === id || edge.to === id);
        picture.classList.toggle("selecting", found.length > 0);
        for (const line of lines) {
            line.path.classList.toggle("selected", found.includes(line));
        }
    };
    const boxOf = (event: Event): string | undefined =>
        event.target instanceof Element ? event.target.closest<SVGElement>("[data-box]")?.dataset.box : undefined;
    picture.addEventListener("pointerover", (event) => show(boxOf(event)));
    picture.addEventListener("pointerleave", () => show(undefined));
    picture.addEventListener("focusin", (event) => show(boxOf(event)));
    picture.addEventListener("focusout", () => show(undefined));
}
