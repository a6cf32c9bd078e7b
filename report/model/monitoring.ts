import type { Resource } from "./resource";
import { list, listAt, members, membersAt, parsed, text, textAt } from "./values";

export interface Alert {
    readonly name: string;
    readonly severity: string;
    /** Service or store that it watches. */
    readonly component: string;
    readonly expression: string;
    /** Comparison at the expression's end, such as `> 0.05`; empty where there is none. */
    readonly threshold: string;
    readonly for: string;
    readonly summary: string;
    readonly resource: Resource;
}

const severityOrder = ["critical", "warning", "info"];

/** The alerts of rule resources, the worst first. */
export function alertsOf(resources: readonly Resource[]): Alert[] {
    return resources
        .filter(({ kind }) => kind === "PrometheusRule")
        .flatMap((resource) =>
            listAt(resource.inputs, "spec", "groups")
                .flatMap((group) => listAt(group, "rules"))
                .filter((rule) => textAt(rule, "alert") !== "")
                .map((rule) => alertOf(rule, resource)),
        )
        .sort((a, b) => rank(a.severity) - rank(b.severity));
}

function rank(severity: string): number {
    const index = severityOrder.indexOf(severity);
    return index === -1 ? severityOrder.length : index;
}

function alertOf(rule: unknown, resource: Resource): Alert {
    const expression = textAt(rule, "expr");
    return {
        name: textAt(rule, "alert"),
        severity: textAt(rule, "labels", "severity"),
        component: textAt(rule, "labels", "component"),
        expression,
        threshold: thresholdOf(expression),
        for: textAt(rule, "for") || "at once",
        summary: textAt(rule, "annotations", "summary"),
        resource,
    };
}

const comparison = /(==|!=|>=|<=|>|<)\s*(-?(?:\d+(?:\.\d+)?(?:e-?\d+)?))\b/g;

/** The last comparison with a number: what comes before it are conditions that select what is compared. */
export function thresholdOf(expression: string): string {
    if (/^\s*absent/.test(expression)) {
        return "absent";
    }
    const [, operator = "", value = ""] = [...expression.matchAll(comparison)].at(-1) ?? [];
    return value === "" ? "" : `${operator} ${value}`;
}

export interface Dashboard {
    readonly title: string;
    readonly description: string;
    readonly uid: string;
    readonly panels: readonly Panel[];
    readonly resource: Resource;
}

/** A panel where Grafana puts it: a grid of 24 columns. */
export interface Panel {
    readonly type: string;
    readonly title: string;
    readonly description: string;
    readonly unit: string;
    readonly x: number;
    readonly y: number;
    readonly width: number;
    readonly height: number;
    readonly queries: readonly Query[];
    /** Values at which its colour changes. */
    readonly thresholds: readonly Threshold[];
}

export interface Query {
    readonly expression: string;
    /** What its series are called. */
    readonly legend: string;
}

export interface Threshold {
    readonly value: number;
    readonly color: string;
}

/** The dashboards that ConfigMaps bring to Grafana. */
export function dashboardsOf(resources: readonly Resource[]): Dashboard[] {
    return resources
        .filter(({ type, json }) => type === "kubernetes:core/v1:ConfigMap" && json.includes("grafana_dashboard"))
        .flatMap((resource) =>
            Object.entries(membersAt(resource.inputs, "data"))
                .filter(([key]) => key.endsWith(".json"))
                .flatMap(([, content]) => {
                    const dashboard = members(parsed(text(content)));
                    return "panels" in dashboard ? [dashboardOf(dashboard, resource)] : [];
                }),
        );
}

function dashboardOf(dashboard: Readonly<Record<string, unknown>>, resource: Resource): Dashboard {
    return {
        title: text(dashboard.title),
        description: text(dashboard.description),
        uid: text(dashboard.uid),
        // A row that is folded up holds its panels itself.
        panels: list(dashboard.panels).flatMap((panel) => [panelOf(panel), ...listAt(panel, "panels").map(panelOf)]),
        resource,
    };
}

function panelOf(panel: unknown): Panel {
    const position = membersAt(panel, "gridPos");
    const defaults = membersAt(panel, "fieldConfig", "defaults");
    return {
        type: textAt(panel, "type"),
        title: textAt(panel, "title"),
        description: textAt(panel, "description"),
        unit: text(defaults.unit),
        x: Number(position.x ?? 0),
        y: Number(position.y ?? 0),
        width: Number(position.w ?? 24),
        height: Number(position.h ?? 8),
        queries: listAt(panel, "targets").map((target) => ({
            expression: textAt(target, "expr"),
            legend: textAt(target, "legendFormat"),
        })),
        thresholds: listAt(defaults, "thresholds", "steps").flatMap((step) => {
            const { value, color } = members(step);
            return typeof value === "number" ? [{ value, color: text(color) }] : [];
        }),
    };
}

const units: Readonly<Record<string, string>> = {
    reqps: "requests/s",
    percentunit: "%",
    percent: "%",
    s: "seconds",
    ms: "milliseconds",
    bytes: "bytes",
    Bps: "bytes/s",
    ops: "operations/s",
    short: "",
    none: "",
    bool_yes_no: "yes or no",
    dateTimeFromNow: "time ago",
};

/** Grafana's name of a unit in words. */
export function unitName(unit: string): string {
    return units[unit] ?? unit;
}

/** A value as Grafana would write it beside its unit. */
export function valueWithUnit(value: number, unit: string): string {
    switch (unit) {
        case "percentunit":
            return `${Number((value * 100).toPrecision(3))} %`;
        case "percent":
            return `${value} %`;
        case "s":
            return value < 1 ? `${value * 1000} ms` : `${value} s`;
        default:
            return String(value);
    }
}
