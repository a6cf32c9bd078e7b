import type { MonitoredService, MonitoringModel } from "../model";
import { ratio, series } from "../promql";
import { recorded, recordedLabels } from "./recordingRules";
import type { AlertDefinition } from "./rule";

/** What clients of a service see: errors and waiting. Both are silent without traffic, where the recorded ratios do not exist. */
export function trafficAlerts(model: MonitoringModel): AlertDefinition[] {
    return model.services.flatMap((service) => (service.metrics === undefined ? [] : serviceAlerts(service)));
}

function serviceAlerts(service: MonitoredService): AlertDefinition[] {
    const { name, limits } = service;
    const labels = recordedLabels(service);
    const base = { part: service, dashboard: "api-performance" } as const;
    const errors = limits.HighErrorRate.value;
    const seconds = limits.HighResponseTime.value;
    return [
        {
            ...base,
            alert: "HighErrorRate",
            severity: "critical",
            expr: `${series(recorded.errorRatio, labels)} > ${ratio(errors)}`,
            summary: `More than ${errors} % of the requests to ${name} fail.`,
            description: `{{ $value | humanizePercentage }} of the requests to {{ $labels.namespace }}/{{ $labels.job }} end with a 5xx status; ${errors} % are allowed.`,
        },
        {
            ...base,
            alert: "HighResponseTime",
            severity: "warning",
            expr: `${series(recorded.latency(0.95), labels)} > ${seconds}`,
            summary: `One in twenty requests to ${name} takes longer than ${seconds} s.`,
            description: `The 95th percentile of {{ $labels.namespace }}/{{ $labels.job }} is {{ $value | humanizeDuration }}; ${seconds} s are allowed.`,
            dashboard: "requests",
        },
    ];
}
