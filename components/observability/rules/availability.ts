import type { Monitored, MonitoredService, MonitoringModel } from "../model";
import { workloads } from "../model";
import { availablePods, kubeStateMetrics, rateWindow, series, wantedPods } from "../promql";
import { recorded, recordedLabels } from "./recordingRules";
import type { AlertDefinition } from "./rule";

/**
 * Whether the parts of a system are there. A target that says it is down, a target that is gone, and a service that Kubernetes does not
 * send requests to are three different failures, and each needs a rule of its own.
 */
export function availabilityAlerts(model: MonitoringModel): AlertDefinition[] {
    const interval = model.scrapeIntervalSeconds;
    return [...model.services.flatMap(serviceAlerts), ...workloads(model).flatMap((part) => podAlerts(part, interval))];
}

function serviceAlerts(service: MonitoredService): AlertDefinition[] {
    const { name, namespace, job } = service;
    const up = series("up", { namespace, job });
    const available = availablePods(service, namespace);
    const wanted = wantedPods(service, namespace);
    const base = { part: service, dashboard: "api-performance" } as const;
    const scraped: AlertDefinition[] = [
        {
            ...base,
            alert: "ServiceDown",
            severity: "critical",
            expr: `max by (namespace, job) (${up}) == 0`,
            summary: `No pod of ${name} answers.`,
            description: `Every pod of ${name} in {{ $labels.namespace }} fails to answer Prometheus.`,
        },
        {
            ...base,
            alert: "ServiceAbsent",
            severity: "critical",
            expr: `absent(${up})`,
            summary: `${name} is not there.`,
            description: `Prometheus finds no pod of ${name} in {{ $labels.namespace }}: it was scaled to zero, removed, or is no longer scraped.`,
        },
        {
            ...base,
            alert: "PodDown",
            severity: "warning",
            expr: `${up} == 0`,
            summary: `A pod of ${name} does not answer.`,
            description: `Pod {{ $labels.pod }} in {{ $labels.namespace }} fails to answer Prometheus at {{ $labels.instance }}.`,
            dashboard: "pods",
        },
    ];
    return [
        ...(service.metrics === undefined ? [] : scraped),
        {
            ...base,
            alert: "ServiceNotReady",
            severity: "critical",
            expr: `${available} == 0 and ${wanted} > 0`,
            summary: `No pod of ${name} is ready.`,
            description: `None of the pods of {{ $labels.namespace }}/${name} is ready, so no request reaches it.`,
        },
        {
            ...base,
            alert: "ReplicasUnavailable",
            severity: "warning",
            expr: `${wanted} - ${available} > 0`,
            summary: `${name} has fewer ready pods than it should.`,
            description: `{{ $labels.namespace }}/${name} lacks {{ $value }} of its pods.`,
            dashboard: "pods",
        },
    ];
}

/** What happens to the containers of services and of stores in the cluster alike. */
function podAlerts(part: Monitored & { readonly pods: string }, scrapeIntervalSeconds: number): AlertDefinition[] {
    const { name, namespace, limits } = part;
    const pods = { ...kubeStateMetrics, namespace, pod: { matches: part.pods } };
    const restarts = series(recorded.restarts, recordedLabels(part));
    const waiting = series("kube_pod_container_status_waiting_reason", { ...pods, reason: "CrashLoopBackOff" });
    const container = "namespace, pod, container";
    const window = rateWindow(scrapeIntervalSeconds, 10);
    const base = { part, severity: "warning", dashboard: "pods" } as const;
    return [
        {
            ...base,
            alert: "PodRestarting",
            // Not increase(): it extrapolates, and three restarts would count as a little more than three.
            expr: `${restarts} - min_over_time(${restarts}[${window}]) > ${limits.PodRestarting.value}`,
            summary: `A container of ${name} restarts again and again.`,
            description: `Container {{ $labels.container }} of {{ $labels.namespace }}/{{ $labels.pod }} restarted {{ $value }} times in ${window}.`,
        },
        {
            ...base,
            alert: "PodCrashLooping",
            // Between two attempts the container runs for a moment and does not count as waiting.
            expr: `max by (${container}) (max_over_time(${waiting}[${rateWindow(scrapeIntervalSeconds)}])) > 0`,
            summary: `A container of ${name} crashes whenever it starts.`,
            description: `Container {{ $labels.container }} of {{ $labels.namespace }}/{{ $labels.pod }} waits in CrashLoopBackOff.`,
        },
    ];
}
