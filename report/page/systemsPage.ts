import { systemAddress } from "../model/addresses";
import { dollars } from "../model/assessment";
import { entriesOf } from "../model/entries";
import { alertsOf } from "../model/monitoring";
import type { PlanView } from "../model/resource";
import { systemsOf } from "../model/systems";
import { h } from "./element";
import type { Page } from "./shell";

export function systemsPage(plan: PlanView): Page {
    const rows = systemsOf(plan).map((system) =>
        h(
            "tr",
            {},
            h("th", { scope: "row" }, h("a", { href: systemAddress(system.name) }, system.name)),
            h("td", {}, ...lines([...new Set(system.services.flatMap(entriesOf).map(({ host }) => host))])),
            h("td", {}, ...lines(system.services.map(({ name, replicas }) => `${name} × ${replicas}`))),
            h("td", {}, ...lines(system.stores.map(({ engine, size }) => `${engine}, ${size}`))),
            h("td", { class: "number" }, alertsOf(system.resource.family).length),
            h("td", { class: "number" }, system.resource.family.length),
            h("td", { class: "number" }, dollars(monthlyOf(plan, system.name))),
        ),
    );
    const titles = ["System", "Endpoints", "Services", "Stores", "Alerts", "Resources", "A month"];
    return {
        title: "Systems",
        content: [
            h("h1", {}, "Systems"),
            h(
                "div",
                { class: "table-frame" },
                h(
                    "table",
                    { class: "plain" },
                    h(
                        "thead",
                        {},
                        h(
                            "tr",
                            {},
                            ...titles.map((title) =>
                                h("th", { scope: "col", class: numbers.has(title) ? "number" : undefined }, title),
                            ),
                        ),
                    ),
                    h("tbody", {}, ...rows),
                ),
            ),
        ],
    };
}

const numbers: ReadonlySet<string> = new Set(["Alerts", "Resources", "A month"]);

/** What a system costs of its own, without its share of the platform. */
export function monthlyOf({ assessment: { cost } }: PlanView, name: string): number {
    return cost.lines.filter(({ system }) => system === name).reduce((sum, { monthly }) => sum + monthly, 0);
}

/** More than this are summed up. */
const mostLines = 8;

function lines(texts: readonly string[]): Node[] {
    const shown = texts.slice(0, mostLines).map((text) => h("div", {}, text));
    return texts.length > mostLines ? [...shown, h("div", {}, `and ${texts.length - mostLines} more`)] : shown;
}
