type Child = Node | string | number | undefined | false;

type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** An element. Everything that is shown goes through text nodes and attributes, so nothing of a plan is ever read as markup. */
export function h<K extends keyof HTMLElementTagNameMap>(
    tag: K,
    attributes: Attributes = {},
    ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
    return filled(document.createElement(tag), attributes, children);
}

/** An element of a drawing. */
export function s<K extends keyof SVGElementTagNameMap>(
    tag: K,
    attributes: Attributes = {},
    ...children: readonly Child[]
): SVGElementTagNameMap[K] {
    return filled(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

function filled<T extends Element>(element: T, attributes: Attributes, children: readonly Child[]): T {
    for (const [name, value] of Object.entries(attributes)) {
        if (value !== undefined && value !== false) {
            element.setAttribute(name, value === true ? "" : String(value));
        }
    }
    element.append(...children.filter((child) => child !== undefined && child !== false).map(nodeOf));
    return element;
}

function nodeOf(child: Node | string | number): Node | string {
    return typeof child === "number" ? String(child) : child;
}

/** An element of the page that is always there. */
export function byId(id: string): HTMLElement {
    const element = document.getElementById(id);
    if (element === null) {
        throw new Error(`The page has no element "${id}".`);
    }
    return element;
}
