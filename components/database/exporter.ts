import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { NetworkTarget, SecretReference } from "../connection";
import { engines } from "./engines";
import { exporterJob, jobLabel, metricsPortName, serviceMonitor } from "../store/exporter";
import { remoteExporter } from "./exporterPod";
import { exporterPolicy } from "./networkPolicies";
import { DatabasePart, type DatabasePartArgs } from "./part";
import { credentialsVolume, podSecurity, scriptsVolume } from "../backup/pods";
import { exporterFiles, filesName } from "./scripts";

export interface ManagedExporterArgs extends DatabasePartArgs {
    /** Address of the primary. The pod is replaced when it changes. */
    readonly host: pulumi.Input<string>;
    readonly network: NetworkTarget;
    readonly secret: SecretReference;
}

/** `nobody`, the user of the exporters' images. */
const exporterUser = 65534;

/**
 * The exporter of a managed database, as a pod of its own: RDS runs nothing but the database. Its metrics have the names and the job
 * that an in-cluster database's have, so dashboards and alerts do not differ.
 */
export class ManagedExporter extends DatabasePart {
    constructor(
        name: string,
        private readonly args: ManagedExporterArgs,
        opts: pulumi.ComponentResourceOptions,
    ) {
        super("platform:database:ManagedExporter", name, args, opts);

        const files = this.createFiles();
        const account = this.createServiceAccount();
        const policy = this.createNetworkPolicy();
        this.createDeployment([files, account, policy]);
        this.createService();
        this.createMonitor();
        this.registerOutputs({ job: this.job });
    }

    private createFiles(): pulumi.Resource {
        return new k8s.core.v1.ConfigMap(
            this.childName("files"),
            {
                metadata: { ...this.metadata(this.exporterName, "exporter"), name: this.configMapName },
                immutable: true,
                data: { ...exporterFiles() },
            },
            this.kubernetesOptions(),
        );
    }

    private createServiceAccount(): pulumi.Resource {
        return new k8s.core.v1.ServiceAccount(
            this.childName("account"),
            { metadata: this.metadata(this.exporterName, "exporter"), automountServiceAccountToken: false },
            this.kubernetesOptions(),
        );
    }

    private createNetworkPolicy(): pulumi.Resource {
        return new k8s.networking.v1.NetworkPolicy(
            this.childName("policy"),
            {
                metadata: this.metadata(this.exporterName, "exporter"),
                spec: exporterPolicy(this.spec.engine, this.selector(this.exporterName), this.args.network),
            },
            this.kubernetesOptions(),
        );
    }

    private createDeployment(needs: readonly pulumi.Resource[]): void {
        const { host, secret } = this.args;
        new k8s.apps.v1.Deployment(
            this.childName("deployment"),
            {
                metadata: this.metadata(this.exporterName, "exporter"),
                spec: {
                    replicas: 1,
                    revisionHistoryLimit: 2,
                    // Two exporters at once would count everything twice.
                    strategy: { type: "Recreate" },
                    selector: { matchLabels: this.selector(this.exporterName) },
                    template: {
                        metadata: { labels: this.labels(this.exporterName, "exporter") },
                        spec: {
                            serviceAccountName: this.exporterName,
                            automountServiceAccountToken: false,
                            enableServiceLinks: false,
                            securityContext: podSecurity(exporterUser),
                            containers: [remoteExporter(this.spec, host)],
                            volumes: [scriptsVolume(this.configMapName), credentialsVolume(secret.name)],
                        },
                    },
                },
            },
            this.kubernetesOptions([...secret.dependsOn, ...needs]),
        );
    }

    private createService(): void {
        const { port } = engines[this.spec.engine].exporter;
        const metadata = this.metadata(this.exporterName, "exporter");
        new k8s.core.v1.Service(
            this.childName("service"),
            {
                metadata: { ...metadata, labels: { ...metadata.labels, [jobLabel]: this.job } },
                spec: {
                    type: "ClusterIP",
                    selector: this.selector(this.exporterName),
                    ports: [{ name: metricsPortName, port, targetPort: port, protocol: "TCP" }],
                },
            },
            this.kubernetesOptions(),
        );
    }

    private createMonitor(): void {
        const { scrapeIntervalSeconds: intervalSeconds } = this.scope.platform.observability;
        new k8s.apiextensions.CustomResource(
            this.childName("monitor"),
            serviceMonitor({ ...this.metadata(this.exporterName, "exporter"), job: this.job, intervalSeconds }),
            this.kubernetesOptions(),
        );
    }

    private get exporterName(): string {
        return `${this.kubernetesName}-exporter`;
    }

    private get configMapName(): string {
        return filesName(this.exporterName, exporterFiles());
    }

    private get job(): string {
        return exporterJob(this.scope.system, this.store);
    }
}
