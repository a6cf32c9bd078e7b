import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { SecretReference, StoreConnection } from "../connection";
import { SystemSecret } from "../secrets/systemSecret";
import { engines } from "./engines";
import { exporterJob, jobLabel, metricsPortName, serviceMonitor } from "../store/exporter";
import { serverPolicy } from "./networkPolicies";
import { DatabasePart, type DatabasePartArgs } from "./part";
import { passwordKey } from "../backup/pods";
import { filesName, serverFiles } from "./scripts";
import { statefulSetSpec } from "./serverPod";
import { inClusterMaxConnections } from "./spec";

export interface InClusterDatabaseArgs extends DatabasePartArgs {
    /** Whether Pulumi refuses to delete the StatefulSet. Changed in place. */
    readonly protect: boolean;
}

/**
 * A database server in the cluster: one hardened pod with a volume, encrypted connections only, and a password that is rotated while it
 * runs. It is one pod: a node that goes away takes it down for about a minute, until its volume is attached elsewhere in the
 * same zone. There is no point-in-time recovery; a restore starts from the last dump.
 *
 * Costs the volume, $0.08 a GiB and month (Amazon EBS pricing, gp3 in us-east-1), and its share of a node.
 */
export class InClusterDatabase extends DatabasePart {
    readonly connection: StoreConnection;

    private readonly monitored: boolean;
    private readonly configMapName: string;

    constructor(name: string, args: InClusterDatabaseArgs, opts: pulumi.ComponentResourceOptions) {
        super("platform:database:InClusterDatabase", name, args, opts);
        this.monitored = this.scope.platform.addons.has("monitoring");
        this.configMapName = filesName(`${this.kubernetesName}-server`, serverFiles(this.spec.engine));

        const credentials = this.createCredentials();
        const files = this.createFiles();
        const account = this.createServiceAccount();
        const policy = this.createNetworkPolicy();
        const service = this.createService();
        const headless = this.createHeadlessService();
        const server = this.createServer(credentials, [files, account, policy, headless], args.protect);
        this.createDisruptionBudget();
        this.createMonitor();

        this.connection = this.connectionTo(credentials, [server, service]);
        this.registerOutputs({ host: this.connection.host, port: this.connection.port });
    }

    private createCredentials(): SecretReference {
        const secret = new SystemSecret(
            this.childName("credentials"),
            {
                scope: this.scope,
                kubernetesName: this.credentialsName,
                ...this.awsName,
                values: { [passwordKey]: {} },
            },
            this.childOptions({ aliases: [{ type: "platform:secrets:ImportedSecret" }] }),
        );
        return secret.reference;
    }

    private createFiles(): pulumi.Resource {
        return new k8s.core.v1.ConfigMap(
            this.childName("files"),
            {
                metadata: { ...this.metadata(this.kubernetesName), name: this.configMapName },
                immutable: true,
                data: { ...serverFiles(this.spec.engine) },
            },
            this.kubernetesOptions(),
        );
    }

    private createServiceAccount(): pulumi.Resource {
        return new k8s.core.v1.ServiceAccount(
            this.childName("account"),
            { metadata: this.metadata(this.kubernetesName), automountServiceAccountToken: false },
            this.kubernetesOptions(),
        );
    }

    private createNetworkPolicy(): pulumi.Resource {
        const pods = this.selector(this.kubernetesName);
        return new k8s.networking.v1.NetworkPolicy(
            this.childName("policy"),
            {
                metadata: this.metadata(this.kubernetesName),
                spec: serverPolicy(this.spec.engine, pods, this.store, this.monitored),
            },
            this.kubernetesOptions(),
        );
    }

    /** The address of the server. It keeps its IP when the pod changes, so no client holds on to an old one. */
    private createService(): pulumi.Resource {
        const { port, kind } = engines[this.spec.engine];
        return new k8s.core.v1.Service(
            this.childName("service"),
            {
                metadata: this.metadata(this.kubernetesName),
                spec: {
                    type: "ClusterIP",
                    selector: this.selector(this.kubernetesName),
                    ports: [{ name: kind, port, targetPort: port, protocol: "TCP" }],
                },
            },
            this.kubernetesOptions(),
        );
    }

