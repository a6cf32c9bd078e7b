import * as k8s from "@pulumi/kubernetes";
import type { types } from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { Component } from "../component";
import { labelsFor, selectorFor, type SystemScope } from "../context";
import { curlImage, nobody } from "../curlPod";
import { PodIdentityRole } from "../identity/podIdentity";
import { definitionsBackupName, definitionsPrefix } from "./definitionsNames";
import { writeGrants } from "./grants";
import { backupCronJob } from "./jobs";
import { toAws } from "./network";
import { mounts, scriptContainer, variables, workDirectory } from "./pods";
import { filesName, jobFiles, scriptFiles, transferFiles } from "./scriptFiles";

export interface DefinitionsBackupArgs {
    readonly scope: SystemScope;
    /** Namespaces of the system, and what everything in each waits for. */
    readonly namespaces: ReadonlyMap<string, readonly pulumi.Resource[]>;
    /** When definitions are kept, as a cron expression in UTC. Changed in place. */
    readonly schedule: string;
}

/** Where the container that reads has its token. */
const tokenDirectory = "/token";

/** Seconds that a token is good for: longer than any attempt takes. */
const tokenSeconds = 3600;

/** curl, which streams. */
const readerResources = {
    requests: { cpu: "10m", memory: "32Mi", "ephemeral-storage": "16Mi" },
    limits: { cpu: "200m", memory: "64Mi", "ephemeral-storage": "64Mi" },
};

/**
 * Regular copies of the ConfigMaps and of the definitions of the ExternalSecrets of a system, in its backup bucket. Their source is git; the
 * copies tell what was there at a moment, also what somebody changed by hand.
 *
 * The pod may list these two kinds in the system's namespaces and add to one prefix of the bucket, and nothing else. Its token reaches one of
 * its containers only.
 *
 * Costs next to nothing: some kilobytes a day, and a pod that runs for seconds.
 *
 * @example
 * new DefinitionsBackup("shop-definitions", { scope, namespaces: new Map([["shop", [namespace]]]), schedule: "0 2 * * *" });
 */
export class DefinitionsBackup extends Component {
    private readonly args: DefinitionsBackupArgs;
    private readonly files = {
        ...jobFiles(),
        ...scriptFiles("backup", "definitions.sh"),
        ...transferFiles(),
    };

    constructor(name: string, args: DefinitionsBackupArgs, opts?: pulumi.ComponentResourceOptions) {
        super("platform:backup:DefinitionsBackup", name, opts);
        this.args = args;
        const needs = [
            this.createFiles(),
            this.createAccount(),
            this.createNetworkPolicy(),
            ...this.createAccess(),
            ...this.createIdentity(),
        ];
        this.createCronJob(needs);
        this.registerOutputs({ cronJob: definitionsBackupName });
    }

    private createFiles(): pulumi.Resource {
        const metadata = { ...this.metadata(), name: this.configMapName };
        return new k8s.core.v1.ConfigMap(
            this.childName("files"),
            { metadata, immutable: true, data: { ...this.files } },
            this.kubernetesOptions(),
        );
    }

    private createAccount(): pulumi.Resource {
        return new k8s.core.v1.ServiceAccount(
            this.childName("account"),
            { metadata: this.metadata(), automountServiceAccountToken: false },
            this.kubernetesOptions(),
        );
    }

    /** Nothing comes in. Names are resolved by a rule of the namespace; EKS has the API server at the port of AWS' own APIs. */
    private createNetworkPolicy(): pulumi.Resource {
        const podSelector = { matchLabels: { ...selectorFor(this.args.scope, definitionsBackupName) } };
        return new k8s.networking.v1.NetworkPolicy(
            this.childName("policy"),
            {
                metadata: this.metadata(),
                spec: { podSelector, policyTypes: ["Ingress", "Egress"], egress: [...toAws] },
            },
            this.kubernetesOptions(),
        );
    }

