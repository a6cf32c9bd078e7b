import { listAddress } from "../model/addresses";
import { dollars, type CostLine, type CostView } from "../model/assessment";
import type { PlanView } from "../model/resource";
import { counted } from "../model/values";
import { h } from "./element";
import { bar, linkTo, none, section, systemLink, tableOf, type Column } from "./parts";
import type { Page } from "./shell";

export function costPage({ assessment: { cost }, stack }: PlanView): Page {
    if (cost.region === undefined) {
        return { title: "Cost", content: [h("h1", {}, "Cost"), none(`${stack} brings nothing that AWS bills.`)] };
    }
    return {
        title: "Cost",
        content: [
            h("h1", {}, "Cost"),
            h(
                "p",
                { class: "headline" },
                h("strong", {}, dollars(cost.monthly)),
                ` a month at list price in ${cost.region}: ${dollars(cost.fixed)} for what exists, ${dollars(cost.usage)} for assumed use.`,
            ),
            unpriced(cost),
            section(
                "by-system",
                "By system",
                undefined,
                shares(cost.lines, ({ system }) => system, systemLink),
            ),
            section(
                "by-component",
                "By component",
                undefined,
                shares(
                    cost.lines,
                    ({ component }) => component,
                    (name) => h("a", { href: listAddress({ component: name }) }, name),
                ),
            ),
            section("lines", "Every line", cost.lines.length, billOf("Every line of the bill", cost.lines, cost)),
            section("assumptions", "What the amounts rest on", undefined, assumptions(cost)),
        ],
    };
}

function unpriced({ unpriced: items }: CostView): HTMLElement {
    return items.length === 0
        ? none("Everything that AWS bills has a price.")
        : h(
              "div",
              { class: "notice" },
              h("p", {}, `${counted(items.length, "item")} without a price; the total is too low by them:`),
              h("ul", {}, ...items.map(({ cause, item }) => h("li", {}, linkTo(cause), `, ${item}`))),
          );
}

/** Amounts added up, dearest first, each with its share of the whole. */
export function shares(
    lines: readonly CostLine[],
    keyOf: (line: CostLine) => string,
    label: (key: string) => Node,
): HTMLElement {
    const sums = new Map<string, number>();
    for (const line of lines) {
        sums.set(keyOf(line), (sums.get(keyOf(line)) ?? 0) + line.monthly);
    }
    const sorted = [...sums].sort(([, a], [, b]) => b - a);
    const largest = sorted[0]?.[1] ?? 1;
    return h(
        "ul",
        { class: "shares" },
        ...sorted.map(([key, sum]) =>
            h(
                "li",
                {},
                h("span", { class: "label" }, label(key)),
                bar(sum / largest),
                h("span", { class: "amount" }, dollars(sum)),
            ),
        ),
    );
}

const columns: readonly Column[] = [
    { title: "Resource" },
    { title: "Item" },
    { title: "Quantity", number: true },
    { title: "Unit" },
    { title: "Price", number: true },
    { title: "A month", number: true },
    { title: "Source" },
];

export function billOf(label: string, lines: readonly CostLine[], { sources }: CostView): HTMLElement {
    const rows = lines.map((line) => {
        const source = sources[line.source];
        return [
            linkTo(line.cause),
            line.usage ? h("span", {}, line.item, " ", h("span", { class: "note" }, "assumed use")) : line.item,
            Number(line.quantity.toFixed(3)).toLocaleString("en"),
            line.unit,
            `$${Number(line.unitPrice.toPrecision(5))}`,
            dollars(line.monthly),
            source === undefined ? "" : `${source.title}, ${source.date}`,
        ];
    });
    return tableOf(label, columns, rows);
}

function assumptions({ assumptions: texts, sources }: CostView): HTMLElement {
    return h(
        "div",
        { class: "columns" },
        h(
            "div",
            {},
            h("h3", {}, "Assumptions"),
            h("ul", { class: "plain" }, ...texts.map((text) => h("li", {}, text))),
        ),
        h(
            "div",
            {},
            h("h3", {}, "Prices"),
            h(
                "ul",
                { class: "plain" },
                ...sources.map(({ title, url, date }) =>
                    h("li", {}, h("a", { href: url, rel: "noreferrer" }, title), `, as of ${date}`),
                ),
            ),
        ),
    );
}
