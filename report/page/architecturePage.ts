import { architecture } from "../drawing/architecture";
import type { Drawing, EdgeKind } from "../drawing/drawing";
import { listAddress } from "../model/addresses";
import type { PlanView } from "../model/resource";
import { drawingView } from "./drawingView";
import { h } from "./element";
import type { Page } from "./shell";

export function architecturePage(plan: PlanView): Page {
    const drawing = architecture(plan);
    return {
        title: "Architecture",
        content: [
            h("h1", { class: "visually-hidden" }, `Architecture of ${plan.stack}`),
            figures(plan),
            drawingView(drawing),
            legend(),
            connections(drawing),
        ],
    };
}

/** The stack in numbers. Each leads to what it counts. */
function figures(plan: PlanView): HTMLElement {
    const isProtected = plan.resources.filter(({ facts }) => facts.protect === true).length;
    const figure = (value: number | string, label: string, href: string): HTMLElement =>
        h(
            "li",
            {},
            h(
                "a",
                { href },
                h("strong", {}, typeof value === "number" ? value.toLocaleString("en") : value),
                h("span", {}, label),
            ),
        );
    const alerts = plan.ofKind("PrometheusRule").reduce((sum, { json }) => sum + json.split('"alert":').length - 1, 0);
    return h(
        "ul",
        { class: "figures" },
        figure(plan.resources.length, "resources", listAddress({})),
        figure(isProtected, "protected", listAddress({ protection: "protected" })),
        figure(plan.systems.length, plan.systems.length === 1 ? "system" : "systems", "#/systems"),
        figure(
            plan.ofType("platform:apiService:ApiService").length,
            "services",
            listAddress({ type: "platform:apiService:ApiService" }),
        ),
        figure(alerts, "alerts", listAddress({ type: plan.ofKind("PrometheusRule")[0]?.type ?? "" })),
    );
}

const kinds: readonly (readonly [kind: EdgeKind, label: string])[] = [
    ["request", "requests from outside"],
    ["call", "calls between services"],
    ["store", "connections to stores"],
    ["outside", "calls out of the stack"],
];

function legend(): HTMLElement {
    return h(
        "ul",
        { class: "legend", "aria-label": "Kinds of connections" },
        ...kinds.map(([kind, label]) => h("li", { class: kind }, label)),
    );
}

/** The lines in words. */
function connections({ edges }: Drawing): HTMLElement {
    return h(
        "details",
        { class: "connections" },
        h("summary", {}, `Connections in words (${edges.length})`),
        h("ul", {}, ...edges.map(({ label }) => h("li", {}, label))),
    );
}
