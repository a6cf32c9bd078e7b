import * as aws from "@pulumi/aws";
import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { ApiService } from "../apiService/apiService";
import { BackupBucket } from "../backup/backupBucket";
import { Cache } from "../cache/cache";
import { Component } from "../component";
import type { SecretReference, StoreConnection } from "../connection";
import type { PlatformContext, SystemScope } from "../context";
import { Database } from "../database/database";
import { monitoringModel } from "../observability/model";
import { SystemMonitoring } from "../observability/systemMonitoring";
import { SecretAccess } from "../secrets/secretAccess";
import { SystemSecret } from "../secrets/systemSecret";
import { physicalName } from "../naming";
import { tagsFor, type TagContext } from "../tags";
import type { PlannedSystem } from "./declaration";
import { largestDemand } from "./demand";
import { allowDns, denyAll, restrictedPodSecurity } from "./policies";
import { containerDefaults, quotaFor } from "./quota";

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

        const foundation = this.createNamespace();
        this.createLogGroup();
        const scope = this.createScope(foundation);
        const stores = { ...this.createDatabases(scope), ...this.createCaches(scope) };
        const secrets = this.createSecrets(scope);
        const services = this.createServices(scope, stores, secrets);
        this.createMonitoring(scope, stores);

        this.endpoints = Object.fromEntries(Object.entries(services).map(([name, service]) => [name, service.url]));
        this.registerOutputs({ namespace: this.namespace, endpoints: this.endpoints });
    }

    /** The namespace and the rules that everything in it is subject to. */
    private createNamespace(): pulumi.Resource[] {
        const namespace = new k8s.core.v1.Namespace(
            this.childName("namespace"),
            {
                metadata: {
                    name: this.namespace,
                    labels: {
                        ...restrictedPodSecurity,
                        "app.kubernetes.io/part-of": this.plan.name,
                        // Pods count as ready only once the load balancer sends them requests, so a rollout drops none.
                        "elbv2.k8s.aws/pod-readiness-gate-inject": "enabled",
                    },
                },
            },
            this.kubernetesOptions({ dependsOn: [...this.platform.ready] }),
        );
        const within = { dependsOn: [namespace] };
        const policy = (name: string, spec: k8s.types.input.networking.v1.NetworkPolicySpec): pulumi.Resource =>
            new k8s.networking.v1.NetworkPolicy(
                this.childName(name),
                { metadata: { name, namespace: this.namespace }, spec },
                this.kubernetesOptions(within),
            );
        const quota = new k8s.core.v1.ResourceQuota(
            this.childName("quota"),
            {
                metadata: { name: "quota", namespace: this.namespace },
                spec: { hard: quotaFor(largestDemand(this.plan)) },
            },
            this.kubernetesOptions(within),
        );
        const limits = new k8s.core.v1.LimitRange(
            this.childName("limits"),
            {
                metadata: { name: "limits", namespace: this.namespace },
                spec: { limits: [{ type: "Container", ...containerDefaults }] },
            },
            this.kubernetesOptions(within),
        );
        return [namespace, policy("default-deny", denyAll), policy("allow-dns", allowDns), quota, limits];
    }

    /** Where Fluent Bit sends what the system's containers print. */
    private createLogGroup(): void {
        if (this.platform.aws === undefined) {
            return;
        }
        const name = `/aws/eks/${this.plan.name}-${this.platform.environment}`;
        new aws.cloudwatch.LogGroup(
            this.childName("logs"),
            {
                name,
                retentionInDays: this.platform.observability.logRetentionDays,
                kmsKeyId: this.platform.aws.logsKeyArn,
                tags: tagsFor(this.tags, name),
            },
            this.childOptions(),
        );
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
        const backupBucket = this.hasDatabases() ? this.createBackupBucket(this.platform.aws.dataKeyArn) : undefined;
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

    private createDatabases(scope: SystemScope): Record<string, StoreConnection> {
        const { database: sizing, backups, protect } = this.platform.data;
        return mapValues(this.plan.declaration.databases, (name, spec) => {
            const placement = this.plan.placement;
            return new Database(name, { ...spec, scope, placement, sizing, protect, backups }, this.childOptions())
                .connection;
        });
    }

    private createCaches(scope: SystemScope): Record<string, StoreConnection> {
        const { cache: sizing, protect } = this.platform.data;
        return mapValues(this.plan.declaration.caches, (name, spec) => {
            const placement = this.plan.placement;
            return new Cache(name, { ...spec, scope, placement, sizing, protect }, this.childOptions()).connection;
        });
    }

    private createSecrets(scope: SystemScope): Record<string, SecretReference> {
        return mapValues(this.plan.declaration.secrets, (name, { keys, rotationDays }) => {
            const args = {
                scope,
                kubernetesName: name,
                values: keys,
                ...(rotationDays !== undefined && { rotationDays }),
            };
            return new SystemSecret(name, args, this.childOptions()).reference;
        });
    }

    private createServices(
        scope: SystemScope,
        stores: Readonly<Record<string, StoreConnection>>,
        secrets: Readonly<Record<string, SecretReference>>,
    ): Record<string, ApiService> {
        const { services } = this.plan.declaration;
        return mapValues(services, (name, spec) => {
            const connections = (spec.connections ?? [])
                .map((each) => (typeof each === "string" ? { to: each } : each))
                .map((each) => ({ spec: each, connection: declared(stores, each.to) }));
            return new ApiService(
                name,
                {
                    ...spec,
                    scope,
                    version: declared(this.plan.versions, name),
                    connections,
                    secrets: (spec.secrets ?? []).map((each) => declared(secrets, each)),
                    calls: (spec.calls ?? []).map((each) => ({ name: each, port: declared(services, each).port })),
                    callers: Object.keys(services).filter((other) => services[other]?.calls?.includes(name)),
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
                model: monitoringModel({ plan: this.plan, platform: this.platform, stores: Object.values(stores) }),
            },
            this.childOptions(),
        );
    }

    private hasDatabases(): boolean {
        return Object.keys(this.plan.declaration.databases ?? {}).length > 0;
    }

    private get tags(): TagContext {
        const { stack, environment, extraTags } = this.platform;
        return { stack, environment, extraTags, system: this.plan.name };
    }

    private kubernetesOptions(opts?: pulumi.CustomResourceOptions): pulumi.CustomResourceOptions {
        return this.childOptions({ provider: this.platform.kubernetes, ...opts });
    }
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
