import { controllers, type MonitoredController } from "../controllers";
import type { MonitoringModel } from "../model";
import { monitoringNamespace, rotationCheck } from "../names";
import { kubeStateMetrics, series, type MetricName } from "../promql";
import type { AlertDefinition } from "./rule";

/** Whether the platform's controllers are there, and what they say of things that belong to no system. */
export function controllerAlerts(model: MonitoringModel): AlertDefinition[] {
    return model.controllers.flatMap((controller) => [
        absence(controller),
        ...(controller.job === controllers.certManager.job ? [certificateExpiring(controller)] : []),
        ...(controller.job === controllers.externalSecrets.job ? [secretRotationOverdue(controller)] : []),
    ]);
}

function absence(controller: MonitoredController): AlertDefinition {
    const { name, namespace, job } = controller;
    const up = series("up", { job });
    return {
        part: controller,
        alert: "ControllerAbsent",
        severity: "warning",
        // Their monitors drop the target's namespace.
        expr: `absent(${up}) or max by (job) (${up}) == 0`,
        summary: `The controller ${name} is not there.`,
        description: `Prometheus gets no answer from {{ $labels.job }} in ${namespace}: what the controller looks after stays as it is, and alerts about it cannot fire.`,
        dashboard: "namespace",
    };
}

/**
 * Whether secrets are rotated says a job that fails when one is not, `RotationCheck`. A job that cannot ask fails as well, and nobody knows
 * then; both are told alike, and its log says which.
 */
function secretRotationOverdue({ limits }: MonitoredController): AlertDefinition {
    const hours = limits.SecretRotationOverdue.value;
    const { name: cronjob } = rotationCheck;
    const labels = { ...kubeStateMetrics, namespace: monitoringNamespace, cronjob };
    const time = (metric: MetricName): string => `max by (namespace, cronjob) (${series(metric, labels)})`;
    return {
        part: { name: "secret-rotation", namespace: monitoringNamespace, limits },
        alert: "SecretRotationOverdue",
        severity: "warning",
        // A job that never succeeded has no time of success: then it is as old as the job itself.
        expr: `time() - (${time("kube_cronjob_status_last_successful_time")} or ${time("kube_cronjob_created")}) > ${hours * 3600}`,
        summary: "A secret is not rotated in time.",
        description: `For {{ $value | humanizeDuration }} no run of {{ $labels.namespace }}/{{ $labels.cronjob }} has found every secret rotated in time; ${hours} h are allowed. The log of its last job names the secret.`,
        dashboard: "namespace",
    };
}

/** Certificates have short and long lives; what counts is that the time to renew has come and gone and the end is near. */
function certificateExpiring(controller: MonitoredController): AlertDefinition {
    const { job, limits } = controller;
    const days = limits.CertificateExpiring.value;
    const time = (what: "expiration" | "renewal"): string =>
        `max by (namespace, name) (${series(`certmanager_certificate_${what}_timestamp_seconds`, { job })})`;
    return {
        part: controller,
        alert: "CertificateExpiring",
        severity: "critical",
        expr: `${time("expiration")} - time() < ${days * 86_400} and ${time("renewal")} < time()`,
        summary: `A certificate will expire within ${days} days and is not renewed.`,
        description: `Certificate {{ $labels.namespace }}/{{ $labels.name }} expires in {{ $value | humanizeDuration }}, and its renewal is overdue.`,
        dashboard: "namespace",
    };
}
