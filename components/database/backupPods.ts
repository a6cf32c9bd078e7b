import type { types } from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { awsCliImage, engineImage, engines } from "./engines";
import {
    credentialsVolume,
    mounts,
    passwordFile,
    podSecurity,
    scriptContainer,
    scriptsVolume,
    temporaryVolume,
    variables,
    workDirectory,
} from "./pods";
import { awsCliAmounts, dumpAmounts, kubernetesResources, volumeGiB } from "./resources";
import type { DatabaseSpec } from "./spec";

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

export interface BackupPlan {
    readonly spec: DatabaseSpec;
    readonly host: pulumi.Input<string>;
    readonly secretName: string;
    readonly configMapName: string;
    readonly place: BackupPlace;
    readonly serviceAccountName: string;
    readonly labels: Labels;
}

/** Hours after which a job is given up. A dump that takes longer would meet the next one. */
const mostHours = { backup: 4, restore: 12 } as const;

/** Dumps the database, proves the dump whole, and only then sends it away. */
export function backupCronJob(plan: BackupPlan, schedule: string): CronJobSpec {
    const dump = databaseContainer(plan, "dump", "dump.sh", dumpVariables(plan.place));
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
                            ? podSpec(plan, [dump], awsContainer(plan.place, "upload", "upload.sh", "TARGET"))
                            : podSpec(plan, [], dump),
                },
            },
        },
    };
}

/**
 * The template of a restore. It never runs by itself; an operator starts it:
 * `kubectl create job --from=cronjob/<name>-restore <job>`. Which backup is in the ConfigMap `settingsName`, key BACKUP; without it,
 * the newest.
 */
export function restoreCronJob(plan: BackupPlan, settingsName: string): CronJobSpec {
    const which: EnvVar = {
        name: "BACKUP",
        valueFrom: { configMapKeyRef: { name: settingsName, key: "BACKUP", optional: true } },
    };
    const restore = databaseContainer(plan, "restore", "restore.sh", [which]);
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
                                  [awsContainer(plan.place, "download", "download.sh", "SOURCE", [which])],
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
        securityContext: podSecurity(engines[plan.spec.engine].userId),
        initContainers: before,
        containers: [main],
        volumes: [
            scriptsVolume(plan.configMapName),
            credentialsVolume(plan.secretName),
            temporaryVolume,
            workVolume(plan),
        ],
    };
}

/** A dump may be larger than what a node has to spare, so it gets a volume of its own, which comes and goes with the pod. */
function workVolume({ spec, place }: BackupPlan): Volume {
    if (place.kind === "volume") {
        return { name: mounts.work.name, persistentVolumeClaim: { claimName: place.claimName } };
    }
    const claim = { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: `${volumeGiB(spec)}Gi` } } };
    return { name: mounts.work.name, ephemeral: { volumeClaimTemplate: { spec: claim } } };
}

function dumpVariables(place: BackupPlace): EnvVar[] {
    return place.kind === "volume" ? variables({ KEEP_DAYS: String(place.keepDays) }) : [];
}

function databaseContainer(plan: BackupPlan, name: string, script: string, more: EnvVar[]): Container {
    const { spec } = plan;
    return scriptContainer(name, engineImage(spec), script, {
        env: [
            ...variables({
                ENGINE: spec.engine,
                DB_HOST: plan.host,
                DB_PORT: String(engines[spec.engine].port),
                DB_NAME: spec.databaseName,
                DB_USER: spec.username,
                PASSWORD_FILE: passwordFile,
                WORK_DIR: workDirectory,
            }),
            ...more,
        ],
        resources: kubernetesResources(dumpAmounts),
        volumeMounts: [mounts.scripts, mounts.credentials, mounts.temporary, mounts.work],
    });
}

function awsContainer(
    place: Extract<BackupPlace, { kind: "bucket" }>,
    name: string,
    script: string,
    uriVariable: "SOURCE" | "TARGET",
    more: EnvVar[] = [],
): Container {
    return scriptContainer(name, awsCliImage, script, {
        env: [
            ...variables({
                [uriVariable]: place.uri,
                WORK_DIR: workDirectory,
                AWS_REGION: place.region,
                // The image's user is root, whose home nobody else may enter.
                HOME: mounts.temporary.mountPath,
            }),
            ...more,
        ],
        resources: kubernetesResources(awsCliAmounts),
        volumeMounts: [mounts.scripts, mounts.temporary, mounts.work],
    });
}
