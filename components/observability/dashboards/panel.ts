import {
    BigValueColorMode,
    BigValueGraphMode,
    GraphThresholdsStyleConfigBuilder,
    GraphThresholdsStyleMode,
    LegendDisplayMode,
    LegendPlacement,
    ReduceDataOptionsBuilder,
    TooltipDisplayMode,
    VizLegendOptionsBuilder,
    VizTooltipOptionsBuilder,
} from "@grafana/grafana-foundation-sdk/common";
import {
    DashboardLinkBuilder,
    DashboardLinkType,
    PanelBuilder,
    ThresholdsConfigBuilder,
    ThresholdsMode,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { DataqueryBuilder } from "@grafana/grafana-foundation-sdk/prometheus";
import { PanelBuilder as StatBuilder } from "@grafana/grafana-foundation-sdk/stat";
import { PanelBuilder as TimeseriesBuilder } from "@grafana/grafana-foundation-sdk/timeseries";

import { datasourceName } from "../names";

/** The data source that the reader has chosen. */
export const datasource = { type: "prometheus", uid: "${datasource}" } as const;

/** Units as Grafana calls them. */
export type Unit =
    "percentunit" | "reqps" | "ops" | "s" | "bytes" | "Bps" | "short" | "bool_yes_no" | "dateTimeAsIso" | "currencyUSD";

export interface Query {
    /** PromQL; may contain variables of the dashboard. */
    readonly expr: string;
    /** What a series is called. */
    readonly legend: string;
}

export interface PanelSpec {
    readonly title: string;
    /** What it shows and what to make of it. */
    readonly description: string;
    readonly unit: Unit;
    readonly queries: readonly Query[];
    /** The limit of the alert about the same value, in the panel's unit, and on which side of it things are bad. */
    readonly limit?: { readonly value: number; readonly bad: "above" | "below" };
    /** Width in twenty-fourths of the screen. Default: a quarter for a number, a half for a graph. */
    readonly span?: number;
    /** Whether single requests are marked that lead to their traces. Default false. */
    readonly exemplars?: boolean;
    /** Uid of the dashboard that shows more of the same. */
    readonly details?: string;
}

export type Panel = StatBuilder | TimeseriesBuilder | PanelBuilder;

const good = "green";
const bad = "red";

function thresholds(limit: PanelSpec["limit"]): ThresholdsConfigBuilder {
    const steps =
        limit === undefined
            ? [{ value: null, color: good }]
            : [
                  { value: null, color: limit.bad === "above" ? good : bad },
                  { value: limit.value, color: limit.bad === "above" ? bad : good },
              ];
    return new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(steps);
}

function queries(spec: PanelSpec): DataqueryBuilder[] {
    return spec.queries.map(({ expr, legend }, index) =>
        new DataqueryBuilder()
            .datasource(datasource)
            .expr(expr)
            .legendFormat(legend)
            .exemplar(spec.exemplars ?? false)
            .refId(String.fromCharCode("A".charCodeAt(0) + index)),
    );
}

/** To the dashboard that shows more of the same, with the time and the choices of this one. */
function links({ details }: PanelSpec): DashboardLinkBuilder[] {
    return details === undefined
        ? []
        : [
              new DashboardLinkBuilder("Details")
                  .type(DashboardLinkType.Link)
                  .url(`/d/${details}?\${__url_time_range}&\${datasource:queryparam}&\${namespace:queryparam}`),
          ];
}

/** The newest value as a number, in the colour that says whether it is within its limit. */
export function stat(spec: PanelSpec): Panel {
    return new StatBuilder()
        .title(spec.title)
        .description(spec.description)
        .datasource(datasource)
        .unit(spec.unit)
        .thresholds(thresholds(spec.limit))
        .reduceOptions(new ReduceDataOptionsBuilder().calcs(["lastNotNull"]))
        .colorMode(BigValueColorMode.Value)
        .graphMode(BigValueGraphMode.Area)
        .links(links(spec))
        .targets(queries(spec))
        .height(4)
        .span(spec.span ?? 6);
}

/** Values over time, with the alert's limit as a dashed line. */
export function graph(spec: PanelSpec): Panel {
    const panel = new TimeseriesBuilder()
        .title(spec.title)
        .description(spec.description)
        .datasource(datasource)
        .unit(spec.unit)
        .min(0)
        .thresholds(thresholds(spec.limit))
        .lineWidth(1)
        .fillOpacity(5)
        .legend(
            new VizLegendOptionsBuilder()
                .displayMode(LegendDisplayMode.Table)
                .placement(LegendPlacement.Bottom)
                .showLegend(true)
                .calcs(["lastNotNull", "max"]),
        )
        .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi))
        .links(links(spec))
        .targets(queries(spec))
        .height(8)
        .span(spec.span ?? 12);
    return spec.limit === undefined
        ? panel
        : panel.thresholdsStyle(new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Dashed));
}

/** The alerts with these labels that are raised or about to be, as Prometheus has them. */
export function alerts(title: string, labels: string): Panel {
    return new PanelBuilder()
        .type("alertlist")
        .title(title)
        .description("Alerts that are firing, and those whose condition has not held for long enough yet.")
        .options({
            alertInstanceLabelFilter: labels,
            datasource: datasourceName,
            groupMode: "default",
            maxItems: 20,
            sortOrder: 1,
            stateFilter: { firing: true, pending: true, noData: false, normal: false, error: true },
            viewMode: "list",
        })
        .height(6)
        .span(24);
}
