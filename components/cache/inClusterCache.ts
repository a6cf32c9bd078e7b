import { createHash } from "node:crypto";
import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { PlatformConfig } from "../../config/schema";
import { Component } from "../component";
import type { SecretReference, StoreConnection } from "../connection";
import { labelsFor, selectorFor, type SystemScope } from "../context";
import { SystemSecret } from "../secrets/systemSecret";
import { CacheBackup } from "./backup";
import { authorityKey, serverCertificates } from "./certificates";
import { exporterJob, jobLabel, metricsPortName, serviceMonitor } from "../store/exporter";
import { exporterPort } from "./exporter";
import { serverPolicy } from "./networkPolicy";
import { scripts } from "./scripts";
import { cachePort, serverConfig } from "./serverConfig";
import type { CacheSpec } from "./spec";
import { configFile, directories, statefulSetSpec } from "./statefulSet";

export interface InClusterCacheArgs {
    readonly scope: SystemScope;
    /** Name of the store in its system. */
    readonly store: string;
    readonly spec: CacheSpec;
    /** When snapshots are taken, in UTC, and how long they are kept where no bucket does that. Changed in place. */
    readonly backups: PlatformConfig["data"]["backups"];
    /** Whether Pulumi refuses to delete the StatefulSet. Changed in place. */
    readonly protect: boolean;
}

/** Key of the Secret that holds the password. */
const passwordKey = "password";

/**
 * A cache server in the cluster: one hardened pod with a volume, a password that is rotated while it runs, and, where cert-manager is
 * installed, encrypted connections. It is one pod: a node that goes away takes it down for about a minute, until its volume is
 * attached elsewhere in the same zone.
 *
 * A new password reaches the server up to two minutes after the Secret: the kubelet refreshes mounted files about once a minute. A
 * service that is restarted in between is not ready until then, while its old pods go on.
 *
 * Costs the volume, $0.08 a GiB and month (Amazon EBS pricing, gp3 in us-east-1), and its share of a node.
 */
export class InClusterCache extends Component {
    readonly connection: StoreConnection;

    private readonly args: InClusterCacheArgs;
    /** Name of everything in Kubernetes. */
    private readonly kubernetesName: string;
    private readonly monitored: boolean;

    constructor(name: string, args: InClusterCacheArgs, opts: pulumi.ComponentResourceOptions) {
        super("platform:cache:InClusterCache", name, opts);
        this.args = args;
        this.kubernetesName = args.spec.kubernetesName ?? args.store;
        this.monitored = args.scope.platform.addons.has("monitoring");

        const credentials = this.createCredentials();
        const certificate = this.createCertificate();
        const config = this.createConfig(certificate !== undefined);
        const account = this.createServiceAccount();
        const policy = this.createNetworkPolicy();
        const server = this.createServer(credentials, certificate, config, [account, policy]);
        const service = this.createService();
        this.createDisruptionBudget();
        this.createMonitor();

        this.connection = this.connectionTo(credentials, certificate, [server, service]);
        this.createBackup();
        this.registerOutputs({ host: this.connection.host, port: this.connection.port });
    }

    private createCredentials(): SecretReference {
        const secret = new SystemSecret(
            this.childName("credentials"),
            {
                scope: this.args.scope,
                kubernetesName: `${this.kubernetesName}-credentials`,
                values: { [passwordKey]: {} },
            },
            this.childOptions(),
        );
        return secret.reference;
    }

    /** The Secret with the server's certificate, or nothing where nobody can sign one. */
    private createCertificate(): SecretReference | undefined {
        const { platform, namespace } = this.args.scope;
        if (!platform.addons.has("certManager")) {
            return undefined;
        }
        const { objects, secretName } = serverCertificates(this.kubernetesName, namespace, this.labels);
        let dependsOn = [...this.args.scope.dependsOn];
        for (const { suffix, body } of objects) {
            const object = new k8s.apiextensions.CustomResource(
                this.childName(suffix),
                body,
                this.kubernetesOptions({ dependsOn }),
            );
            dependsOn = [object];
        }
        return { name: secretName, keys: ["ca.crt", "tls.crt", "tls.key"], dependsOn };
    }

    private createConfig(encrypted: boolean): { readonly resource: k8s.core.v1.ConfigMap; readonly digest: string } {
        const data = {
            ...scripts,
            [configFile]: serverConfig({
                spec: this.args.spec,
                tlsDirectory: encrypted ? directories.tls : undefined,
                dataDirectory: directories.data,
            }),
        };
        const resource = new k8s.core.v1.ConfigMap(
            this.childName("config"),
            { metadata: this.metadata(this.configMapName), data },
            this.kubernetesOptions(),
        );
        return { resource, digest: createHash("sha256").update(JSON.stringify(data)).digest("hex").slice(0, 16) };
    }

    private createServiceAccount(): pulumi.Resource {
        return new k8s.core.v1.ServiceAccount(
            this.childName("account"),
            { metadata: this.metadata(), automountServiceAccountToken: false },
            this.kubernetesOptions(),
        );
    }

