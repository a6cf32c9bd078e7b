import { dollars, duration, signed } from "../amounts";
import { styled, type Style, type Terminal } from "../terminal";
import { displayType } from "../tree";
import type { Difference, PropertyChange, ResourceChange } from "./difference";
import { valueTexts } from "./values";

const signs: Readonly<Record<ResourceChange["kind"], string>> = {
    added: "+",
    removed: "-",
    changed: "~",
    replaced: "±",
};
const styles: Readonly<Record<ResourceChange["kind"], Style>> = {
    added: "green",
    removed: "red",
    changed: "cyan",
    replaced: "red",
};

/** Properties of one resource, and resources of one kind, that are shown unless everything is asked for. */
const shown = { properties: 4, resources: 25 } as const;

export const valueLength = { most: 48, lead: 12 } as const;

/** What is said where there is no value. */
export const absent = "nothing";

/** What differs between two plans, the most consequential first: what is replaced, removed, changed, added. */
export function differenceText(
    difference: Difference,
    terminal: Pick<Terminal, "colors" | "columns">,
    full: boolean,
): string {
    const { before, after, changes, unchanged } = difference;
    return [
        styled(terminal, "bold", `Difference from ${before.name} to ${after.name}:`),
        `    ${countsSentence(changes)}, ${unchanged} unchanged`,
        `    ${amountsSentence("a month", difference.monthly, dollars)}`,
        `    ${amountsSentence("to create all of it", difference.seconds, duration)}`,
        ...(["replaced", "removed", "changed", "added"] as const).flatMap((kind) =>
            section(
                changes.filter((change) => change.kind === kind),
                terminal,
                full,
            ),
        ),
    ].join("\n");
}

export function countsSentence(changes: readonly ResourceChange[]): string {
    const count = (kind: ResourceChange["kind"]): number => changes.filter((each) => each.kind === kind).length;
    const lost = changes.filter(({ stateful, kind }) => stateful && (kind === "replaced" || kind === "removed")).length;
    return [
        `${count("added")} added`,
        `${count("removed")} removed`,
        `${count("changed")} changed`,
        `${count("replaced")} replaced${lost > 0 ? ` (${lost} replaced or removed hold data)` : ""}`,
    ].join(", ");
}

export function amountsSentence(
    what: string,
    { before, after, difference }: Difference["monthly"],
    format: (amount: number) => string,
): string {
    return `${format(before)} → ${format(after)} ${what} (${signed(difference, format)})`;
}

function section(
    changes: readonly ResourceChange[],
    terminal: Pick<Terminal, "colors" | "columns">,
    full: boolean,
): string[] {
    const visible = full ? changes : changes.slice(0, shown.resources);
    const hidden = changes.length - visible.length;
    return [
        ...(changes.length === 0 ? [] : [""]),
        ...visible.flatMap((change) => changeLines(change, terminal, full)),
        ...(hidden > 0 ? [`   … and ${hidden} more ${changes[0]?.kind ?? ""}; --full shows them`] : []),
    ];
}

function changeLines(
    { kind, type, name, properties, stateful }: ResourceChange,
    terminal: Pick<Terminal, "colors" | "columns">,
    full: boolean,
): string[] {
    const danger = stateful && (kind === "replaced" || kind === "removed");
    const heading = fitted(`   ${displayType(type)} ${name}`, terminal, danger ? 12 : 0);
    const sign = ` ${styled(terminal, styles[kind], signs[kind])}`;
    const ordered = [...properties].sort((a, b) => Number(b.replaces) - Number(a.replaces));
    const visible = full ? ordered : ordered.slice(0, shown.properties);
    const hidden = ordered.length - visible.length;
    return [
        `${sign}${heading.slice(2)}${danger ? styled(terminal, "red", "  holds data") : ""}`,
        ...visible.map((change) => fitted(`       ${propertyText(change)}`, terminal)),
        ...(hidden > 0 ? [`       … and ${hidden} more properties`] : []),
    ];
}

/** A line that fits the terminal, where there is one, with some columns left free. */
function fitted(line: string, { columns = Infinity }: Pick<Terminal, "columns">, free = 0): string {
    return line.length <= columns - free ? line : `${line.slice(0, columns - free - 1)}…`;
}

function propertyText({ path, before, after, replaces }: PropertyChange): string {
    const [earlier = absent, later = absent] = valueTexts(before, after, valueLength);
    return `${path}: ${earlier} → ${later}${replaces ? "  (replaces)" : ""}`;
}
