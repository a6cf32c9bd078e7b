import type { types } from "@pulumi/kubernetes";
import { mounts, podSecurity, scriptContainer, scriptsVolume, temporaryVolume, variables, workDirectory } from "./pods";
import { transferImage, transferResources } from "./transfer";

type Container = types.input.core.v1.Container;
type CronJobSpec = types.input.batch.v1.CronJobSpec;
type EnvVar = types.input.core.v1.EnvVar;
type PodSpec = types.input.core.v1.PodSpec;
type Volume = types.input.core.v1.Volume;
type Labels = Readonly<Record<string, string>>;

/** Where backups are kept: under a prefix of an S3 bucket, or on a volume of the cluster where there is no AWS. */
export type BackupPlace =
    | { readonly kind: "bucket"; readonly uri: string; readonly region: string }
    | { readonly kind: "volume"; readonly claimName: string; readonly keepDays: number };

/** What the pods of a backup and of a restore have in common. */
export interface BackupPlan {
    readonly configMapName: string;
    readonly place: BackupPlace;
    readonly serviceAccountName: string;
    readonly labels: Labels;
    /** How the names of backups end, such as `sql.gz`. */
    readonly suffix: string;
    /** User and group of the image that makes and reads backups. */
    readonly userId: number;
    /** Whatever else that image needs, such as the password. */
    readonly volumes: readonly Volume[];
    /** Room for one backup, in GiB; absent where one is so small that the node has it. */
    readonly volumeGiB?: number;
}

/** MiB that a backup without a volume of its own may take. */
const smallMiB = 64;

/** Hours after which a job is given up. A dump that takes longer would meet the next one. */
const mostHours = { backup: 4, restore: 12 } as const;

/** Makes a backup, proves it whole, and only then sends it away. */
export function backupCronJob(plan: BackupPlan, schedule: string, dump: Container): CronJobSpec {
    return {
        schedule,
        timeZone: "Etc/UTC",
        concurrencyPolicy: "Forbid",
        // A schedule that was missed while the control plane was away is caught up within an hour.
        startingDeadlineSeconds: 3600,
        successfulJobsHistoryLimit: 3,
        failedJobsHistoryLimit: 3,
        jobTemplate: {
            metadata: { labels: { ...plan.labels } },
            spec: {
                backoffLimit: 2,
                activeDeadlineSeconds: mostHours.backup * 3600,
                template: {
                    metadata: podMetadata(plan),
                    spec:
                        plan.place.kind === "bucket"
                            ? podSpec(plan, [dump], transferContainer(plan, plan.place, "upload", "TARGET"))
                            : podSpec(plan, [], dump),
                },
            },
        },
    };
}

/** Which backup a restore takes: a ConfigMap of the operator's may say. */
export function backupChoice(settingsName: string): EnvVar[] {
    return ["BACKUP", "BEFORE", "SWITCH"].map((name) => ({
        name,
        valueFrom: { configMapKeyRef: { name: settingsName, key: name, optional: true } },
    }));
}

/**
 * The template of a restore. It never runs by itself; an operator starts it by `npm run restore`, or by
 * `kubectl create job --from=cronjob/<name>-restore <job>`.
 */
export function restoreCronJob(plan: BackupPlan, choice: readonly EnvVar[], restore: Container): CronJobSpec {
    return {
        // Required; while it is suspended it means nothing.
        schedule: "0 0 1 1 *",
        timeZone: "Etc/UTC",
        suspend: true,
        concurrencyPolicy: "Forbid",
        jobTemplate: {
            metadata: { labels: { ...plan.labels } },
            spec: {
                // A second attempt would make a second copy; the operator decides.
                backoffLimit: 0,
                activeDeadlineSeconds: mostHours.restore * 3600,
                // A week to read how to switch over.
                ttlSecondsAfterFinished: 7 * 24 * 3600,
                template: {
                    metadata: podMetadata(plan),
                    spec:
                        plan.place.kind === "bucket"
                            ? podSpec(
                                  plan,
                                  [transferContainer(plan, plan.place, "download", "SOURCE", choice)],
                                  restore,
                              )
                            : podSpec(plan, [], restore),
                },
            },
        },
    };
}

function podMetadata({ labels }: BackupPlan): { labels: Record<string, string>; annotations: Record<string, string> } {
    return {
        labels: { ...labels },
        // The autoscaler must not take the node away in the middle of a dump.
        annotations: { "cluster-autoscaler.kubernetes.io/safe-to-evict": "false" },
    };
}

function podSpec(plan: BackupPlan, before: Container[], main: Container): PodSpec {
    return {
        serviceAccountName: plan.serviceAccountName,
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        restartPolicy: "Never",
        // A restore that is stopped drops what it has made so far.
        terminationGracePeriodSeconds: 60,
        securityContext: podSecurity(plan.userId),
        initContainers: before,
        containers: [main],
        volumes: [scriptsVolume(plan.configMapName), ...plan.volumes, temporaryVolume, workVolume(plan)],
    };
}

/** A dump may be larger than what a node has to spare, so it gets a volume of its own, which comes and goes with the pod. */
function workVolume({ volumeGiB, place }: BackupPlan): Volume {
    if (place.kind === "volume") {
        return { name: mounts.work.name, persistentVolumeClaim: { claimName: place.claimName } };
    }
    if (volumeGiB === undefined) {
        return { name: mounts.work.name, emptyDir: { sizeLimit: `${smallMiB}Mi` } };
    }
    const claim = { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: `${volumeGiB}Gi` } } };
    return { name: mounts.work.name, ephemeral: { volumeClaimTemplate: { spec: claim } } };
}

/** What a container that makes backups has to know about where they stay. */
export function keepVariables(place: BackupPlace): EnvVar[] {
    return place.kind === "volume" ? variables({ KEEP_DAYS: String(place.keepDays) }) : [];
}

function transferContainer(
    { suffix }: BackupPlan,
    place: Extract<BackupPlace, { kind: "bucket" }>,
    name: "upload" | "download",
    uriVariable: "SOURCE" | "TARGET",
    more: readonly EnvVar[] = [],
): Container {
    return scriptContainer(name, transferImage, `${name}.sh`, {
        env: [
            ...variables({
                [uriVariable]: place.uri,
                SUFFIX: suffix,
                WORK_DIR: workDirectory,
                AWS_REGION: place.region,
                // The image's user is root, whose home nobody else may enter.
                HOME: mounts.temporary.mountPath,
            }),
            ...more,
        ],
        resources: transferResources,
        volumeMounts: [mounts.scripts, mounts.temporary, mounts.work],
    });
}