    /** What gives the pod a name of its own, and Prometheus a place to find the exporter. */
    private createHeadlessService(): pulumi.Resource {
        const { port, kind, exporter } = engines[this.spec.engine];
        const metadata = this.metadata(this.kubernetesName);
        const metrics = { name: metricsPortName, port: exporter.port, targetPort: exporter.port, protocol: "TCP" };
        return new k8s.core.v1.Service(
            this.childName("headless-service"),
            {
                metadata: {
                    ...metadata,
                    name: this.headlessName,
                    labels: { ...metadata.labels, [jobLabel]: this.job },
                    // Pulumi would wait for pods here, and the pods come after the Service.
                    annotations: { "pulumi.com/skipAwait": "true" },
                },
                spec: {
                    type: "ClusterIP",
                    clusterIP: "None",
                    selector: this.selector(this.kubernetesName),
                    ports: [
                        { name: kind, port, targetPort: port, protocol: "TCP" },
                        ...(this.monitored ? [metrics] : []),
                    ],
                    // A server that refuses its clients is scraped all the more.
                    publishNotReadyAddresses: true,
                },
            },
            this.kubernetesOptions(),
        );
    }

    private createServer(
        credentials: SecretReference,
        surroundings: readonly pulumi.Resource[],
        protect: boolean,
    ): pulumi.Resource {
        return new k8s.apps.v1.StatefulSet(
            this.childName("server"),
            {
                metadata: this.metadata(this.kubernetesName),
                spec: statefulSetSpec({
                    name: this.kubernetesName,
                    headlessName: this.headlessName,
                    spec: this.spec,
                    labels: this.labels(this.kubernetesName, "database"),
                    selector: this.selector(this.kubernetesName),
                    configMapName: this.configMapName,
                    secretName: credentials.name,
                    monitored: this.monitored,
                }),
            },
            this.kubernetesOptions([...credentials.dependsOn, ...surroundings], {
                protect,
                // Kubernetes cannot change it, and a replaced StatefulSet would find the same volume again.
                ignoreChanges: ["spec.volumeClaimTemplates"],
            }),
        );
    }

    /** The one pod may always be moved, or no node could ever be drained. */
    private createDisruptionBudget(): void {
        new k8s.policy.v1.PodDisruptionBudget(
            this.childName("disruption-budget"),
            {
                metadata: this.metadata(this.kubernetesName),
                spec: {
                    maxUnavailable: 1,
                    unhealthyPodEvictionPolicy: "AlwaysAllow",
                    selector: { matchLabels: this.selector(this.kubernetesName) },
                },
            },
            this.kubernetesOptions(),
        );
    }

    private createMonitor(): void {
        if (!this.monitored) {
            return;
        }
        const { scrapeIntervalSeconds: intervalSeconds } = this.scope.platform.observability;
        new k8s.apiextensions.CustomResource(
            this.childName("monitor"),
            serviceMonitor({ ...this.metadata(this.kubernetesName), job: this.job, intervalSeconds }),
            this.kubernetesOptions(),
        );
    }

    private connectionTo(secret: SecretReference, dependsOn: readonly pulumi.Resource[]): StoreConnection {
        const { namespace } = this.scope;
        const { kind, port } = engines[this.spec.engine];
        return {
            kind,
            name: this.store,
            host: `${this.kubernetesName}.${namespace}.svc.cluster.local`,
            port,
            tls: true,
            databaseName: this.spec.databaseName,
            username: this.spec.username,
            secret,
            passwordKey,
            network: { kind: "pods", namespace, labels: this.selector(this.kubernetesName) },
            exporterJob: this.job,
            maxConnections: inClusterMaxConnections(this.spec),
            dependsOn,
        };
    }

    private get headlessName(): string {
        return `${this.kubernetesName}-headless`;
    }

    private get job(): string {
        return exporterJob(this.scope.system, this.store);
    }
}
