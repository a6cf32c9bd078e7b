import { controllers } from "../controllers";
import type { Monitored, MonitoredService, MonitoringModel } from "../model";
import { kubeStateMetrics, rolloutsController, series } from "../promql";
import type { AlertDefinition } from "./rule";

/** Whether what was declared arrives in the cluster: new versions, secrets, and what Argo CD applies from git. */
export function deliveryAlerts(model: MonitoringModel): AlertDefinition[] {
    return [
        ...model.services.map(rolloutStuck),
        ...(model.copiesSecrets ? [secretNotSynced(model)] : []),
        ...(model.applications === undefined ? [] : [outOfSync(model, model.applications)]),
    ];
}

/** Phases of a Rollout in which it makes no way by itself. */
const stuckPhases = "Degraded|Error|Timeout|InvalidSpec|Abort";

function rolloutStuck(service: MonitoredService): AlertDefinition {
    const { name, namespace, controller } = service;
    const stuck = {
        Deployment: `max by (namespace, deployment) (${series("kube_deployment_status_condition", {
            ...kubeStateMetrics,
            namespace,
            deployment: name,
            condition: "Progressing",
            status: "false",
        })})`,
        Rollout: `max by (namespace, name) (${series("rollout_info", { ...rolloutsController, namespace, name, phase: { matches: stuckPhases } })})`,
    }[controller];
    return {
        part: service,
        alert: "RolloutStuck",
        severity: "warning",
        expr: `${stuck} > 0`,
        summary: `A new version of ${name} does not start.`,
        description: `The ${controller} {{ $labels.namespace }}/${name} has made no progress within its deadline; the old version goes on as far as its pods are left.`,
        dashboard: "pods",
    };
}

/** A system as such has the problem, not one of its services or stores. */
function part(model: MonitoringModel, name: string): Monitored {
    return { name, namespace: model.namespace, limits: model.limits };
}

function secretNotSynced(model: MonitoringModel): AlertDefinition {
    const condition = series("externalsecret_status_condition", {
        job: controllers.externalSecrets.job,
        namespace: model.namespace,
        condition: "Ready",
        status: "False",
    });
    return {
        part: part(model, "secrets"),
        alert: "ExternalSecretNotSynced",
        severity: "warning",
        expr: `max by (namespace, name) (${condition}) > 0`,
        summary: `A secret of ${model.system} is not copied into the cluster.`,
        description: `ExternalSecret {{ $labels.namespace }}/{{ $labels.name }} cannot be read; pods keep the old value, and new ones may not start.`,
        dashboard: "pods",
    };
}

function outOfSync(model: MonitoringModel, applications: string): AlertDefinition {
    const state = series("argocd_app_info", {
        job: controllers.argoCd.job,
        name: { matches: applications },
        sync_status: { not: "Synced" },
    });
    return {
        part: part(model, "delivery"),
        alert: "ArgoCdOutOfSync",
        severity: "warning",
        expr: `max by (name, dest_namespace, sync_status) (${state}) > 0`,
        summary: `Argo CD does not get ${model.system} to what is in git.`,
        description: `Application {{ $labels.name }} for {{ $labels.dest_namespace }} is {{ $labels.sync_status }}.`,
        dashboard: "pods",
    };
}
