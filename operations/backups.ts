import { kubernetesObjects } from "../simulation/manifests";
import type { Plan } from "../simulation/record";

/** A CronJob that dumps a database. */
export interface BackupJob {
    readonly system: string;
    readonly namespace: string;
    readonly cronJob: string;
}

/** The backup CronJobs of a stack, known by their labels, of one system or of all. */
export function backupJobs(plan: Plan, system?: string): BackupJob[] {
    return kubernetesObjects(plan)
        .filter(
            ({ kind, metadata }) => kind === "CronJob" && metadata.labels?.["app.kubernetes.io/component"] === "backup",
        )
        .map(({ metadata }) => ({
            system: metadata.labels?.["app.kubernetes.io/part-of"] ?? "",
            namespace: metadata.namespace ?? "default",
            cronJob: metadata.name,
        }))
        .filter((job) => system === undefined || job.system === system)
        .sort((a, b) => (`${a.namespace}/${a.cronJob}` < `${b.namespace}/${b.cronJob}` ? -1 : 1));
}

/** Kubernetes takes 63 characters for the name of a Job, because its pods are labelled with it. */
const longestJobName = 63;

/** The name of a Job that is started by hand: it says when, so that two never meet. */
export function jobName(cronJob: string, now: Date): string {
    const suffix = `-manual-${now
        .toISOString()
        .replace(/[-:]|\.\d+/g, "")
        .toLowerCase()}`;
    return cronJob.slice(0, longestJobName - suffix.length).replace(/-$/, "") + suffix;
}

/** Arguments for kubectl that start a backup now. */
export function startBackup({ namespace, cronJob }: BackupJob, now: Date): string[] {
    return ["create", "job", jobName(cronJob, now), `--from=cronjob/${cronJob}`, "--namespace", namespace];
}
