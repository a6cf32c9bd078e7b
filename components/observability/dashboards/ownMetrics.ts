import type { OwnMetricSpec } from "../../apiService/spec";
import { ownMetric } from "../promql";
import type { MeasuredService } from "./expressions";
import { graph, type Panel, type Unit } from "./panel";
import { own } from "./selectors";

/** Units of values, and of what they grow by in a second. */
const units: Readonly<Record<OwnMetricSpec["unit"], { value: Unit; rate: Unit }>> = {
    "1": { value: "short", rate: "ops" },
    bytes: { value: "bytes", rate: "Bps" },
    seconds: { value: "s", rate: "percentunit" },
    "timestamp seconds": { value: "s", rate: "short" },
    ratio: { value: "percentunit", rate: "short" },
    state: { value: "short", rate: "short" },
    info: { value: "short", rate: "short" },
};

/** What a service measures of its own business, as it declares it. */
export function ownMetricPanels(service: MeasuredService): Panel[] {
    // What an operation counts has a panel already, with its failures.
    const counted = new Set(service.operations.map(({ counter }) => counter));
    return Object.entries(service.ownMetrics)
        .filter(([name]) => !counted.has(name))
        .map(([name, metric]) => {
            const { expr, rate } = query(service, name, metric);
            const { description, labels = [], unit } = metric;
            return graph({
                title: name,
                description,
                unit: units[unit][rate ? "rate" : "value"],
                queries: [
                    { expr, legend: labels.length === 0 ? name : labels.map((label) => `{{${label}}}`).join(" ") },
                ],
            });
        });
}

function query(
    service: MeasuredService,
    name: string,
    { type, unit, labels = [] }: OwnMetricSpec,
): { readonly expr: string; readonly rate: boolean } {
    const by = (...more: string[]): string => `by (${[...labels, ...more].join(", ")})`;
    switch (type) {
        case "counter":
            return { expr: `sum ${by()} (rate(${own(service)(ownMetric(name))}[$__rate_interval]))`, rate: true };
        case "histogram":
            return {
                expr: `histogram_quantile(0.95, sum ${by("le")} (rate(${own(service)(ownMetric(`${name}_bucket`))}[$__rate_interval])))`,
                rate: false,
            };
        case "gauge":
            // Of a moment, its age is what says something.
            return unit === "timestamp seconds"
                ? { expr: `time() - max ${by()} (${own(service)(ownMetric(name))})`, rate: false }
                : {
                      expr: `${unit === "1" || unit === "bytes" ? "sum" : "max"} ${by()} (${own(service)(ownMetric(name))})`,
                      rate: false,
                  };
    }
}