    /** The address of the server. It keeps its IP when the pod changes, so no client holds on to an old one. */
    private createService(): pulumi.Resource {
        const { system } = this.args.scope;
        const metadata = this.metadata();
        return new k8s.core.v1.Service(
            this.childName("service"),
            {
                metadata: {
                    ...metadata,
                    labels: { ...metadata.labels, [jobLabel]: exporterJob(system, this.args.store) },
                },
                spec: {
                    type: "ClusterIP",
                    selector: this.selector,
                    ports: [
                        { name: "redis", port: cachePort, targetPort: cachePort, protocol: "TCP" },
                        ...(this.monitored
                            ? [
                                  {
                                      name: metricsPortName,
                                      port: exporterPort,
                                      targetPort: exporterPort,
                                      protocol: "TCP",
                                  },
                              ]
                            : []),
                    ],
                },
            },
            this.kubernetesOptions(),
        );
    }

    private createNetworkPolicy(): pulumi.Resource {
        return new k8s.networking.v1.NetworkPolicy(
            this.childName("policy"),
            { metadata: this.metadata(), spec: serverPolicy(this.selector, this.args.store, this.monitored) },
            this.kubernetesOptions(),
        );
    }

    private createServer(
        credentials: SecretReference,
        certificate: SecretReference | undefined,
        config: { readonly resource: pulumi.Resource; readonly digest: string },
        surroundings: readonly pulumi.Resource[],
    ): pulumi.Resource {
        return new k8s.apps.v1.StatefulSet(
            this.childName("server"),
            {
                metadata: this.metadata(),
                spec: statefulSetSpec({
                    name: this.kubernetesName,
                    spec: this.args.spec,
                    labels: this.labels,
                    selector: this.selector,
                    configMapName: this.configMapName,
                    configDigest: config.digest,
                    secretName: credentials.name,
                    passwordKey,
                    tlsSecretName: certificate?.name,
                    monitored: this.monitored,
                }),
            },
            this.kubernetesOptions({
                protect: this.args.protect,
                dependsOn: [
                    ...this.args.scope.dependsOn,
                    ...credentials.dependsOn,
                    ...(certificate?.dependsOn ?? []),
                    config.resource,
                    ...surroundings,
                ],
            }),
        );
    }

    /** The one pod may always be moved, or no node could ever be drained. */
    private createDisruptionBudget(): void {
        new k8s.policy.v1.PodDisruptionBudget(
            this.childName("disruption-budget"),
            {
                metadata: this.metadata(),
                spec: {
                    maxUnavailable: 1,
                    unhealthyPodEvictionPolicy: "AlwaysAllow",
                    selector: { matchLabels: this.selector },
                },
            },
            this.kubernetesOptions(),
        );
    }

    private createMonitor(): void {
        if (!this.monitored) {
            return;
        }
        const { system, platform } = this.args.scope;
        new k8s.apiextensions.CustomResource(
            this.childName("monitor"),
            serviceMonitor({
                ...this.metadata(),
                job: exporterJob(system, this.args.store),
                intervalSeconds: platform.observability.scrapeIntervalSeconds,
            }),
            this.kubernetesOptions(),
        );
    }

    private createBackup(): void {
        const { scope, store, spec, backups } = this.args;
        new CacheBackup(
            this.childName("backups"),
            { scope, store, spec, backups, connection: this.connection },
            this.childOptions(),
        );
    }

    private connectionTo(
        secret: SecretReference,
        certificate: SecretReference | undefined,
        dependsOn: readonly pulumi.Resource[],
    ): StoreConnection {
        const { system, namespace } = this.args.scope;
        return {
            kind: "redis",
            name: this.args.store,
            host: `${this.kubernetesName}.${namespace}.svc.cluster.local`,
            port: cachePort,
            tls: certificate !== undefined,
            ...(certificate && {
                certificateAuthority: { secret: { ...certificate, keys: [authorityKey] }, key: authorityKey },
            }),
            secret,
            passwordKey,
            network: { kind: "pods", namespace, labels: this.selector },
            exporterJob: exporterJob(system, this.args.store),
            dependsOn,
        };
    }

    private get configMapName(): string {
        return `${this.kubernetesName}-config`;
    }

    private get labels(): Record<string, string> {
        return labelsFor(this.args.scope, this.kubernetesName, "cache");
    }

    private get selector(): Record<string, string> {
        return selectorFor(this.args.scope, this.kubernetesName);
    }

    private metadata(name = this.kubernetesName): { name: string; namespace: string; labels: Record<string, string> } {
        return { name, namespace: this.args.scope.namespace, labels: this.labels };
    }

    private kubernetesOptions(opts?: pulumi.CustomResourceOptions): pulumi.CustomResourceOptions {
        return this.childOptions({
            provider: this.args.scope.platform.kubernetes,
            dependsOn: [...this.args.scope.dependsOn],
            ...opts,
        });
    }
}
