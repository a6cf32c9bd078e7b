import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { ApiService } from "../apiService/apiService";
import { BackupBucket } from "../backup/backupBucket";
import { DefinitionsBackup } from "../backup/definitionsBackup";
import { Cache } from "../cache/cache";
import { Component } from "../component";
import type { SecretReference, StoreConnection } from "../connection";
import type { PlatformContext, SystemScope } from "../context";
import { Cdn, originCidrs } from "../edge/cdn";
import { Database } from "../database/database";
import { monitoringModel } from "../observability/model";
import { SystemMonitoring } from "../observability/systemMonitoring";
import { imageNameOf } from "../registry/imageName";
import { ImageRepository } from "../registry/repository";
import { PolicyExceptions } from "../policyExceptions";
import { RenderedManifests } from "../delivery/renderedManifests";
import { RegistryCredentials } from "../secrets/registryCredentials";
import { SecretAccess } from "../secrets/secretAccess";
import { SystemSecret } from "../secrets/systemSecret";
import { physicalName } from "../naming";
import type { TagContext } from "../tags";
import type { CdnDeclaration, PlannedSystem } from "./declaration";
import { largestDemand } from "./demand";
import { directoryOf, partOf, type Part } from "./delivery";
import { systemExceptions } from "./exceptions";
import { flowsOf } from "./flows";
import { openingsOf } from "./openings";
import { SystemLogs } from "./systemLogs";
import { SystemNamespace } from "./systemNamespace";

export interface SystemArgs {
    /** The platform it runs on. */
    readonly platform: PlatformContext;
    /** What it consists of. A part that is added, changed or removed here leaves all other parts as they are. */
    readonly plan: PlannedSystem;
}

/**
 * A whole system in a namespace of its own: hardened namespace with quota and default-deny network policies, log group, secrets,
 * databases, caches, backups, services, alerts and dashboards.
 *
 * Costs nothing by itself beyond its parts: the log group and the backup bucket are paid by use, each secret is $0.40 a month
 * (AWS Secrets Manager pricing).
 *
 * @example
 * const system = new System({ platform, plan });
 * export const url = system.endpoints["user-mgmt-api"];
 */
export class System extends Component {
    /** URL of each service by its name: public where it has an edge, else inside the cluster. */
    readonly endpoints: Readonly<Record<string, pulumi.Output<string>>>;
    readonly namespace: string;

    private readonly platform: PlatformContext;
    private readonly plan: PlannedSystem;

    constructor({ platform, plan }: SystemArgs, opts?: pulumi.ComponentResourceOptions) {
        super("platform:system:System", plan.name, opts);
        this.platform = platform;
        this.plan = plan;
        this.namespace = plan.namespace;

        const namespaces = this.createNamespaces();
        this.createLogs();
        const repositories = this.createImageRepositories();
        this.createCdn();
        const scope = this.createScope(namespaces.get(this.namespace) ?? []);
        const stores = { ...this.createDatabases(scope), ...this.createCaches(scope) };
        this.createDefinitionsBackup(scope, namespaces);
        const providers = this.createProviders();
        const secrets = this.createSecrets(applying(scope, providers.operator), stores);
        const pullSecret = this.createPullSecret(scope);
        const services = this.createServices(scope, namespaces, {
            stores,
            secrets,
            providers,
            pullSecret,
            repositories,
        });
        this.createMonitoring(scope, stores);
        this.exceptPolicies();

        this.endpoints = Object.fromEntries(Object.entries(services).map(([name, service]) => [name, service.url]));
        this.registerOutputs({ namespace: this.namespace, endpoints: this.endpoints });
    }

    /** The system's own namespace and those of services that live elsewhere, with what everything in each waits for. */
    private createNamespaces(): Map<string, readonly pulumi.Resource[]> {
        const { declaration } = this.plan;
        const elsewhere = Object.values(declaration.services).flatMap(({ namespace }) => namespace ?? []);
        const names = [...new Set([this.namespace, ...elsewhere])];
        return new Map(names.map((name) => [name, this.createNamespace(name).ready]));
    }

    private createNamespace(namespace: string): SystemNamespace {
        return new SystemNamespace(
            namespace === this.namespace ? this.childName("space") : this.childName(`space-${namespace}`),
            {
                namespace,
                system: this.plan.name,
                provider: this.platform.kubernetes,
                largest: largestDemand(this.plan, namespace),
                openings: openingsOf(this.plan, namespace, this.platform),
                dependsOn: this.platform.ready,
            },
            this.childOptions(),
        );
    }

    private createLogs(): void {
        const { plan, platform, tags } = this;
        if (platform.aws === undefined) {
            return;
        }
        const args = { tags, system: plan.name, platform, cloud: platform.aws };
        new SystemLogs(this.childName("logs"), args, this.childOptions());
    }

