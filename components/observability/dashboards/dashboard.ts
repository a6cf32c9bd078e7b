import {
    DashboardBuilder,
    DashboardCursorSync,
    type AnnotationQueryBuilder,
    type DashboardLinkBuilder,
    DatasourceVariableBuilder,
    QueryVariableBuilder,
    RowBuilder,
    VariableRefresh,
    VariableSort,
    type Dashboard,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { datasourceName, datasourceUid } from "../names";
import { literally, series, type Matcher } from "../promql";
import { laidOut } from "./grid";
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
    readonly uid: string;
    readonly title: string;
    readonly description: string;
    readonly tags: readonly string[];
    /** Variables beside the data source, the job and the instance, which every dashboard has. */
    readonly variables: readonly VariableSpec[];
    /** Links at the top. */
    readonly links?: readonly DashboardLinkBuilder[];
    /** Events that are marked in every graph. */
    readonly annotations?: readonly AnnotationQueryBuilder[];
    readonly rows: readonly RowSpec[];
}

/** Narrow a dashboard to some of the exporters that it reads, and to some of their targets. */
function targetVariables({ panels = [] }: Dashboard): VariableSpec[] {
    const jobs = panels.flatMap(queriesOf).flatMap(jobsOf).sort();
    const of = (label: string, matchers: readonly Matcher[]): string =>
        `label_values(${series("up", { job: matchers })}, ${label})`;
    return [
        { name: "job", label: "Job", query: of("job", [anyOf(jobs)]) },
        { name: "instance", label: "Instance", query: of("instance", [anyOf(jobs), chosen.job]) },
    ];
}

function queriesOf(panel: NonNullable<Dashboard["panels"]>[number]): string[] {
    const { targets = [] } = "targets" in panel ? panel : {};
    return targets.flatMap((target) => ("expr" in target ? String(target.expr) : []));
}

function jobsOf(expr: string): string[] {
    return [...expr.matchAll(/\bjob="([^"]+)"/g)].flatMap(([, job]) => job ?? []);
}

/** One of these texts, and nothing else. */
export function anyOf(texts: readonly string[]): Matcher {
    return { matches: [...new Set(texts)].map(literally).join("|") };
}

/** A dashboard as the JSON that Grafana loads. The same specification gives the same bytes. */
export function dashboard(spec: DashboardSpec): Dashboard {
    const builder = new DashboardBuilder(spec.title)
        .uid(spec.uid)
        .description(spec.description)
        .tags([...spec.tags])
        .timezone("utc")
        .readonly()
        .tooltip(DashboardCursorSync.Crosshair)
        .refresh("30s")
        .time({ from: "now-3h", to: "now" })
        .links([...(spec.links ?? [])])
        .annotations([...(spec.annotations ?? [])])
        .withVariable(datasourceVariable());
    let id = 1;
    for (const { title, panels } of spec.rows) {
        builder.withRow(new RowBuilder(title).id(id++));
        for (const panel of panels) {
            builder.withPanel(panel.id(id++));
        }
    }
    const [namespace, ...others] = spec.variables;
    for (const variable of [...(namespace ? [namespace] : []), ...targetVariables(builder.build()), ...others]) {
        builder.withVariable(queryVariable(variable));
    }
    const { panels = [], ...built } = builder.build();
    return { ...built, panels: laidOut(panels) };
}

function datasourceVariable(): DatasourceVariableBuilder {
    return new DatasourceVariableBuilder("datasource")
        .label("Data source")
        .type("prometheus")
        .current({ text: datasourceName, value: datasourceUid, selected: true });
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
