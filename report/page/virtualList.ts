import { h } from "./element";
import { isPrinting } from "./printing";

/** Rows that are there beyond those in sight, so that scrolling shows no gap. */
const spare = 12;

/** Up to this many rows are simply all there. */
const fewRows = 150;

/** More rows than this are not printed: nobody reads them on paper. */
const mostPrinted = 3_000;

/**
 * A table's body that holds only the rows in sight, however many there are. Rows have one height, which the style sets, too.
 *
 * The table says how many rows it has, and each row its position, so that a screen reader counts as if all were there.
 */
export class VirtualRows<T> {
    private items: readonly T[] = [];
    private readonly before = h("tr", { "aria-hidden": true, class: "spacer" }, h("td", {}));
    private readonly after = h("tr", { "aria-hidden": true, class: "spacer" }, h("td", {}));
    private shown = "";

    constructor(
        private readonly table: HTMLTableElement,
        private readonly body: HTMLTableSectionElement,
        private readonly rowHeight: number,
        private readonly rowOf: (item: T) => HTMLTableRowElement,
    ) {
        const render = (): void => this.render();
        addEventListener("scroll", render, { passive: true });
        addEventListener("resize", render, { passive: true });
        addEventListener("beforeprint", render);
        addEventListener("afterprint", render);
    }

    show(items: readonly T[]): void {
        this.items = items;
        this.shown = "";
        this.table.setAttribute("aria-rowcount", String(items.length + 1));
        this.render();
    }

    /** The first row to draw and the first beyond. */
    private window(): readonly [first: number, end: number] {
        const { items, rowHeight } = this;
        if (isPrinting() || items.length <= fewRows) {
            return [0, Math.min(items.length, mostPrinted)];
        }
        const top = -this.body.getBoundingClientRect().top;
        const first = Math.max(0, Math.floor(top / rowHeight) - spare);
        const end = Math.min(items.length, Math.max(0, Math.ceil((top + innerHeight) / rowHeight) + spare));
        return [Math.min(first, end), end];
    }

    private render(): void {
        if (!this.table.isConnected) {
            return;
        }
        const [first, end] = this.window();
        const shown = `${first} ${end}`;
        if (shown === this.shown) {
            return;
        }
        this.shown = shown;
        this.before.style.height = `${first * this.rowHeight}px`;
        this.after.style.height = `${(this.items.length - end) * this.rowHeight}px`;
        const rows = this.items.slice(first, end).map((item, index) => {
            const row = this.rowOf(item);
            row.setAttribute("aria-rowindex", String(first + index + 2));
            return row;
        });
        const focused = this.focusedHref();
        this.body.replaceChildren(this.before, ...rows, this.after);
        if (focused !== null) {
            this.body.querySelector<HTMLElement>(`a[href="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
        }
    }

    /** Rows are drawn anew while somebody moves through them with the keyboard. */
    private focusedHref(): string | null {
        const focused = document.activeElement;
        return focused !== null && this.body.contains(focused) ? focused.getAttribute("href") : null;
    }
}
