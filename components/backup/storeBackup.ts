import * as k8s from "@pulumi/kubernetes";
import type { types } from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { Component } from "../component";
import { labelsFor, selectorFor, type AwsContext, type SystemScope } from "../context";
import { PodIdentityRole, type PolicyStatement } from "../identity/podIdentity";
import { readGrants, writeGrants, type BucketGrant } from "./grants";
import { backupChoice, backupCronJob, restoreCronJob, type BackupPlace, type BackupPlan } from "./jobs";
import { filesName, type Files } from "./scriptFiles";

type Container = types.input.core.v1.Container;
type EnvVar = types.input.core.v1.EnvVar;
type NetworkPolicySpec = types.input.networking.v1.NetworkPolicySpec;
type Volume = types.input.core.v1.Volume;

/** What the backups of one kind of store have of their own. */
export interface StoreBackupArgs {
    readonly scope: SystemScope;
    /** Name of the store in its system; in the bucket, its backups are under this prefix. */
    readonly store: string;
    /** Name of the store in Kubernetes; the names of its jobs start with it. */
    readonly kubernetesName: string;
    /** When backups are made, as a cron expression in UTC. Changed in place. */
    readonly schedule: string;
    /** Days that backups are kept where no bucket sees to that. Changed in place. */
    readonly retentionDays: number;
    readonly files: Files;
    /** How the names of backups end, such as `sql.gz`. */
    readonly suffix: string;
    readonly userId: number;
    readonly volumes: readonly Volume[];
    /** Room for one backup, in GiB. */
    readonly volumeGiB: number;
    /** Where the pods may connect to. */
    readonly policy: (pods: Readonly<Record<string, string>>, usesAws: boolean) => NetworkPolicySpec;
    /** Labels by which the store lets the pods in. */
    readonly clientLabels: Readonly<Record<string, string>>;
    readonly dump: (place: BackupPlace) => Container;
    readonly restore: (choice: readonly EnvVar[]) => Container;
    /** What the jobs wait for: the store and its password. */
    readonly needs: readonly pulumi.Resource[];
}

type Job = "backup" | "restore";

/**
 * Regular backups of a store, and the means to bring one back. A backup is proven whole before it is kept: in the S3 bucket of the
 * system, under the name of the store, or on a volume on a cluster without AWS. The pods that write backups cannot read them, and those
 * that read cannot write.
 *
 * Costs in us-east-1: $0.023 per GB and month of compressed backups (Amazon S3 pricing); the pods run for minutes.
 */
export abstract class StoreBackup extends Component {
    private readonly place: BackupPlace;
    private readonly configMapName: string;

    protected constructor(
        type: `platform:${string}:${string}`,
        name: string,
        private readonly args: StoreBackupArgs,
        opts: pulumi.ComponentResourceOptions,
    ) {
        super(type, name, opts);
        const { platform, backupBucket } = args.scope;
        const cloud = platform.aws;
        const bucket = cloud === undefined ? undefined : backupBucket;
        this.configMapName = filesName(this.jobName("backup"), args.files);
        this.place =
            cloud === undefined || bucket === undefined
                ? { kind: "volume", claimName: this.volumeName, keepDays: args.retentionDays }
                : { kind: "bucket", uri: `s3://${bucket.name}/${args.store}`, region: cloud.region };

        const files = this.createFiles();
        const storage = this.place.kind === "volume" ? [this.createVolume()] : [];
        const needs = [files, ...storage, ...args.needs];
        const grants = {
            backup: this.grants(cloud, bucket, writeGrants),
            restore: this.grants(cloud, bucket, readGrants),
        };
        this.createJob("backup", needs, grants.backup, (plan) =>
            backupCronJob(plan, args.schedule, args.dump(this.place)),
        );
        const choice = backupChoice(this.jobName("restore"));
        this.createJob("restore", needs, grants.restore, (plan) => restoreCronJob(plan, choice, args.restore(choice)));
        this.registerOutputs({ backup: this.jobName("backup"), restore: this.jobName("restore") });
    }

