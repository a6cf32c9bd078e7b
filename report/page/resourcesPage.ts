import { listAddress, resourceAddress, type ResourceFilter } from "../model/addresses";
import type { PlanView, Resource } from "../model/resource";
import { filtered, optionsOf } from "../model/search";
import { counted } from "../model/values";
import { h } from "./element";
import type { Page } from "./shell";
import { VirtualRows } from "./virtualList";

/** As the style sheet sets it. */
const rowHeight = 33;

export function resourcesPage(plan: PlanView, query: URLSearchParams): Page {
    const text = h("input", {
        type: "search",
        id: "search",
        "aria-label": "Search",
        placeholder: "Search names and types",
        autocomplete: "off",
        spellcheck: "false",
    });
    const inputs = h("input", { type: "checkbox", id: "inputs-too" });
    text.value = query.get("text") ?? "";
    inputs.checked = query.get("inputs") === "true";
    const options = optionsOf(plan);
    const choices = {
        type: choice("Type", options.types, query.get("type")),
        system: choice("System", options.systems, query.get("system")),
        component: choice("Component", options.components, query.get("component")),
        namespace: choice("Namespace", options.namespaces, query.get("namespace")),
        protection: choice(
            "Protection",
            [
                ["protected", "Protected"],
                ["retained", "Retained on delete"],
            ],
            query.get("protection"),
        ),
    };
    const table = tableOf();
    const count = h("p", { class: "hits", role: "status" });
    const rows = new VirtualRows<Resource>(table.table, table.body, rowHeight, rowOf);

    const show = (): ResourceFilter => {
        const filter: ResourceFilter = {
            text: text.value,
            inputs: inputs.checked,
            type: choices.type.value,
            system: choices.system.value,
            component: choices.component.value,
            namespace: choices.namespace.value,
            protection: choices.protection.value as ResourceFilter["protection"],
        };
        const found = filtered(plan, filter);
        rows.show(found);
        count.textContent =
            found.length === plan.resources.length
                ? counted(found.length, "resource")
                : `${found.length.toLocaleString("en")} of ${counted(plan.resources.length, "resource")}`;
        return filter;
    };
    const update = (): void => history.replaceState(null, "", listAddress(show()));
    const controls = [text, inputs, ...Object.values(choices)];
    for (const control of controls) {
        control.addEventListener("input", update);
    }
    const clear = h("button", { type: "button" }, "Clear");
    clear.addEventListener("click", () => {
        text.value = "";
        inputs.checked = false;
        Object.values(choices).forEach((select) => (select.value = ""));
        update();
        text.focus();
    });
    // What is in sight is known once the list is part of the page.
    queueMicrotask(show);
    return {
        title: "Resources",
        content: [
            h("h1", {}, "Resources"),
            h(
                "div",
                { class: "filters", role: "search" },
                h("div", { class: "wide" }, text, h("label", { class: "inline" }, inputs, "also in inputs")),
                ...Object.values(choices).map((select) => select),
                clear,
            ),
            count,
            h("div", { class: "table-frame" }, table.table),
        ],
    };
}

function choice(
    label: string,
    options: readonly (readonly [value: string, label: string])[],
    value: string | null,
): HTMLSelectElement {
    const select = h(
        "select",
        { "aria-label": label },
        h("option", { value: "" }, `${label}: all`),
        ...options.map(([each, shown]) => h("option", { value: each }, shown)),
    );
    select.value = value ?? "";
    if (select.selectedIndex === -1) {
        select.value = "";
    }
    return select;
}

function tableOf(): { table: HTMLTableElement; body: HTMLTableSectionElement } {
    const body = h("tbody", {});
    const table = h(
        "table",
        { class: "resources", "aria-label": "Resources" },
        h(
            "thead",
            {},
            h(
                "tr",
                { "aria-rowindex": 1 },
                ...["Name", "Type", "System", "Component", "Namespace", "Protection"].map((each) =>
                    h("th", { scope: "col" }, each),
                ),
            ),
        ),
        body,
    );
    return { table, body };
}

function rowOf(resource: Resource): HTMLTableRowElement {
    return h(
        "tr",
        {},
        h("td", {}, h("a", { href: resourceAddress(resource), title: resource.name }, resource.name)),
        h("td", { title: resource.shownType }, resource.shownType),
        h("td", {}, resource.system),
        h("td", {}, resource.component),
        h("td", {}, resource.namespace),
        h("td", {}, protectionOf(resource)),
    );
}

export function protectionOf({ facts }: Resource): string {
    return [facts.protect === true ? "protected" : "", facts.retainOnDelete === true ? "retained" : ""]
        .filter(Boolean)
        .join(", ");
}
