import { controllers, type MonitoredController } from "../controllers";
import type { MonitoringModel } from "../model";
import { series } from "../promql";
import type { AlertDefinition } from "./rule";

/** Whether the platform's controllers are there, and what they say of things that belong to no system. */
export function controllerAlerts(model: MonitoringModel): AlertDefinition[] {
    return model.controllers.flatMap((controller) => [
        absence(controller),
        ...(controller.job === controllers.certManager.job ? [certificateExpiring(controller)] : []),
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

/** Certificates have short and long lives; what counts is that the time to renew has come and gone and the end is near. */
function certificateExpiring(controller: MonitoredController): AlertDefinition {
    const { job, limits } = controller;
    const days = limits.CertificateExpiring.value;
    const time = (what: string): string =>
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
