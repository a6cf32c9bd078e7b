import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { toAws } from "../backup/network";
import { mounts, podSecurity, scriptContainer, scriptsVolume, temporaryVolume, variables } from "../backup/pods";
import { filesName, scriptFiles } from "../backup/scriptFiles";
import { transferImage, transferResources } from "../backup/transfer";
import { Component } from "../component";
import { PodIdentityRole } from "../identity/podIdentity";
import { monitoringNamespace, rotationCheck } from "../observability/names";
import { imageByTag, PolicyExceptions } from "../policyExceptions";
import type { TagContext } from "../tags";

export interface RotationCheckArgs {
    /** Tags of the role. The environment and the stack in them say whose secrets are looked at. Changed in place. */
    readonly tags: TagContext;
    /** Provider of the cluster. */
    readonly provider: k8s.Provider;
    /** The cluster whose pods may ask Secrets Manager. A change replaces the role. */
    readonly clusterName: string;
    readonly accountId: pulumi.Input<string>;
    readonly region: string;
    /** What must exist before: the namespace of monitoring. */
    readonly dependsOn: readonly pulumi.Resource[];
}

/** User and group of the pod. Nothing in the image belongs to it. */
const userId = 65534;

const labels = { "app.kubernetes.io/name": rotationCheck.name, "app.kubernetes.io/managed-by": "pulumi" } as const;

/**
 * Asks Secrets Manager once a day whether every secret of the environment is rotated in time. The job fails when one is not, and its log
 * says which; the alert `SecretRotationOverdue` fires when no run has succeeded for longer than a day. Nothing else knows: Secrets Manager
 * has no metric about rotation, and the External Secrets Operator copies what is there, however old.
 *
 * Its role may list the account's secrets, which AWS narrows to nothing: names, tags and dates, no values.
 *
 * Costs next to nothing: a pod for some seconds a day, and a call or two (AWS Secrets Manager pricing: $0.05 for 10,000).
 *
 * @example
 * new RotationCheck("rotation-check", { tags, provider: cluster.provider, clusterName, accountId, region, dependsOn: monitoring.ready });
 */
export class RotationCheck extends Component {
    private readonly args: RotationCheckArgs;
    private readonly files = scriptFiles("secrets", "check-rotation.sh");

    constructor(name: string, args: RotationCheckArgs, opts?: pulumi.ComponentResourceOptions) {
        super("platform:secrets:RotationCheck", name, opts);
        this.args = args;

        const files = this.createFiles();
        const account = this.createServiceAccount();
        const policy = this.createNetworkPolicy();
        const identity = this.createIdentity();
        this.createCronJob([files, account, policy, ...identity.ready]);
        this.exceptPolicies();
        this.registerOutputs({});
    }

    private createFiles(): pulumi.Resource {
        return new k8s.core.v1.ConfigMap(
            this.childName("files"),
            {
                metadata: { ...this.metadata, name: this.configMapName },
                immutable: true,
                data: { ...this.files },
            },
            this.options(),
        );
    }

    private createServiceAccount(): pulumi.Resource {
        return new k8s.core.v1.ServiceAccount(
            this.childName("account"),
            { metadata: this.metadata, automountServiceAccountToken: false },
            this.options(),
        );
    }

    private createNetworkPolicy(): pulumi.Resource {
        return new k8s.networking.v1.NetworkPolicy(
            this.childName("policy"),
            {
                metadata: this.metadata,
                spec: { podSelector: { matchLabels: labels }, policyTypes: ["Egress"], egress: [...toAws] },
            },
            this.options(),
        );
    }

    private createIdentity(): PodIdentityRole {
        const { tags, clusterName, accountId, region, dependsOn } = this.args;
        return new PodIdentityRole(
            this.childName("identity"),
            {
                tags,
                clusterName,
                accountId,
                region,
                namespace: monitoringNamespace,
                serviceAccount: rotationCheck.name,
                statements: [{ sid: "ListSecrets", actions: ["secretsmanager:ListSecrets"], resources: ["*"] }],
            },
            this.childOptions({ dependsOn: [...dependsOn] }),
        );
    }

    private exceptPolicies(): void {
        if (this.args.tags.environment !== "prod") {
            return;
        }
        new PolicyExceptions(
            this.childName("exceptions"),
            [imageByTag(transferImage.replace(/:.*/, ":*"))],
            this.childOptions(),
        );
    }

    private createCronJob(needs: readonly pulumi.Resource[]): void {
        const { tags, region } = this.args;
        const container = scriptContainer("check", transferImage, "check-rotation.sh", {
            env: variables({
                ENVIRONMENT: tags.environment,
                STACK: tags.stack,
                AWS_REGION: region,
                WORK_DIR: mounts.temporary.mountPath,
                // The image's user is root, whose home nobody else may enter.
                HOME: mounts.temporary.mountPath,
            }),
            resources: transferResources,
            volumeMounts: [mounts.scripts, mounts.temporary],
        });
        new k8s.batch.v1.CronJob(
            this.childName("cronjob"),
            {
                metadata: this.metadata,
                spec: {
                    schedule: rotationCheck.schedule,
                    timeZone: "Etc/UTC",
                    concurrencyPolicy: "Forbid",
                    // A schedule that was missed while the control plane was away is caught up within an hour.
                    startingDeadlineSeconds: 3600,
                    successfulJobsHistoryLimit: 1,
                    failedJobsHistoryLimit: 3,
                    jobTemplate: {
                        metadata: { labels },
                        spec: {
                            backoffLimit: 2,
                            activeDeadlineSeconds: 600,
                            template: {
                                metadata: { labels },
                                spec: {
                                    serviceAccountName: rotationCheck.name,
                                    automountServiceAccountToken: false,
                                    enableServiceLinks: false,
                                    restartPolicy: "Never",
                                    securityContext: podSecurity(userId),
                                    containers: [container],
                                    volumes: [scriptsVolume(this.configMapName), temporaryVolume],
                                },
                            },
                        },
                    },
                },
            },
            this.options(needs),
        );
    }

    private get configMapName(): string {
        return filesName(rotationCheck.name, this.files);
    }

    private get metadata(): { name: string; namespace: string; labels: Record<string, string> } {
        return { name: rotationCheck.name, namespace: monitoringNamespace, labels: { ...labels } };
    }

    private options(
        needs: readonly pulumi.Resource[] = [],
    ): pulumi.CustomResourceOptions & { parent: pulumi.Resource } {
        const { provider, dependsOn } = this.args;
        return this.childOptions({ provider, dependsOn: [...dependsOn, ...needs] });
    }
}
