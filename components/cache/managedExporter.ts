import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { Component } from "../component";
import { labelsFor, selectorFor, type SystemScope } from "../context";
import type { SecretReference } from "../connection";
import { exporterJob, jobLabel, metricsPortName, serviceMonitor } from "../store/exporter";
import { exporterContainer, exporterPort } from "./exporter";
import { exporterPolicy } from "./networkPolicy";

export interface ManagedExporterArgs {
    readonly scope: SystemScope;
    /** Name of the store in its system. */
    readonly store: string;
    /** Name of everything in Kubernetes. */
    readonly kubernetesName: string;
    /** Address of the cache, with its scheme. The pod is replaced when it changes. */
    readonly address: pulumi.Input<string>;
    /** Where the cache may be. */
    readonly cacheCidrs: readonly string[];
    readonly secret: SecretReference;
    readonly passwordKey: string;
}

/** User of the exporter's own image. */
const exporterUser = 59000;

/**
 * The exporter of a managed cache, as a pod of its own: ElastiCache runs nothing but the cache. Its metrics have the names and the job
 * that an in-cluster cache's have, so dashboards and alerts do not differ.
 */
export class ManagedExporter extends Component {
    private readonly args: ManagedExporterArgs;

    constructor(name: string, args: ManagedExporterArgs, opts: pulumi.ComponentResourceOptions) {
        super("platform:cache:ManagedExporter", name, opts);
        this.args = args;

        const account = this.createServiceAccount();
        const policy = this.createNetworkPolicy();
        this.createDeployment([account, policy]);
        this.createService();
        this.createMonitor();
        this.registerOutputs({ job: this.job });
    }

    private createServiceAccount(): pulumi.Resource {
        return new k8s.core.v1.ServiceAccount(
            this.childName("account"),
            { metadata: this.metadata(), automountServiceAccountToken: false },
            this.kubernetesOptions(),
        );
    }

    private createNetworkPolicy(): pulumi.Resource {
        return new k8s.networking.v1.NetworkPolicy(
            this.childName("policy"),
            { metadata: this.metadata(), spec: exporterPolicy(this.selector, this.args.cacheCidrs) },
            this.kubernetesOptions(),
        );
    }

    private createDeployment(needs: readonly pulumi.Resource[]): void {
        const { scope, address, secret, passwordKey, kubernetesName } = this.args;
        const reloads = scope.platform.addons.has("reloader");
        new k8s.apps.v1.Deployment(
            this.childName("deployment"),
            {
                metadata: {
                    ...this.metadata(),
                    // It reads the token when it starts, so it starts anew when the token has changed.
                    annotations: reloads ? { "secret.reloader.stakater.com/reload": secret.name } : {},
                },
                spec: {
                    replicas: 1,
                    revisionHistoryLimit: 2,
                    selector: { matchLabels: this.selector },
                    template: {
                        metadata: { labels: this.labels },
                        spec: {
                            serviceAccountName: kubernetesName,
                            automountServiceAccountToken: false,
                            enableServiceLinks: false,
                            securityContext: {
                                runAsNonRoot: true,
                                runAsUser: exporterUser,
                                runAsGroup: exporterUser,
                                seccompProfile: { type: "RuntimeDefault" },
                            },
                            containers: [
                                exporterContainer({
                                    address,
                                    password: { secretName: secret.name, key: passwordKey },
                                    configReadable: false,
                                    volumeMounts: [],
                                }),
                            ],
                        },
                    },
                },
            },
            this.kubernetesOptions([...secret.dependsOn, ...needs]),
        );
    }

    private createService(): void {
        const metadata = this.metadata();
        new k8s.core.v1.Service(
            this.childName("service"),
            {
                metadata: { ...metadata, labels: { ...metadata.labels, [jobLabel]: this.job } },
                spec: {
                    type: "ClusterIP",
                    selector: this.selector,
                    ports: [{ name: metricsPortName, port: exporterPort, targetPort: exporterPort, protocol: "TCP" }],
                },
            },
            this.kubernetesOptions(),
        );
    }

    private createMonitor(): void {
        const { scrapeIntervalSeconds: intervalSeconds } = this.args.scope.platform.observability;
        new k8s.apiextensions.CustomResource(
            this.childName("monitor"),
            serviceMonitor({ ...this.metadata(), job: this.job, intervalSeconds }),
            this.kubernetesOptions(),
        );
    }

    private get job(): string {
        return exporterJob(this.args.scope.system, this.args.store);
    }

    private get labels(): Record<string, string> {
        return labelsFor(this.args.scope, this.args.kubernetesName, "exporter");
    }

    private get selector(): Record<string, string> {
        return selectorFor(this.args.scope, this.args.kubernetesName);
    }

    private metadata(): { name: string; namespace: string; labels: Record<string, string> } {
        return { name: this.args.kubernetesName, namespace: this.args.scope.namespace, labels: this.labels };
    }

    private kubernetesOptions(needs: readonly pulumi.Resource[] = []): pulumi.CustomResourceOptions {
        return this.childOptions({
            provider: this.args.scope.platform.kubernetes,
            dependsOn: [...this.args.scope.dependsOn, ...needs],
        });
    }
}
