import { listAddress, resourceAddress } from "../model/addresses";
import type { Resource } from "../model/resource";
import { h } from "./element";
import { isPrinting } from "./printing";

/** What several pages are made of. */

export function linkTo(resource: Resource, label = resource.name): HTMLElement {
    return h("a", { href: resourceAddress(resource) }, label);
}

export interface Column {
    readonly title: string;
    /** Whether it holds numbers, which stand under each other. */
    readonly number?: boolean;
}

export type Cell = Node | string | number;

/** Rows that are shown at once; the rest comes when somebody asks. */
const firstRows = 60;

/** A table of as many rows as a reader can take in, and the rest behind a button. */
export function tableOf(label: string, columns: readonly Column[], rows: readonly (readonly Cell[])[]): HTMLElement {
    const shown = isPrinting() ? rows.length : firstRows;
    const body = h("tbody", {}, ...rows.slice(0, shown).map((row) => rowOf(columns, row)));
    const head = columns.map(({ title, number }) =>
        h("th", { scope: "col", class: number === true ? "number" : undefined }, title),
    );
    const frame = h(
        "div",
        { class: "table-frame", tabindex: 0, role: "region", "aria-label": label },
        h("table", { class: "plain" }, h("thead", {}, h("tr", {}, ...head)), body),
    );
    if (rows.length <= shown) {
        return frame;
    }
    const more = h(
        "button",
        { type: "button", class: "more" },
        `Show ${(rows.length - shown).toLocaleString("en")} more`,
    );
    more.addEventListener("click", () => {
        body.append(...rows.slice(shown).map((row) => rowOf(columns, row)));
        more.remove();
    });
    return h("div", {}, frame, more);
}

function rowOf(columns: readonly Column[], cells: readonly Cell[]): HTMLTableRowElement {
    return h(
        "tr",
        {},
        ...cells.map((cell, index) => h("td", { class: columns[index]?.number === true ? "number" : undefined }, cell)),
    );
}

/** A part of a page with a title that links can lead to. */
export function section(
    id: string,
    title: string,
    count: number | undefined,
    ...content: readonly Node[]
): HTMLElement {
    return h(
        "section",
        { id, "aria-labelledby": `${id}-title` },
        h(
            "h2",
            { id: `${id}-title` },
            title,
            count !== undefined && h("span", { class: "count" }, count.toLocaleString("en")),
        ),
        ...content,
    );
}

export function none(text: string): HTMLElement {
    return h("p", { class: "none" }, text);
}

/** Texts under each other. */
export function lines(texts: readonly (string | Node)[], most = 8): HTMLElement {
    const shown = texts.slice(0, most).map((text) => h("div", {}, text));
    return h("div", {}, ...shown, texts.length > most && h("div", {}, `and ${texts.length - most} more`));
}

/** A share of a whole as a bar. The number stands beside it, so the bar itself says nothing to a screen reader. */
export function bar(share: number, kind = ""): HTMLElement {
    const fill = h("span", { class: "fill" });
    fill.style.width = `${Math.max(0.5, Math.min(100, share * 100))}%`;
    return h("span", { class: `bar ${kind}`.trim(), "aria-hidden": true }, fill);
}

export function severityMark(severity: string): HTMLElement {
    return h("span", { class: `severity ${severity}` }, severity);
}

export function systemLink(system: string): HTMLElement {
    return h(
        "a",
        { href: system === "shared" ? listAddress({ system }) : `#/systems/${encodeURIComponent(system)}` },
        system,
    );
}
