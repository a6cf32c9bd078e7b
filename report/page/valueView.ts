import { h } from "./element";

/** Lines of a value that are shown at once; the rest comes when somebody asks. */
const firstLines = 400;

interface ValueLine {
    readonly indent: string;
    readonly key: string;
    readonly value: string;
    readonly kind: "text" | "literal" | "secret" | "block" | "none";
}

/** A resource's inputs in the form of YAML, which most readers of a plan read faster than JSON. Text of several lines keeps them. */
export function valueView(value: Readonly<Record<string, unknown>>, label: string): HTMLElement {
    const lines: ValueLine[] = [];
    describe(value, "", lines);
    const code = h("code", {}, ...lines.slice(0, firstLines).flatMap(lineView));
    const frame = h("div", { class: "value" }, h("pre", { tabindex: 0, role: "region", "aria-label": label }, code));
    if (lines.length > firstLines) {
        const more = h(
            "button",
            { type: "button", class: "more" },
            `Show ${(lines.length - firstLines).toLocaleString("en")} more lines`,
        );
        more.addEventListener("click", () => {
            code.append(...lines.slice(firstLines).flatMap(lineView));
            more.remove();
        });
        frame.append(more);
    }
    return frame;
}

function lineView({ indent, key, value, kind }: ValueLine): (Node | string)[] {
    return [
        indent,
        key === "" ? "" : h("span", { class: "key" }, key),
        kind === "none" ? "" : h("span", { class: kind }, value),
        "\n",
    ];
}

/** As simulation/wire.ts masks secrets. */
const mask = "[secret]";

function describe(value: unknown, indent: string, lines: ValueLine[]): void {
    const isList = Array.isArray(value);
    const entries: [string, unknown][] = isList
        ? value.map((item) => ["- ", item])
        : Object.entries(value as Record<string, unknown>)
              .sort(([a], [b]) => (a < b ? -1 : 1))
              .map(([key, member]) => [`${key}: `, member]);
    for (const [key, member] of entries) {
        describeMember(key, member, indent, lines);
    }
}

function describeMember(key: string, member: unknown, indent: string, lines: ValueLine[]): void {
    if (member !== null && typeof member === "object") {
        const empty = Array.isArray(member) ? "[]" : "{}";
        if (Object.keys(member).length === 0) {
            lines.push({ indent, key, value: empty, kind: "literal" });
            return;
        }
        lines.push({ indent, key: key.trimEnd(), value: "", kind: "none" });
        describe(member, `${indent}  `, lines);
        return;
    }
    if (typeof member !== "string") {
        lines.push({ indent, key, value: String(member), kind: "literal" });
        return;
    }
    const text = asDocument(member);
    if (!text.includes("\n")) {
        lines.push({ indent, key, value: text, kind: text === mask ? "secret" : "text" });
        return;
    }
    lines.push({ indent, key, value: "|", kind: "literal" });
    for (const line of text.trimEnd().split("\n")) {
        lines.push({ indent: `${indent}  `, key: "", value: line, kind: "block" });
    }
}

/** JSON in a text, such as a policy's, is laid out; any other text stays as it is. */
function asDocument(text: string): string {
    if (!/^[[{]/.test(text)) {
        return text;
    }
    try {
        return JSON.stringify(JSON.parse(text), null, 2);
    } catch {
        return text;
    }
}