    private createAccess(): pulumi.Resource[] {
        const { scope, namespaces } = this.args;
        const subject = { kind: "ServiceAccount", name: definitionsBackupName, namespace: scope.namespace };
        return [...namespaces].flatMap(([namespace, ready]) => {
            const suffix = namespace === scope.namespace ? "" : `-${namespace}`;
            const metadata = { ...this.metadata(), namespace };
            const role = new k8s.rbac.v1.Role(
                this.childName(`role${suffix}`),
                {
                    metadata,
                    rules: [
                        { apiGroups: [""], resources: ["configmaps"], verbs: ["list"] },
                        { apiGroups: ["external-secrets.io"], resources: ["externalsecrets"], verbs: ["list"] },
                    ],
                },
                this.kubernetesOptions(ready),
            );
            const binding = new k8s.rbac.v1.RoleBinding(
                this.childName(`role-binding${suffix}`),
                {
                    metadata,
                    subjects: [subject],
                    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: definitionsBackupName },
                },
                this.kubernetesOptions(ready),
            );
            return [role, binding];
        });
    }

    private createIdentity(): readonly pulumi.Resource[] {
        const { platform, system, namespace, dependsOn } = this.args.scope;
        const { cloud, bucket } = this.place;
        const { stack, environment, extraTags } = platform;
        return new PodIdentityRole(
            this.childName("identity"),
            {
                tags: { stack, environment, extraTags, system },
                clusterName: cloud.clusterName,
                accountId: cloud.accountId,
                region: cloud.region,
                namespace,
                serviceAccount: definitionsBackupName,
                statements: writeGrants({
                    bucketArn: bucket.arn,
                    prefix: definitionsPrefix,
                    keyArn: cloud.dataKeyArn,
                    service: `s3.${cloud.region}.amazonaws.com`,
                }),
            },
            this.childOptions({ dependsOn: [...dependsOn] }),
        ).ready;
    }

    private createCronJob(needs: readonly pulumi.Resource[]): void {
        const { scope, schedule } = this.args;
        const { cloud, bucket } = this.place;
        const plan = {
            configMapName: this.configMapName,
            place: { kind: "bucket", uri: `s3://${bucket.name}/${definitionsPrefix}`, region: cloud.region },
            serviceAccountName: definitionsBackupName,
            labels: labelsFor(scope, definitionsBackupName, "backup"),
            suffix: "json",
            userId: nobody,
            volumes: [tokenVolume],
        } as const;
        new k8s.batch.v1.CronJob(
            this.childName("backup"),
            { metadata: this.metadata(), spec: backupCronJob(plan, schedule, this.reader()) },
            this.kubernetesOptions(needs),
        );
    }

    private reader(): types.input.core.v1.Container {
        return scriptContainer("read", curlImage, "definitions.sh", {
            env: variables({
                API: "https://kubernetes.default.svc",
                ACCOUNT_DIR: tokenDirectory,
                NAMESPACES: [...this.args.namespaces.keys()].join(" "),
                WORK_DIR: workDirectory,
            }),
            resources: readerResources,
            volumeMounts: [
                mounts.scripts,
                mounts.temporary,
                mounts.work,
                { name: tokenVolume.name, mountPath: tokenDirectory, readOnly: true },
            ],
        });
    }

    /** A system has a bucket exactly on a platform on AWS. */
    private get place(): {
        readonly cloud: NonNullable<SystemScope["platform"]["aws"]>;
        readonly bucket: NonNullable<SystemScope["backupBucket"]>;
    } {
        const { platform, backupBucket } = this.args.scope;
        if (platform.aws === undefined || backupBucket === undefined) {
            throw new Error(`${this.name}: definitions are kept in the system's backup bucket, and it has none`);
        }
        return { cloud: platform.aws, bucket: backupBucket };
    }

    private get configMapName(): string {
        return filesName(definitionsBackupName, this.files);
    }

    private metadata(): { name: string; namespace: string; labels: Record<string, string> } {
        const { scope } = this.args;
        const labels = labelsFor(scope, definitionsBackupName, "backup");
        return { name: definitionsBackupName, namespace: scope.namespace, labels };
    }

    private kubernetesOptions(needs: readonly pulumi.Resource[] = []): pulumi.CustomResourceOptions {
        const { scope } = this.args;
        return this.childOptions({ provider: scope.platform.kubernetes, dependsOn: [...scope.dependsOn, ...needs] });
    }
}

/** A token of the pod's account, and the authority of the API server, for the one container that mounts it. */
const tokenVolume = {
    name: "token",
    projected: {
        defaultMode: 0o440,
        sources: [
            { serviceAccountToken: { path: "token", expirationSeconds: tokenSeconds } },
            { configMap: { name: "kube-root-ca.crt", items: [{ key: "ca.crt", path: "ca.crt" }] } },
        ],
    },
};
