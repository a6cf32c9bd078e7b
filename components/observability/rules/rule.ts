import type { AlertName } from "../limits";
import type { Monitored, MonitoringModel } from "../model";
import { dashboardUid, namespaceDashboardUid, type DashboardKey } from "../names";

/** A rule that computes a series, in the shape of a Prometheus rule file. */
export interface RecordingRule {
    readonly record: string;
    readonly expr: string;
    readonly labels: Readonly<Record<string, string>>;
}

/** A rule that raises an alert, in the shape of a Prometheus rule file. */
export interface AlertingRule {
    readonly alert: AlertName;
    readonly expr: string;
    /** Left out where it fires at once. */
    readonly for?: string;
    readonly keep_firing_for?: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
}

/**
 * Rules that Prometheus evaluates one after the other. What a rule records is read by other recording rules of its group alone: those of
 * another one would see the value of some time ago.
 */
export interface RuleGroup {
    /** What the rules are about; whose they are says the file that the group is in. */
    readonly name: string;
    /** Time between two evaluations; that of Prometheus where it is left out. */
    readonly interval?: string;
    readonly rules: readonly (RecordingRule | AlertingRule)[];
}

/** Critical wakes somebody up, at any hour. Warning is for working hours. */
export type Severity = "critical" | "warning";

export interface AlertDefinition {
    readonly alert: AlertName;
    /** The part of the system that has the problem. */
    readonly part: Pick<Monitored, "name" | "namespace" | "limits">;
    /** Every series it returns is an alert. */
    readonly expr: string;
    readonly severity: Severity;
    /** One sentence that says what is wrong, the same for every series. */
    readonly summary: string;
    /** What is wrong with which values; a Prometheus template. */
    readonly description: string;
    /** The dashboard that shows it: the system's own, or the monitoring stack's about the pods of a namespace. */
    readonly dashboard: DashboardKey | "namespace";
    /** Labels that tell it from alerts of the same name about the same part. */
    readonly labels?: Readonly<Record<string, string>>;
}

/** The labels that say whose a series or an alert is. */
export function ownership(model: MonitoringModel, part: Pick<Monitored, "name">): Record<string, string> {
    return { system: model.system, environment: model.environment, component: part.name };
}

/** An alert with everything that somebody who is told about it needs. */
export function alertingRule(model: MonitoringModel, definition: AlertDefinition): AlertingRule {
    const { alert, part, expr, severity, summary, description, dashboard, labels } = definition;
    const { for: pending, keepFiringFor } = part.limits[alert];
    const uid = dashboard === "namespace" ? namespaceDashboardUid : dashboardUid(model.system, dashboard);
    const query = new URLSearchParams({ "var-namespace": part.namespace });
    return {
        alert,
        expr,
        ...(pending !== "0m" && { for: pending }),
        ...(keepFiringFor !== undefined && { keep_firing_for: keepFiringFor }),
        labels: { severity, owner: model.owner, ...ownership(model, part), ...labels },
        annotations: {
            summary,
            description,
            runbook_url: `${model.runbookBaseUrl}/${alert}.md`,
            dashboard_url: `${model.dashboardBaseUrl}/d/${uid}?${query.toString()}`,
        },
    };
}