    /** What the system's parts need to know about their surroundings. */
    private createScope(foundation: readonly pulumi.Resource[]): SystemScope {
        const base = {
            platform: this.platform,
            system: this.plan.name,
            owner: this.plan.declaration.owner,
            namespace: this.namespace,
            parent: this,
            dependsOn: [...this.platform.ready, ...foundation],
        };
        if (this.platform.aws === undefined) {
            return base;
        }
        const access = new SecretAccess(
            this.childName("secret-access"),
            {
                tags: this.tags,
                system: this.plan.name,
                namespace: this.namespace,
                platform: this.platform,
                dependsOn: base.dependsOn,
            },
            this.childOptions(),
        );
        const backupBucket = this.hasBackups() ? this.createBackupBucket(this.platform.aws.dataKeyArn) : undefined;
        return { ...base, secretAccess: access.context, ...(backupBucket && { backupBucket }) };
    }

    private createBackupBucket(keyArn: pulumi.Input<string>): SystemScope["backupBucket"] {
        const { backups, protect } = this.platform.data;
        const bucketName =
            this.plan.settings.backupBucket ??
            physicalName("s3Bucket", this.plan.name, this.platform.environment, "backups");
        const bucket = new BackupBucket(
            this.childName("backups"),
            { tags: this.tags, bucketName, keyArn, retentionDays: backups.retentionDays, protect },
            this.childOptions(),
        );
        return { name: bucketName, arn: bucket.arn, resource: bucket };
    }

    /** What git has, as it was in the cluster. A system without a bucket is on a platform without AWS, or has nothing to back up. */
    private createDefinitionsBackup(
        scope: SystemScope,
        namespaces: ReadonlyMap<string, readonly pulumi.Resource[]>,
    ): void {
        if (scope.backupBucket === undefined) {
            return;
        }
        const { schedule } = this.platform.data.backups;
        new DefinitionsBackup(this.childName("definitions"), { scope, namespaces, schedule }, this.childOptions());
    }

    private createDatabases(scope: SystemScope): Record<string, StoreConnection> {
        const { database: sizing, backups, protect } = this.platform.data;
        return mapValues(this.plan.declaration.databases, (name, spec) => {
            const placement = this.plan.placement;
            const identifier = this.plan.settings.databaseInstances[name];
            return new Database(
                name,
                {
                    ...spec,
                    scope,
                    placement,
                    sizing,
                    protect,
                    backups,
                    ...(identifier !== undefined && { identifier }),
                },
                this.childOptions(),
            ).connection;
        });
    }

    private createCaches(scope: SystemScope): Record<string, StoreConnection> {
        const { cache: sizing, protect, backups } = this.platform.data;
        return mapValues(this.plan.declaration.caches, (name, spec) => {
            const placement = this.plan.placement;
            return new Cache(name, { ...spec, scope, placement, sizing, protect, backups }, this.childOptions())
                .connection;
        });
    }

    private createSecrets(
        scope: SystemScope,
        stores: Readonly<Record<string, StoreConnection>>,
    ): Record<string, SecretReference> {
        return mapValues(this.plan.declaration.secrets, (name, { keys, imports, ...spec }) => {
            const imported = mapValues(imports, (_, store) => {
                const { secret, passwordKey } = declared(stores, store);
                return { from: secret, key: passwordKey };
            });
            const args = { ...spec, scope, kubernetesName: name, values: keys, imports: imported };
            return new SystemSecret(name, args, this.childOptions()).reference;
        });
    }

    /** The system's repositories in ECR, by the names of their images. */
    private createImageRepositories(): Map<string, ImageRepository> {
        const { aws, environment, data } = this.platform;
        if (aws === undefined) {
            return new Map();
        }
        return new Map(
            (this.plan.declaration.imageRepositories ?? []).map((name) => [
                name,
                new ImageRepository(
                    this.childName(`images-${name}`),
                    {
                        tags: this.tags,
                        repositoryName: `${this.plan.name}-${environment}/${name}`,
                        keyArn: aws.dataKeyArn,
                        protect: data.protect,
                    },
                    this.childOptions(),
                ),
            ]),
        );
    }

    private createCdn(): void {
        const { cdn, tags } = this;
        const { aws: home, firewall, observability } = this.platform;
        if (cdn === undefined || home?.hostedZoneId === undefined) {
            return;
        }
        const { hostedZoneId, region, logsKeyArn } = home;
        const logs = {
            retentionDays: observability.logRetentionDays,
            ...(region === "us-east-1" && { keyArn: logsKeyArn }),
        };
        const args = { ...cdn, tags, hostedZoneId, ...(firewall && { firewall: { ...firewall, logs } }) };
        new Cdn(this.childName("cdn"), args, this.childOptions());
    }

    /** Who applies the Kubernetes objects of each part: the cluster's provider, or one that writes files for Argo CD. */
    private createProviders(): Record<Part, k8s.Provider> {
        const { name, settings } = this.plan;
        const providerOf = (part: Part): k8s.Provider =>
            settings.delivery === "argocd"
                ? new RenderedManifests(
                      this.childName(`${part}-manifests`),
                      { directory: directoryOf(this.platform.deliveryPath, name, part) },
                      this.childOptions(),
                  ).provider
                : this.platform.kubernetes;
        return { operator: providerOf("operator"), backend: providerOf("backend"), frontend: providerOf("frontend") };
    }

