import type { Monitored, MonitoredService, MonitoringModel } from "../model";
import { workloads } from "../model";
import { kubeStateMetrics, ratio, series, ownMetric, type RecordedMetric } from "../promql";
import { recorded, recordedLabels } from "./recordingRules";
import type { AlertDefinition } from "./rule";

/** What is about to run out: CPU, memory, pods, connections. Nothing is broken yet, so nobody is woken up. */
export function saturationAlerts(model: MonitoringModel): AlertDefinition[] {
    return [...workloads(model).flatMap(containerAlerts), ...model.services.flatMap(serviceAlerts)];
}

function containerAlerts(part: Monitored): AlertDefinition[] {
    const { name, limits } = part;
    const labels = recordedLabels(part);
    const container = "Container {{ $labels.container }} of {{ $labels.namespace }}/{{ $labels.pod }}";
    const base = { part, severity: "warning", dashboard: "pods" } as const;
    const above = (metric: RecordedMetric, alert: "HighCPUUsage" | "HighMemoryUsage" | "HighCPUThrottling"): string =>
        `${series(metric, labels)} > ${ratio(limits[alert].value)}`;
    return [
        {
            ...base,
            alert: "HighCPUUsage",
            expr: above(recorded.cpuRatio, "HighCPUUsage"),
            summary: `A container of ${name} uses more than ${limits.HighCPUUsage.value} % of its CPU.`,
            description: `${container} uses {{ $value | humanizePercentage }} of the CPU it may use.`,
        },
        {
            ...base,
            alert: "HighMemoryUsage",
            expr: above(recorded.memoryRatio, "HighMemoryUsage"),
            summary: `A container of ${name} uses more than ${limits.HighMemoryUsage.value} % of its memory.`,
            description: `${container} uses {{ $value | humanizePercentage }} of the memory it may use; at 100 % it is killed.`,
        },
        {
            ...base,
            alert: "HighCPUThrottling",
            expr: above(recorded.throttledRatio, "HighCPUThrottling"),
            summary: `A container of ${name} is slowed down by its CPU limit.`,
            description: `${container} was stopped by its CPU limit in {{ $value | humanizePercentage }} of the scheduling periods.`,
        },
    ];
}

function serviceAlerts(service: MonitoredService): AlertDefinition[] {
    return [
        ...(service.autoscaler === undefined ? [] : [autoscalerAlert(service)]),
        ...(service.metrics === undefined ? [] : connectionAlerts(service, service.metrics)),
    ];
}

function autoscalerAlert(service: MonitoredService): AlertDefinition {
    const { name, namespace } = service;
    const autoscaler = (metric: "status_desired_replicas" | "spec_max_replicas"): string =>
        `max by (namespace, horizontalpodautoscaler) (${series(`kube_horizontalpodautoscaler_${metric}`, { ...kubeStateMetrics, namespace, horizontalpodautoscaler: name })})`;
    return {
        part: service,
        alert: "AutoscalerAtMaximum",
        severity: "warning",
        expr: `${autoscaler("status_desired_replicas")} >= ${autoscaler("spec_max_replicas")}`,
        summary: `${name} has as many pods as it may have.`,
        description: `The autoscaler {{ $labels.namespace }}/{{ $labels.horizontalpodautoscaler }} asks for {{ $value }} pods, which is its maximum; more load will not get more pods.`,
        dashboard: "pods",
    };
}

function connectionAlerts(
    service: MonitoredService,
    metrics: NonNullable<MonitoredService["metrics"]>,
): AlertDefinition[] {
    const { name, namespace, job, limits } = service;
    const base = { part: service, severity: "warning", dashboard: "api-performance" } as const;
    const pool = limits.ConnectionPoolNearlyExhausted.value;
    const active = series(ownMetric(metrics.activeConnections), { namespace, job });
    const poolAlert: AlertDefinition = {
        ...base,
        alert: "ConnectionPoolNearlyExhausted",
        expr: `${series(recorded.poolRatio, recordedLabels(service))} > ${ratio(pool)}`,
        summary: `A pod of ${name} uses more than ${pool} % of its database connections.`,
        description: `Pod {{ $labels.namespace }}/{{ $labels.pod }} uses {{ $value | humanizePercentage }} of its connection pool; when it is empty, requests wait.`,
    };
    return [
        ...(service.usesDatabase ? [poolAlert] : []),
        {
            ...base,
            alert: "HighActiveConnections",
            expr: `sum by (namespace, job, pod) (${active}) > ${limits.HighActiveConnections.value}`,
            summary: `A pod of ${name} has more than ${limits.HighActiveConnections.value} requests in flight.`,
            description: `Pod {{ $labels.namespace }}/{{ $labels.pod }} works on {{ $value }} requests at the same time.`,
        },
    ];
}
