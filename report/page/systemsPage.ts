import { systemAddress } from "../model/addresses";
import { entriesOf } from "../model/entries";
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
            h("td", { class: "number" }, system.resource.family.length),
        ),
    );
    const titles = ["System", "Endpoints", "Services", "Stores", "Resources"];
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
                                h("th", { scope: "col", class: title === "Resources" ? "number" : "" }, title),
                            ),
                        ),
                    ),
                    h("tbody", {}, ...rows),
                ),
            ),
        ],
    };
}

/** More than this are summed up. */
const mostLines = 8;

function lines(texts: readonly string[]): Node[] {
    const shown = texts.slice(0, mostLines).map((text) => h("div", {}, text));
    return texts.length > mostLines ? [...shown, h("div", {}, `and ${texts.length - mostLines} more`)] : shown;
}
