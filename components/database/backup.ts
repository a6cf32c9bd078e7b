import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { PlatformConfig } from "../../config/schema";
import type { StoreConnection } from "../connection";
import type { AwsContext, SystemScope } from "../context";
import { PodIdentityRole, type PolicyStatement } from "../identity/podIdentity";
import { backupCronJob, restoreCronJob, type BackupPlace, type BackupPlan } from "./backupPods";
import { connectsTo, workerPolicy } from "./networkPolicies";
import { DatabasePart, type DatabasePartArgs } from "./part";
import { volumeGiB } from "./resources";
import { backupFiles, filesName } from "./scripts";

export interface DatabaseBackupArgs extends DatabasePartArgs {
    readonly connection: StoreConnection;
    /** When dumps are made, in UTC, and how long they are kept where no bucket does that. Changed in place. */
    readonly backups: PlatformConfig["data"]["backups"];
}

type Job = "backup" | "restore";

/**
 * Regular dumps of a database, and the means to bring one back. A dump is proven whole before it is kept: to the S3 bucket of the
 * system, under the name of the store, or to a volume on a cluster without AWS. The pods that write backups cannot read them, and those
 * that read cannot write.
 *
 * A restore goes into a new database beside the live one and ends with the commands that switch over:
 *
 *     kubectl -n <namespace> create configmap <store>-restore --from-literal=BACKUP=<file>   # only for another than the newest
 *     kubectl -n <namespace> create job --from=cronjob/<store>-restore <job>
 *     kubectl -n <namespace> logs -f job/<job>
 *
 * Costs in us-east-1: $0.023 per GB and month of compressed dumps (Amazon S3 pricing); the pods run for minutes.
 */
export class DatabaseBackup extends DatabasePart {
    private readonly place: BackupPlace;
    private readonly configMapName: string;

    constructor(
        name: string,
        private readonly args: DatabaseBackupArgs,
        opts: pulumi.ComponentResourceOptions,
    ) {
        super("platform:database:DatabaseBackup", name, args, opts);
        const { aws: cloud } = this.scope.platform;
        const bucket = cloud === undefined ? undefined : this.scope.backupBucket;
        this.configMapName = filesName(this.jobName("backup"), backupFiles(this.spec.engine));
        this.place =
            cloud === undefined || bucket === undefined
                ? { kind: "volume", claimName: this.volumeName, keepDays: args.backups.retentionDays }
                : { kind: "bucket", uri: `s3://${bucket.name}/${this.store}`, region: cloud.region };

        const files = this.createFiles();
        const storage = this.place.kind === "volume" ? [this.createVolume()] : [];
        const needs = [files, ...storage, ...args.connection.secret.dependsOn, ...args.connection.dependsOn];
        const grants = {
            backup: this.grants(cloud, bucket, writeGrants),
            restore: this.grants(cloud, bucket, readGrants),
        };
        this.createJob("backup", needs, grants.backup, (plan) => backupCronJob(plan, args.backups.schedule));
        this.createJob("restore", needs, grants.restore, (plan) => restoreCronJob(plan, this.jobName("restore")));
        this.registerOutputs({ backup: this.jobName("backup"), restore: this.jobName("restore") });
    }

    private createFiles(): pulumi.Resource {
        return new k8s.core.v1.ConfigMap(
            this.childName("files"),
            {
                metadata: { ...this.metadata(this.jobName("backup"), "backup"), name: this.configMapName },
                immutable: true,
                data: { ...backupFiles(this.spec.engine) },
            },
            this.kubernetesOptions(),
        );
    }