    /** The Secret that the system's pods pull their images by. It is never written to files. */
    private createPullSecret(scope: SystemScope): string | undefined {
        const { registry } = this.platform;
        if (registry === undefined || this.plan.declaration.privateImages !== true) {
            return undefined;
        }
        const { server, ...login } = registry;
        const kubernetesName = "registry-credentials";
        new RegistryCredentials(
            kubernetesName,
            { ...login, scope, kubernetesName, registry: server },
            this.childOptions(),
        );
        return kubernetesName;
    }

    private createServices(
        scope: SystemScope,
        namespaces: ReadonlyMap<string, readonly pulumi.Resource[]>,
        { stores, secrets, providers, pullSecret, repositories }: Parts,
    ): Record<string, ApiService> {
        return mapValues(this.plan.declaration.services, (name, { namespace = this.namespace, ...spec }) => {
            const connections = (spec.connections ?? [])
                .map((each) => (typeof each === "string" ? { to: each } : each))
                .map((each) => ({ spec: each, connection: declared(stores, each.to) }));
            const repository =
                this.plan.settings.images === "ecr" ? repositories.get(imageNameOf(spec.image)) : undefined;
            return new ApiService(
                name,
                {
                    ...spec,
                    ...(repository !== undefined && { imageRepository: repository.url }),
                    ...flowsOf(this.plan, name),
                    ...(pullSecret !== undefined && { imagePullSecret: pullSecret }),
                    ...(this.cdn !== undefined &&
                        this.cdn.originHost === spec.edge?.host && {
                            trustedProxyCidrs: originCidrs({ parent: this }),
                        }),
                    scope: {
                        ...applying(scope, providers[partOf(spec)]),
                        namespace,
                        dependsOn: [...scope.dependsOn, ...(namespaces.get(namespace) ?? [])],
                    },
                    version: declared(this.plan.versions, name),
                    connections,
                    secrets: (spec.secrets ?? []).map((each) => declared(secrets, each)),
                },
                this.childOptions(),
            );
        });
    }

    private createMonitoring(scope: SystemScope, stores: Readonly<Record<string, StoreConnection>>): void {
        new SystemMonitoring(
            this.childName("monitoring"),
            {
                scope,
                model: monitoringModel({
                    plan: this.plan,
                    platform: this.platform,
                    stores: Object.values(stores),
                    kept: {
                        logs: this.platform.aws !== undefined && this.platform.addons.has("logging"),
                        traces: this.platform.addons.has("tracing"),
                    },
                }),
            },
            this.childOptions(),
        );
    }

    private exceptPolicies(): void {
        const exceptions = systemExceptions(this.plan, this.platform.environment);
        if (exceptions.length > 0) {
            new PolicyExceptions(this.childName("exceptions"), exceptions, this.childOptions());
        }
    }

    /** The CDN, on a platform that can have one. */
    private get cdn(): CdnDeclaration | undefined {
        return this.platform.aws?.hostedZoneId === undefined ? undefined : this.plan.declaration.cdn;
    }

    /** Managed caches are kept by ElastiCache's own snapshots. */
    private hasBackups(): boolean {
        const { databases, caches } = this.plan.declaration;
        const inCluster = this.plan.placement === "in-cluster";
        return Object.keys({ ...databases, ...(inCluster ? caches : {}) }).length > 0;
    }

    private get tags(): TagContext {
        const { stack, environment, extraTags } = this.platform;
        return { stack, environment, extraTags, system: this.plan.name };
    }
}

/** What services are made from, beside their own declaration. */
interface Parts {
    readonly stores: Readonly<Record<string, StoreConnection>>;
    readonly secrets: Readonly<Record<string, SecretReference>>;
    readonly providers: Readonly<Record<Part, k8s.Provider>>;
    readonly pullSecret: string | undefined;
    readonly repositories: ReadonlyMap<string, ImageRepository>;
}

/** The same surroundings, where another provider takes the Kubernetes objects. */
function applying(scope: SystemScope, kubernetes: k8s.Provider): SystemScope {
    return { ...scope, platform: { ...scope.platform, kubernetes } };
}

function mapValues<T, R>(
    record: Readonly<Record<string, T>> | undefined,
    make: (name: string, value: T) => R,
): Record<string, R> {
    return Object.fromEntries(Object.entries(record ?? {}).map(([name, value]) => [name, make(name, value)]));
}

/** A part that the declaration names. The plan has been checked before, so a missing one is a mistake in the program. */
function declared<T>(parts: Readonly<Record<string, T>>, name: string): T {
    const part = parts[name];
    if (part === undefined) {
        throw new Error(`"${name}" is not declared; declared are ${Object.keys(parts).join(", ") || "none"}`);
    }
    return part;
}
