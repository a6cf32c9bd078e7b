import type * as aws from "@pulumi/aws";
import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { NetworkTarget, SecretReference } from "../connection";
import type { AwsContext } from "../context";
import { PodIdentityRole } from "../identity/podIdentity";
import { transferImage } from "../backup/transfer";
import { engineImage, engines } from "./engines";
import { workerPolicy } from "./networkPolicies";
import { DatabasePart, type DatabasePartArgs } from "./part";
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
} from "../backup/pods";
import { helperAmounts, kubernetesResources, passwordSetterAmounts } from "./resources";
import { filesName, masterLoginFiles } from "./scripts";

export interface MasterLoginArgs extends DatabasePartArgs {
    readonly cloud: AwsContext;
    readonly instance: aws.rds.Instance;
    readonly network: NetworkTarget;
    /** The Secret whose password the master user shall have. */
    readonly secret: SecretReference;
}

/**
 * Keeps the master password of an RDS instance equal to a Secret: one container tries the Secret's password on the server, the other
 * tells RDS when the server refuses it. So a rotation needs neither the old password nor a function with a database driver, and an
 * interrupted one heals. New connections fail for the minute or two that RDS takes.
 *
 * The pod is ready while the password is accepted; it is what the services wait for at the first deployment. Its role may modify this
 * one instance; IAM has no way to allow the password alone.
 */
export class MasterLogin extends DatabasePart {
    /** What waits for the password to be accepted. */
    readonly ready: pulumi.Resource;

    constructor(
        name: string,
        private readonly args: MasterLoginArgs,
        opts: pulumi.ComponentResourceOptions,
    ) {
        super("platform:database:MasterLogin", name, args, opts);

        const files = this.createFiles();
        const account = this.createServiceAccount();
        const policy = this.createNetworkPolicy();
        const identity = this.createIdentity();
        this.ready = this.createDeployment([files, account, policy, ...identity.ready, ...args.secret.dependsOn]);
        this.registerOutputs({});
    }

    private createFiles(): pulumi.Resource {
        return new k8s.core.v1.ConfigMap(
            this.childName("files"),
            {
                metadata: { ...this.metadata(this.keeperName, "master-login"), name: this.configMapName },
                immutable: true,
                data: { ...masterLoginFiles(this.spec.engine) },
            },
            this.kubernetesOptions(),
        );
    }

    private createServiceAccount(): pulumi.Resource {
        return new k8s.core.v1.ServiceAccount(
            this.childName("account"),
            { metadata: this.metadata(this.keeperName, "master-login"), automountServiceAccountToken: false },
            this.kubernetesOptions(),
        );
    }

    private createNetworkPolicy(): pulumi.Resource {
        return new k8s.networking.v1.NetworkPolicy(
            this.childName("policy"),
            {
                metadata: this.metadata(this.keeperName, "master-login"),
                spec: workerPolicy(this.spec.engine, this.selector(this.keeperName), this.args.network, true),
            },
            this.kubernetesOptions(),
        );
    }

    private createIdentity(): PodIdentityRole {
        const { cloud, instance } = this.args;
        return new PodIdentityRole(
            this.childName("identity"),
            {
                tags: this.tagContext,
                clusterName: cloud.clusterName,
                accountId: cloud.accountId,
                region: cloud.region,
                namespace: this.scope.namespace,
                serviceAccount: this.keeperName,
                statements: [{ sid: "SetPassword", actions: ["rds:ModifyDBInstance"], resources: [instance.arn] }],
            },
            this.childOptions({ dependsOn: [...this.scope.dependsOn] }),
        );
    }

    private createDeployment(needs: readonly pulumi.Resource[]): pulumi.Resource {
        return new k8s.apps.v1.Deployment(
            this.childName("deployment"),
            {
                metadata: this.metadata(this.keeperName, "master-login"),
                spec: {
                    replicas: 1,
                    revisionHistoryLimit: 2,
                    // Two at once would ask RDS for the same thing twice.
                    strategy: { type: "Recreate" },
                    selector: { matchLabels: this.selector(this.keeperName) },
                    template: {
                        metadata: { labels: this.labels(this.keeperName, "master-login") },
                        spec: {
                            serviceAccountName: this.keeperName,
                            automountServiceAccountToken: false,
                            enableServiceLinks: false,
                            securityContext: podSecurity(engines[this.spec.engine].userId),
                            containers: [this.checkContainer(), this.setContainer()],
                            volumes: [
                                scriptsVolume(this.configMapName),
                                credentialsVolume(this.args.secret.name),
                                temporaryVolume,
                                { name: mounts.work.name, emptyDir: { medium: "Memory", sizeLimit: "1Mi" } },
                            ],
                        },
                    },
                },
            },
            this.kubernetesOptions(needs),
        );
    }

    private checkContainer(): k8s.types.input.core.v1.Container {
        const { instance } = this.args;
        return scriptContainer("check", engineImage(this.spec), "check-login.sh", {
            env: variables({
                ENGINE: this.spec.engine,
                DB_HOST: instance.address,
                DB_PORT: String(engines[this.spec.engine].port),
                DB_NAME: this.spec.databaseName,
                DB_USER: this.spec.username,
                PASSWORD_FILE: passwordFile,
                WORK_DIR: workDirectory,
            }),
            readinessProbe: { exec: { command: ["test", "-e", `${workDirectory}/accepted`] }, periodSeconds: 10 },
            resources: kubernetesResources(helperAmounts),
            volumeMounts: [mounts.scripts, mounts.credentials, mounts.temporary, mounts.work],
        });
    }

    private setContainer(): k8s.types.input.core.v1.Container {
        const { instance, cloud } = this.args;
        return scriptContainer("set", transferImage, "set-master-login.sh", {
            env: variables({
                DB_INSTANCE: instance.identifier,
                PASSWORD_FILE: passwordFile,
                WORK_DIR: workDirectory,
                AWS_REGION: cloud.region,
                HOME: mounts.temporary.mountPath,
            }),
            resources: kubernetesResources(passwordSetterAmounts),
            volumeMounts: [mounts.scripts, mounts.credentials, mounts.temporary, mounts.work],
        });
    }

    private get keeperName(): string {
        return `${this.kubernetesName}-master-login`;
    }

    private get configMapName(): string {
        return filesName(this.keeperName, masterLoginFiles(this.spec.engine));
    }
}
