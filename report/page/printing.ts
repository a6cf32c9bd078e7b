import { h } from "./element";

let printing = false;

// The first of all listeners: whatever is made for paper asks.
addEventListener("beforeprint", () => (printing = true));
addEventListener("afterprint", () => (printing = false));

/** Whether what is made now is for paper, where nobody can scroll or press a button. */
export function isPrinting(): boolean {
    return printing;
}

/**
 * Shows a part as paper needs it, and afterwards as it was: everything that a button would add, and every fold open.
 *
 * @param pages what is printed in place of what the part shows, one sheet and more each; nothing where the part itself is printed.
 */
export function printable(main: HTMLElement, pages: (shown: readonly Node[]) => readonly (readonly Node[])[]): void {
    let shown: readonly Node[] = [];
    let opened: readonly HTMLDetailsElement[] = [];
    addEventListener("beforeprint", () => {
        main.querySelectorAll<HTMLButtonElement>("button.more").forEach((button) => button.click());
        shown = [...main.childNodes];
        main.replaceChildren(...pages(shown).map((content) => h("div", { class: "sheet" }, ...content)));
        opened = unfolded(main);
    });
    addEventListener("afterprint", () => {
        opened.forEach((each) => (each.open = false));
        main.replaceChildren(...shown);
    });
}

/** Opens every fold, also those that are in others and drawn when these open, and gives them back. */
function unfolded(main: HTMLElement): HTMLDetailsElement[] {
    const opened: HTMLDetailsElement[] = [];
    let closed: HTMLDetailsElement[];
    do {
        closed = [...main.querySelectorAll<HTMLDetailsElement>("details:not([open])")];
        for (const each of closed) {
            each.open = true;
            // The browser's own event comes after the page has been printed.
            each.dispatchEvent(new Event("toggle"));
        }
        opened.push(...closed);
    } while (closed.length > 0);
    return opened;
}
