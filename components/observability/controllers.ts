import type { AddonName, PlatformConfig } from "../../config/schema";
import { limitsWith, type Limits } from "./limits";
import type { MonitoringModel } from "./model";
import { localUrls, monitoringNamespace } from "./names";

/** A controller of the platform, whose metrics say how the objects do that it looks after. */
export interface MonitoredController {
    /** The `component` label of its alerts. */
    readonly name: string;
    readonly namespace: string;
    /** The `job` label of its metrics: the Service that its chart has it scraped by. */
    readonly job: string;
    readonly limits: Limits;
}

/** Controllers whose metrics alerts read, by the add-on that installs them. */
export const controllers = {
    externalSecrets: {
        name: "external-secrets",
        namespace: "external-secrets",
        job: "external-secrets-metrics",
    },
    certManager: { name: "cert-manager", namespace: "cert-manager", job: "cert-manager" },
    argoCd: { name: "argocd", namespace: "argocd", job: "argocd-application-controller-metrics" },
    argoRollouts: { name: "argo-rollouts", namespace: "argo-rollouts", job: "argo-rollouts-metrics" },
} as const satisfies Partial<Record<AddonName, Omit<MonitoredController, "limits">>>;

/** Owner of the platform's own alerts. */
export const platformOwner = "platform";

/** What monitoring knows of the platform itself: its controllers. They have the defaults of all limits. */
export function platformModel(
    environment: string,
    addons: ReadonlySet<AddonName>,
    observability: PlatformConfig["observability"],
): MonitoringModel {
    const installed = (Object.keys(controllers) as (keyof typeof controllers)[]).filter((name) => addons.has(name));
    const limits = limitsWith({});
    return {
        system: "platform",
        owner: platformOwner,
        environment,
        namespace: monitoringNamespace,
        runbookBaseUrl: observability.runbookBaseUrl.replace(/\/+$/, ""),
        dashboardBaseUrl: localUrls.grafana,
        scrapeIntervalSeconds: observability.scrapeIntervalSeconds,
        evaluationIntervalSeconds: observability.evaluationIntervalSeconds,
        traces: false,
        limits,
        copiesSecrets: false,
        services: [],
        databases: [],
        caches: [],
        controllers: installed.map((name) => ({ ...controllers[name], limits })),
    };
}
