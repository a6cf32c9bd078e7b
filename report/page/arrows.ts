/** Which way an arrow key points. */
export type Direction = readonly [x: -1 | 0 | 1, y: -1 | 0 | 1];

const directions: Readonly<Record<string, Direction>> = {
    ArrowLeft: [-1, 0],
    ArrowRight: [1, 0],
    ArrowUp: [0, -1],
    ArrowDown: [0, 1],
};

type Focusable = HTMLElement | SVGElement;

/** Finds what an arrow key leads to, from where the focus is; nothing where there is nothing that way. */
export type Step = (all: readonly Focusable[], from: Focusable, direction: Direction) => Focusable | undefined;

/**
 * Lets arrow keys, Home and End move the focus within a group of links, as the ARIA Authoring Practices have it for menus of links. Tab goes
 * through them as ever.
 */
export function moveByArrows(group: Element, links: () => readonly Focusable[], step: Step): void {
    group.addEventListener("keydown", (event) => {
        if (!(event instanceof KeyboardEvent) || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) {
            return;
        }
        const all = links();
        const from = all.find((each) => each === document.activeElement);
        const direction = directions[event.key];
        const ends: Readonly<Record<string, Focusable | undefined>> = { Home: all[0], End: all[all.length - 1] };
        const next = direction === undefined ? ends[event.key] : from && step(all, from, direction);
        if (from !== undefined && next !== undefined) {
            event.preventDefault();
            next.focus();
        }
    });
}

/** To the neighbour in a line of links; from the last to the first. */
export const alongLine: Step = (all, from, [x]) =>
    x === 0 ? undefined : all[(all.indexOf(from) + x + all.length) % all.length];

/** Being off to the side counts so many times as much as being far away. */
const sideways = 2;

/** To what lies nearest in the direction, in a drawing. */
export const acrossDrawing: Step = (all, from, [x, y]) => {
    const [fromX, fromY] = centerOf(from);
    let nearest: Focusable | undefined;
    let least = Infinity;
    for (const each of all) {
        const [toX, toY] = centerOf(each);
        const ahead = (toX - fromX) * x + (toY - fromY) * y;
        const aside = Math.abs((toX - fromX) * y + (toY - fromY) * x);
        // What lies more to the side than ahead is reached by the other keys.
        if (each !== from && ahead > 0 && aside <= ahead * sideways && ahead + aside * sideways < least) {
            least = ahead + aside * sideways;
            nearest = each;
        }
    }
    return nearest;
};

function centerOf(element: Focusable): readonly [x: number, y: number] {
    const { left, top, width, height } = element.getBoundingClientRect();
    return [left + width / 2, top + height / 2];
}