    /** Where dumps stay on a cluster without AWS. It is made once the first dump needs it, so nothing waits for it. */
    private createVolume(): pulumi.Resource {
        return new k8s.core.v1.PersistentVolumeClaim(
            this.childName("volume"),
            {
                metadata: {
                    ...this.metadata(this.jobName("backup"), "backup"),
                    name: this.volumeName,
                    annotations: { "pulumi.com/skipAwait": "true" },
                },
                spec: {
                    accessModes: ["ReadWriteOnce"],
                    resources: { requests: { storage: `${volumeGiB(this.spec)}Gi` } },
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
        const name = this.jobName(job);
        const { connection } = this.args;
        const account = new k8s.core.v1.ServiceAccount(
            this.childName(`${job}-account`),
            { metadata: this.metadata(name, job), automountServiceAccountToken: false },
            this.kubernetesOptions(),
        );
        const policy = new k8s.networking.v1.NetworkPolicy(
            this.childName(`${job}-policy`),
            {
                metadata: this.metadata(name, job),
                spec: workerPolicy(
                    this.spec.engine,
                    this.selector(name),
                    connection.network,
                    this.place.kind === "bucket",
                ),
            },
            this.kubernetesOptions(),
        );
        const spec = specOf({
            spec: this.spec,
            host: connection.host,
            secretName: connection.secret.name,
            configMapName: this.configMapName,
            place: this.place,
            serviceAccountName: name,
            labels: { ...this.labels(name, job), [connectsTo(this.store)]: "true" },
        });
        new k8s.batch.v1.CronJob(
            this.childName(job),
            { metadata: this.metadata(name, job), spec },
            this.kubernetesOptions([...needs, account, policy, ...this.createIdentity(job, statements)]),
        );
    }

    private createIdentity(job: Job, statements: readonly PolicyStatement[]): readonly pulumi.Resource[] {
        const { aws: cloud } = this.scope.platform;
        if (cloud === undefined || statements.length === 0) {
            return [];
        }
        const identity = new PodIdentityRole(
            this.childName(`${job}-identity`),
            {
                tags: this.tagContext,
                clusterName: cloud.clusterName,
                accountId: cloud.accountId,
                region: cloud.region,
                namespace: this.scope.namespace,
                serviceAccount: this.jobName(job),
                statements,
            },
            this.childOptions({ dependsOn: [...this.scope.dependsOn] }),
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
                  prefix: this.store,
                  keyArn: cloud.dataKeyArn,
                  service: `s3.${cloud.region}.amazonaws.com`,
              });
    }

    private jobName(job: Job): string {
        return `${this.kubernetesName}-${job}`;
    }

    private get volumeName(): string {
        return `${this.kubernetesName}-backups`;
    }
}

interface BucketGrant {
    readonly bucketArn: pulumi.Input<string>;
    readonly prefix: string;
    readonly keyArn: pulumi.Input<string>;
    /** The service through which the key may be used. */
    readonly service: string;
}

const objects = ({ bucketArn, prefix }: BucketGrant): pulumi.Output<string> =>
    pulumi.interpolate`${bucketArn}/${prefix}/*`;

/** Use of the key for this bucket's objects. With a bucket key the encryption context is the bucket, without it the object. */
function keyGrant(grant: BucketGrant, actions: readonly string[]): PolicyStatement {
    return {
        sid: "Key",
        actions,
        resources: [grant.keyArn],
        conditions: {
            StringEquals: { "kms:ViaService": grant.service },
            StringLike: { "kms:EncryptionContext:aws:s3:arn": [grant.bucketArn, objects(grant)] },
        },
    };
}

/**
 * Writing without reading. An upload in parts needs kms:Decrypt as well, to put the parts together (Amazon S3 User Guide, "Protecting
 * data using server-side encryption with AWS KMS keys"); without s3:GetObject that opens no backup.
 */
function writeGrants(grant: BucketGrant): PolicyStatement[] {
    return [
        { sid: "Write", actions: ["s3:PutObject", "s3:AbortMultipartUpload"], resources: [objects(grant)] },
        keyGrant(grant, ["kms:GenerateDataKey", "kms:Decrypt"]),
    ];
}

function readGrants(grant: BucketGrant): PolicyStatement[] {
    return [
        {
            sid: "List",
            actions: ["s3:ListBucket"],
            resources: [grant.bucketArn],
            conditions: { StringLike: { "s3:prefix": [`${grant.prefix}/*`] } },
        },
        { sid: "Read", actions: ["s3:GetObject"], resources: [objects(grant)] },
        keyGrant(grant, ["kms:Decrypt"]),
    ];
}
