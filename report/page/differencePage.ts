import type { PropertyFacts } from "../facts";
import { dollars, duration } from "../model/assessment";
import { changeKinds, signed, type Change, type DifferenceView } from "../model/difference";
import { shownTypeOf, type PlanView } from "../model/resource";
import { counted } from "../model/values";
import { h } from "./element";
import { linkTo, none, section, tableOf } from "./parts";
import type { Page } from "./shell";

/** What a plan changes, as a review wants to see it: what loses data first, then what is replaced, removed, changed and added. */
export function differencePage({ difference }: PlanView): Page {
    if (difference === undefined) {
        return {
            title: "Difference",
            content: [h("h1", {}, "Difference"), none("The plan was compared with nothing.")],
        };
    }
    const { before, after, changes } = difference;
    return {
        title: "Difference",
        content: [
            h("h1", {}, `Difference from ${before} to ${after}`),
            headline(difference),
            amounts(difference),
            ...losses(changes),
            ...changeKinds.map((kind) => {
                const ofKind = changes.filter((change) => change.kind === kind);
                return section(kind, titles[kind], ofKind.length, changesTable(titles[kind], ofKind));
            }),
        ],
    };
}

const titles: Readonly<Record<Change["kind"], string>> = {
    replaced: "Replaced",
    removed: "Removed",
    changed: "Changed in place",
    added: "Added",
};

function headline({ changes, unchanged }: DifferenceView): HTMLElement {
    const counts = [...changeKinds].reverse().map((kind) => {
        const count = changes.filter((change) => change.kind === kind).length;
        return `${count.toLocaleString("en")} ${kind}`;
    });
    return h(
        "p",
        { class: "headline" },
        h("strong", {}, changes.length === 0 ? "Nothing differs" : counts.join(", ")),
        `, ${unchanged.toLocaleString("en")} unchanged.`,
    );
}

function losses(changes: readonly Change[]): HTMLElement[] {
    const lost = changes.filter(({ losesData }) => losesData);
    return lost.length === 0
        ? []
        : [
              h(
                  "div",
                  { class: "notice danger" },
                  h(
                      "p",
                      {},
                      h("strong", {}, `${counted(lost.length, "resource")} that hold data are replaced or removed:`),
                  ),
                  h(
                      "ul",
                      { class: "losses" },
                      ...lost.map((change) =>
                          h("li", {}, nameOf(change), ` is ${change.kind}, ${shownTypeOf(change.type)}`),
                      ),
                  ),
              ),
          ];
}

function amounts({ monthly, seconds }: DifferenceView): HTMLElement {
    const row = (label: string, pair: readonly [number, number], format: (amount: number) => string): Node[] => [
        h("dt", {}, label),
        h("dd", {}, `${format(pair[0])} → ${format(pair[1])}, difference ${signed(pair, format)}`),
    ];
    return h(
        "dl",
        { class: "facts" },
        ...row("A month", monthly, dollars),
        ...row("To create all of it", seconds, duration),
    );
}

function changesTable(label: string, changes: readonly Change[]): HTMLElement {
    if (changes.length === 0) {
        return none("None.");
    }
    const rows = changes.map((change) => [
        h("div", {}, nameOf(change), change.losesData && h("div", {}, mark("holds data"))),
        shownTypeOf(change.type),
        properties(change.properties),
    ]);
    const hasProperties = changes.some((change) => change.properties.length > 0);
    const columns = [{ title: "Resource" }, { title: "Type" }, ...(hasProperties ? [{ title: "What differs" }] : [])];
    return tableOf(
        label,
        columns,
        rows.map((cells) => cells.slice(0, columns.length)),
    );
}

function nameOf({ resource, name }: Change): Node {
    return resource === undefined ? h("span", {}, name) : linkTo(resource);
}

function mark(text: string): HTMLElement {
    return h("span", { class: "severity critical" }, text);
}

/** Properties that are shown at once. */
const firstProperties = 6;

function properties(all: readonly PropertyFacts[]): HTMLElement {
    const items = all.map((property) => h("li", {}, ...propertyView(property)));
    const rest = items.slice(firstProperties);
    return h(
        "div",
        {},
        h("ul", { class: "changes" }, ...items.slice(0, firstProperties)),
        rest.length > 0 &&
            h(
                "details",
                {},
                h("summary", {}, `${rest.length.toLocaleString("en")} more`),
                h("ul", { class: "changes" }, ...rest),
            ),
    );
}

function propertyView({ path, before, after, replaces }: PropertyFacts): Node[] {
    return [
        h("code", { class: "path" }, path),
        replaces === true && mark("replaces"),
        before === undefined ? h("span", { class: "none" }, "nothing") : h("del", {}, h("code", {}, before)),
        h("span", { class: "none" }, "→"),
        after === undefined ? h("span", { class: "none" }, "nothing") : h("ins", {}, h("code", {}, after)),
    ].filter((part) => part !== false);
}
