import { kubernetesObjects } from "../simulation/manifests";
import type { Plan } from "../simulation/record";

/** A CronJob that backs something up, or brings it back. */
export interface BackupJob {
    readonly system: string;
    readonly namespace: string;
    readonly cronJob: string;
}

/** The CronJobs of a stack that make backups or restore them, known by their labels, of one system or of all. */
export function backupJobs(plan: Plan, system?: string, component: "backup" | "restore" = "backup"): BackupJob[] {
    return kubernetesObjects(plan)
        .filter(
            ({ kind, metadata }) =>
                kind === "CronJob" && metadata.labels?.["app.kubernetes.io/component"] === component,
        )
        .map(({ metadata }) => ({
            system: metadata.labels?.["app.kubernetes.io/part-of"] ?? "",
            namespace: metadata.namespace ?? "default",
            cronJob: metadata.name,
        }))
        .filter((job) => system === undefined || job.system === system)
        .sort((a, b) => (`${a.namespace}/${a.cronJob}` < `${b.namespace}/${b.cronJob}` ? -1 : 1));
}
