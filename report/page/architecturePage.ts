import { architecture } from "../drawing/architecture";
import type { Drawing, EdgeKind } from "../drawing/drawing";
import { listAddress } from "../model/addresses";
import { dollars, duration } from "../model/assessment";
import type { PlanView } from "../model/resource";
import { serviceType } from "../model/systems";
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
            h("p", { class: "note keys" }, "Arrow keys go from box to box, Enter leads to a box's resources."),
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
    const services = plan.ofType(serviceType).length;
    const alerts = plan.ofKind("PrometheusRule").reduce((sum, { json }) => sum + json.split('"alert":').length - 1, 0);
    const { cost, timeline, policies } = plan.assessment;
    const counted = (count: number, singular: string, plural: string, href: string): HTMLElement =>
        figure(count, count === 1 ? singular : plural, href);
    return h(
        "ul",
        { class: "figures" },
        counted(plan.resources.length, "resource", "resources", listAddress({})),
        ...(isProtected > 0 ? [figure(isProtected, "protected", listAddress({ protection: "protected" }))] : []),
        counted(plan.systems.length, "system", "systems", "#/systems"),
        counted(services, "service", "services", listAddress({ type: serviceType })),
        ...(alerts > 0
            ? [counted(alerts, "alert", "alerts", listAddress({ type: plan.ofKind("PrometheusRule")[0]?.type ?? "" }))]
            : []),
        ...(cost.region === undefined ? [] : [figure(dollars(Math.round(cost.monthly)), "a month", "#/cost")]),
        figure(duration(timeline.seconds), "to create", "#/timeline"),
        counted(policies.findings.length, "policy finding", "policy findings", "#/policies"),
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
