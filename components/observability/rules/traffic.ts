import type { MonitoredService, MonitoringModel } from "../model";
import { quoted, rateWindow, ratio, series, ownMetric } from "../promql";
import { recorded, recordedLabels } from "./recordingRules";
import type { AlertDefinition } from "./rule";

/**
 * What clients of a service see: errors and waiting, which are silent without traffic, where the recorded ratios do not exist; and what
 * fails without a client.
 */
export function trafficAlerts(model: MonitoringModel): AlertDefinition[] {
    const window = rateWindow(model.scrapeIntervalSeconds);
    return model.services.flatMap((service) =>
        service.metrics === undefined ? [] : [...serviceAlerts(service), ...operationAlerts(service, window)],
    );
}

/** One rule for everything that a service does beside answering requests; the label `operation` says what failed. */
function operationAlerts(service: MonitoredService, window: string): AlertDefinition[] {
    const { name, namespace, job, operations, limits } = service;
    const perMinute = limits.OperationFailing.value;
    const failing = operations.map(({ operation, counter, failed }) => {
        const failures = `sum by (namespace, job) (rate(${series(ownMetric(counter), { namespace, job, ...failed })}[${window}]))`;
        return `label_replace(60 * ${failures} > ${perMinute}, "operation", ${quoted(operation)}, "", "")`;
    });
    return failing.length === 0
        ? []
        : [
              {
                  part: service,
                  alert: "OperationFailing",
                  severity: "warning",
                  expr: failing.join(" or "),
                  summary: `${name} fails at what it does beside answering requests.`,
                  description: `"{{ $labels.operation }}" of {{ $labels.namespace }}/{{ $labels.job }} fails {{ $value | humanize }} times a minute; ${perMinute} are allowed.`,
                  dashboard: "api-performance",
              },
          ];
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
