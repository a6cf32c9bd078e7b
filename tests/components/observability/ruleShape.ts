import { metricCatalogue } from "../../../components/observability/metrics/catalogue";
import type { AlertingRule, RecordingRule } from "../../../components/observability/rules/rule";

/**
 * What a rule has in common with those of its name for other parts and systems: everything but names, numbers and durations, and what a
 * service calls its own metrics. What is shown of one of them is shown of all.
 */
export function shapeOf(rule: RecordingRule | AlertingRule): string {
    const name = "alert" in rule ? rule.alert : rule.record;
    const expr = rule.expr
        .replace(/"(?:[^"\\]|\\.)*"/g, '""')
        .replace(/\b(\w+)\{/g, (found, metric: string) => (metric in metricCatalogue ? found : "own{"))
        .replace(/\[\w+\]/g, "[]")
        .replace(/(?<![\w:])\d[\d.e-]*/g, "0");
    return [name, rule.labels.window ?? "", Object.keys(rule.labels).sort().join(","), expr]
        .join(" ")
        .replace(/ +/g, " ");
}
