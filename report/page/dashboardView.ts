import { unitName, valueWithUnit, type Dashboard, type Panel } from "../model/monitoring";
import { counted } from "../model/values";
import { h, s } from "./element";
import { linkTo, tableOf } from "./parts";

/** A dashboard as Grafana will lay it out. What it will measure nobody knows yet, so its panels hold axes and thresholds but no curve. */
export function dashboardView(dashboard: Dashboard): HTMLDetailsElement {
    const content = h("div", {});
    const details = h(
        "details",
        { class: "dashboard" },
        h(
            "summary",
            {},
            h("strong", {}, dashboard.title),
            h("span", { class: "count" }, counted(panelsOf(dashboard).length, "panel")),
        ),
        content,
    );
    // Thousands of panels are drawn only where somebody looks.
    details.addEventListener("toggle", () => {
        if (details.open && content.childElementCount === 0) {
            content.append(...drawn(dashboard));
        }
    });
    return details;
}

function panelsOf({ panels }: Dashboard): Panel[] {
    return panels.filter(({ type }) => type !== "row");
}

function drawn(dashboard: Dashboard): Node[] {
    const rows = panelsOf(dashboard).flatMap(({ title, unit, queries }) =>
        queries.map(({ expression, legend }) => [title, unitName(unit), legend, h("code", {}, expression)]),
    );
    const titles = ["Panel", "Unit", "Series", "Query"];
    return [
        h("p", { class: "none" }, `${dashboard.description} From `, linkTo(dashboard.resource), "."),
        h("div", { class: "grafana" }, ...dashboard.panels.map(panelView)),
        h(
            "details",
            { class: "queries" },
            h("summary", {}, `Queries (${rows.length})`),
            tableOf(
                `Queries of ${dashboard.title}`,
                titles.map((title) => ({ title })),
                rows,
            ),
        ),
    ];
}

/** Grafana cuts off what reaches beyond its grid, too. */
const gridColumns = 24;

function panelView(panel: Panel): HTMLElement {
    const { title, description, x, y, width, height, type } = panel;
    const element =
        type === "row"
            ? h("div", { class: "row" }, title)
            : h(
                  "div",
                  { class: `panel ${type}`, title: tooltip(panel) },
                  h("div", { class: "title" }, title, h("span", { class: "visually-hidden" }, `. ${description}`)),
                  bodyOf(panel),
              );
    element.style.gridColumn = `${x + 1} / span ${Math.min(width, gridColumns - x)}`;
    element.style.gridRow = `${y + 1} / span ${height}`;
    return element;
}

function tooltip({ description, queries }: Panel): string {
    return [description, ...queries.map(({ expression }) => expression)].filter(Boolean).join("\n\n");
}

function bodyOf(panel: Panel): Element {
    switch (panel.type) {
        case "stat":
        case "gauge":
            return h(
                "div",
                { class: "figure" },
                h("span", { "aria-hidden": true }, "–"),
                h("span", { class: "unit" }, unitName(panel.unit)),
                ...thresholds(panel),
            );
        case "timeseries":
            return h(
                "div",
                { class: "chart" },
                h("span", { class: "unit" }, unitName(panel.unit)),
                axes(panel),
                legend(panel),
            );
        default:
            return h("div", { class: "figure" }, h("span", { class: "unit" }, panel.type), legend(panel));
    }
}

function thresholds({ thresholds: steps, unit }: Panel): HTMLElement[] {
    return steps.map(({ value, color }) =>
        h("span", { class: `step ${color}` }, `from ${valueWithUnit(value, unit)} ${color}`),
    );
}

/** Axes in which a curve will run. Thresholds are drawn where they stand to each other; the scale is Grafana's to choose. */
function axes(panel: Panel): SVGElement {
    const largest = Math.max(0, ...panel.thresholds.map(({ value }) => value));
    const lines = panel.thresholds
        .filter(({ value }) => value >= 0)
        .map(({ value, color }) => {
            const height = largest === 0 ? 90 : 90 - (value / (largest * 1.35)) * 80;
            return s("path", { d: `M0 ${height} H400`, class: `step ${color}` });
        });
    return s(
        "svg",
        { viewBox: "0 0 400 100", preserveAspectRatio: "none", "aria-hidden": true },
        s("path", { d: "M0 10 H400 M0 36.6 H400 M0 63.3 H400", class: "grid" }),
        s("path", { d: "M0 90 H400", class: "axis" }),
        ...lines,
    );
}

/** More series than this do not fit under a panel. */
const mostSeries = 4;

function legend(panel: Panel): HTMLElement {
    const series = panel.queries.map(({ legend: name }) => name || "value");
    const more = series.length - mostSeries;
    return h(
        "div",
        { class: "series" },
        ...series.slice(0, mostSeries).map((name, index) => h("span", { class: `series-${index}` }, name)),
        more > 0 && h("span", {}, `and ${more} more`),
        ...thresholds(panel),
    );
}
