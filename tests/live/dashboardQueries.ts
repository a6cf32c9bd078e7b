import { applicationMetrics } from "../../components/observability/metrics/application";
import { metricCatalogue } from "../../components/observability/metrics/catalogue";
import type { Metric } from "../../components/observability/metrics/metric";
import { comparable } from "./programs";
import type { ShippedStack } from "./shippedStack";
import { hastened } from "./shorten";

/** A query of a panel as Grafana sends it. */
export interface PanelQuery {
    readonly dashboard: string;
    readonly panel: string;
    readonly query: string;
}

interface Panel {
    readonly title?: string;
    readonly panels?: readonly Panel[];
    readonly targets?: readonly { readonly expr?: string }[];
}

/** Four scrapes, as Grafana computes it from the data source's interval. */
const rateInterval = "2m";
const range = "1h";

/** Every query of every dashboard, with what Grafana puts in for variables, in a world where time passes faster. */
export function panelQueries(dashboards: Readonly<Record<string, string>>, factor: number): PanelQuery[] {
    const nested = (panel: Panel): Panel[] => [panel, ...(panel.panels ?? []).flatMap(nested)];
    return Object.entries(dashboards).flatMap(([dashboard, text]) =>
        nested(JSON.parse(text) as Panel).flatMap(({ title = "", targets = [] }) =>
            targets.flatMap(({ expr }) =>
                expr === undefined ? [] : [{ dashboard, panel: title, query: hastened(withVariables(expr), factor) }],
            ),
        ),
    );
}

function withVariables(expr: string): string {
    return expr
        .replace(/\$\{?__(?:rate_)?interval\}?/g, rateInterval)
        .replace(/\$\{?__range\}?/g, range)
        .replace(/\$\{?\w+(?::\w+)?\}?/g, ".*");
}

/** Says of metrics whether everything that they come from is here, however often rules have recorded them anew. */
export class Provenance {
    private readonly catalogue: Readonly<Record<string, Metric>>;
    private readonly known = new Map<string, boolean>();

    /**
     * @param versions of the exporters that run here, by name.
     * @param madeUp metrics that something stands in for. They are no proof of their names, but labels have to fit.
     */
    constructor(
        private readonly shipped: ShippedStack,
        private readonly versions: Readonly<Record<string, number>>,
        private readonly madeUp: ReadonlySet<string>,
    ) {
        const own = shipped.services.flatMap((service) => Object.entries(applicationMetrics(service)));
        this.catalogue = { ...metricCatalogue, ...Object.fromEntries(own) };
    }

    /** Whether everything that a query reads is exported here. */
    isHere(query: string): boolean {
        return metricsIn(query).every((metric) => this.isExported(metric));
    }

    /** Every metric is looked up once: the services answer in this process, and nobody would answer for them meanwhile. */
    private isExported(metric: string): boolean {
        let known = this.known.get(metric);
        if (known === undefined) {
            known = this.lookUp(metric);
            this.known.set(metric, known);
        }
        return known;
    }

    private lookUp(metric: string): boolean {
        const recording = this.shipped.rules.filter(({ record }) => record === metric);
        if (recording.length > 0) {
            return recording.every(({ expr }) => this.isHere(expr));
        }
        const { exporter = "", since = "" } = this.catalogue[metric] ?? {};
        return (
            // What every scrape gives.
            metric === "up" ||
            this.madeUp.has(metric) ||
            // Services are written here, in the version that has everything.
            exporter === "the service itself" ||
            comparable(since) <= (this.versions[exporter] ?? 0)
        );
    }
}

/** The metrics that an expression selects. Every selector of the platform has braces. */
export function metricsIn(query: string): string[] {
    return [...query.matchAll(/([a-zA-Z_:][\w:]*)\{/g)].map(([, metric = ""]) => metric);
}
