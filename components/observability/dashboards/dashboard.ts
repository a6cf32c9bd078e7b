import {
    DashboardBuilder,
    DashboardCursorSync,
    DatasourceVariableBuilder,
    QueryVariableBuilder,
    RowBuilder,
    VariableRefresh,
    VariableSort,
    type Dashboard,
} from "@grafana/grafana-foundation-sdk/dashboard";
import type { MonitoringModel } from "../model";
import { dashboardTitles, dashboardUid, datasourceUid, type DashboardKey } from "../names";
import { literally, series, type Matcher } from "../promql";
import { datasource, type Panel } from "./panel";
import { chosen } from "./selectors";

export interface VariableSpec {
    readonly name: string;
    readonly label: string;
    /** A query of Grafana's, such as `label_values(up, job)`. */
    readonly query: string;
    /** What it is at first; all values when it is left out. */
    readonly value?: string;
    /** The expression that stands for all values. */
    readonly all?: string;
}

export interface RowSpec {
    readonly title: string;
    readonly panels: readonly Panel[];
}

export interface DashboardSpec {
    readonly key: DashboardKey;
    readonly description: string;
    /** Variables beside the data source, the namespace, the job and the instance, which every dashboard has. */
    readonly variables?: readonly VariableSpec[];
    readonly rows: readonly RowSpec[];
}

/** The namespaces in which something of the system is scraped. */
function namespaceVariable(model: MonitoringModel): VariableSpec {
    const jobs = [...model.services, ...model.databases, ...model.caches].map((part) => part.job);
    return {
        name: "namespace",
        label: "Namespace",
        query: `label_values(${series("up", { job: anyOf(jobs) })}, namespace)`,
        value: model.namespace,
    };
}

/** Narrow a dashboard to some of the exporters that it reads, and to some of their targets. */
function targetVariables(rows: readonly RowSpec[]): VariableSpec[] {
    const jobs = rows
        .flatMap(({ panels }) => panels.flatMap(queriesOf))
        .flatMap(jobsOf)
        .sort();
    const of = (label: string, matchers: readonly Matcher[]): string =>
        `label_values(${series("up", { job: matchers })}, ${label})`;
    return [
        { name: "job", label: "Job", query: of("job", [anyOf(jobs)]) },
        { name: "instance", label: "Instance", query: of("instance", [anyOf(jobs), chosen.job]) },
    ];
}

function queriesOf(panel: Panel): string[] {
    return (panel.build().targets ?? []).flatMap((target) => ("expr" in target ? String(target.expr) : []));
}

function jobsOf(expr: string): string[] {
    return [...expr.matchAll(/\bjob="([^"]+)"/g)].flatMap(([, job]) => job ?? []);
}

function anyOf(texts: readonly string[]): Matcher {
    return { matches: [...new Set(texts)].map(literally).join("|") };
}

/** A dashboard as the JSON that Grafana loads. The same model gives the same bytes. */
export function dashboard(model: MonitoringModel, spec: DashboardSpec): Dashboard {
    const title = dashboardTitles[spec.key];
    const builder = new DashboardBuilder(title)
        .uid(dashboardUid(model.system, spec.key))
        .description(spec.description)
        .tags(["platform", model.system, `owner:${model.owner}`])
        .timezone("utc")
        .readonly()
        .tooltip(DashboardCursorSync.Crosshair)
        .refresh("30s")
        .time({ from: "now-3h", to: "now" })
        .withVariable(datasourceVariable());
    const variables = [namespaceVariable(model), ...targetVariables(spec.rows), ...(spec.variables ?? [])];
    for (const variable of variables) {
        builder.withVariable(queryVariable(variable));
    }
    let id = 1;
    for (const { title: row, panels } of spec.rows) {
        builder.withRow(new RowBuilder(row).id(id++));
        for (const panel of panels) {
            builder.withPanel(panel.id(id++));
        }
    }
    return builder.build();
}

function datasourceVariable(): DatasourceVariableBuilder {
    return new DatasourceVariableBuilder("datasource")
        .label("Data source")
        .type("prometheus")
        .current({ text: "Prometheus", value: datasourceUid, selected: true });
}

function queryVariable({ name, label, query, value, all }: VariableSpec): QueryVariableBuilder {
    const variable = new QueryVariableBuilder(name)
        .label(label)
        .datasource(datasource)
        .query(query)
        .refresh(VariableRefresh.OnTimeRangeChanged)
        .sort(VariableSort.AlphabeticalAsc);
    if (value !== undefined) {
        return variable.current({ text: value, value, selected: true });
    }
    return variable
        .multi(true)
        .includeAll(true)
        .allValue(all ?? ".+")
        .current({ text: ["All"], value: ["$__all"], selected: true });
}