    private createFiles(): pulumi.Resource {
        return new k8s.core.v1.ConfigMap(
            this.childName("files"),
            {
                metadata: { ...this.metadata("backup"), name: this.configMapName },
                immutable: true,
                data: { ...this.args.files },
            },
            this.kubernetesOptions(),
        );
    }

    /** Where backups stay on a cluster without AWS. It is made once the first one needs it, so nothing waits for it. */
    private createVolume(): pulumi.Resource {
        return new k8s.core.v1.PersistentVolumeClaim(
            this.childName("volume"),
            {
                metadata: {
                    ...this.metadata("backup"),
                    name: this.volumeName,
                    annotations: { "pulumi.com/skipAwait": "true" },
                },
                spec: {
                    accessModes: ["ReadWriteOnce"],
                    resources: { requests: { storage: `${this.args.volumeGiB}Gi` } },
                },
            },
            this.kubernetesOptions(),
        );
    }

    /** A CronJob with an identity and a network policy of its own. */
    private createJob(
        job: Job,
        needs: readonly pulumi.Resource[],
        statements: readonly PolicyStatement[],
        specOf: (plan: BackupPlan) => k8s.types.input.batch.v1.CronJobSpec,
    ): void {
        const { args } = this;
        const name = this.jobName(job);
        const metadata = this.metadata(job);
        const account = new k8s.core.v1.ServiceAccount(
            this.childName(`${job}-account`),
            { metadata, automountServiceAccountToken: false },
            this.kubernetesOptions(),
        );
        const policy = new k8s.networking.v1.NetworkPolicy(
            this.childName(`${job}-policy`),
            { metadata, spec: args.policy(selectorFor(args.scope, name), this.place.kind === "bucket") },
            this.kubernetesOptions(),
        );
        const spec = specOf({
            configMapName: this.configMapName,
            place: this.place,
            serviceAccountName: name,
            labels: { ...metadata.labels, ...args.clientLabels },
            suffix: args.suffix,
            userId: args.userId,
            volumes: args.volumes,
            volumeGiB: args.volumeGiB,
        });
        new k8s.batch.v1.CronJob(
            this.childName(job),
            { metadata, spec },
            this.kubernetesOptions([...needs, account, policy, ...this.createIdentity(job, statements)]),
        );
    }

    private createIdentity(job: Job, statements: readonly PolicyStatement[]): readonly pulumi.Resource[] {
        const { platform, system, namespace, dependsOn } = this.args.scope;
        const { aws: cloud, stack, environment, extraTags } = platform;
        if (cloud === undefined || statements.length === 0) {
            return [];
        }
        const identity = new PodIdentityRole(
            this.childName(`${job}-identity`),
            {
                tags: { stack, environment, extraTags, system },
                clusterName: cloud.clusterName,
                accountId: cloud.accountId,
                region: cloud.region,
                namespace,
                serviceAccount: this.jobName(job),
                statements,
            },
            this.childOptions({ dependsOn: [...dependsOn] }),
        );
        return identity.ready;
    }

    private grants(
        cloud: AwsContext | undefined,
        bucket: SystemScope["backupBucket"],
        make: (grant: BucketGrant) => PolicyStatement[],
    ): PolicyStatement[] {
        return cloud === undefined || bucket === undefined
            ? []
            : make({
                  bucketArn: bucket.arn,
                  prefix: this.args.store,
                  keyArn: cloud.dataKeyArn,
                  service: `s3.${cloud.region}.amazonaws.com`,
              });
    }

    private jobName(job: Job): string {
        return `${this.args.kubernetesName}-${job}`;
    }

    private get volumeName(): string {
        return `${this.args.kubernetesName}-backups`;
    }

    private metadata(job: Job): { name: string; namespace: string; labels: Record<string, string> } {
        const { scope } = this.args;
        const name = this.jobName(job);
        return { name, namespace: scope.namespace, labels: labelsFor(scope, name, job) };
    }

    private kubernetesOptions(needs: readonly pulumi.Resource[] = []): pulumi.CustomResourceOptions {
        const { scope } = this.args;
        return this.childOptions({
            provider: scope.platform.kubernetes,
            dependsOn: [...scope.dependsOn, ...needs],
        });
    }
}
