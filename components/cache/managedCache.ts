import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { PlatformConfig } from "../../config/schema";
import { Component } from "../component";
import type { SecretReference, StoreConnection } from "../connection";
import type { AwsContext, SystemScope } from "../context";
import { physicalName } from "../naming";
import { SystemSecret } from "../secrets/systemSecret";
import { exporterJob } from "../store/exporter";
import { storeSecurityGroup } from "../store/securityGroup";
import { tagsFor } from "../tags";
import { ManagedExporter } from "./managedExporter";
import { replicationGroupPlan, type ReplicationGroupPlan } from "./replicationGroup";
import { cachePort } from "./serverConfig";
import type { CacheSpec } from "./spec";

export interface ManagedCacheArgs {
    readonly scope: SystemScope;
    readonly cloud: AwsContext;
    /** Name of the store in its system. */
    readonly store: string;
    readonly spec: CacheSpec;
    readonly sizing: PlatformConfig["data"]["cache"];
    /** Whether Pulumi refuses to delete it, with a final snapshot when it goes at last. Changed in place. */
    readonly protect: boolean;
}

/** Key of the Secret that holds the auth token. */
const passwordKey = "password";

/** ElastiCache takes 16 to 128 characters (User Guide, "Authenticating with the AUTH command"). */
const tokenLength = 64;

/** What ElastiCache writes to CloudWatch Logs. */
const logTypes = ["slow-log", "engine-log"] as const;

/**
 * An ElastiCache replication group in the isolated subnets: encrypted in transit and at rest, reached from the cluster's nodes alone,
 * with an auth token that the rotation function changes every 90 days. The servers accept the previous token until the next rotation,
 * so no client is ever turned away.
 *
 * Costs for each node, in us-east-1: cache.t4g.micro $11.68, cache.t4g.small $23.36 a month; Valkey a fifth less (Amazon ElastiCache
 * pricing, on demand, 730 hours).
 */
export class ManagedCache extends Component {
    readonly connection: StoreConnection;

    private readonly args: ManagedCacheArgs;
    private readonly plan: ReplicationGroupPlan;
    /** Name of the replication group. */
    private readonly groupId: string;
    private readonly kubernetesName: string;

    constructor(name: string, args: ManagedCacheArgs, opts: pulumi.ComponentResourceOptions) {
        super("platform:cache:ManagedCache", name, opts);
        const { scope, spec, store, sizing, protect } = args;
        this.args = args;
        this.plan = replicationGroupPlan(spec, sizing, protect);
        this.groupId = physicalName("replicationGroup", scope.platform.stack, scope.system, store);
        this.kubernetesName = spec.kubernetesName ?? store;

        const subnets = this.createSubnetGroup();
        const securityGroup = this.createSecurityGroup();
        const parameters = this.createParameterGroup();
        const logs = this.createLogGroups();
        const token = this.createToken();
        const group = this.createReplicationGroup({ subnets, securityGroup, parameters, logs, token });
        const secret = this.createSecret(group, token);
        this.createExporter(group, secret);

        this.connection = this.connectionTo(group, secret);
        this.registerOutputs({ host: this.connection.host, port: this.connection.port });
    }

    private createSubnetGroup(): aws.elasticache.SubnetGroup {
        const name = this.groupId;
        return new aws.elasticache.SubnetGroup(
            this.childName("subnets"),
            {
                name,
                description: this.description,
                subnetIds: this.args.cloud.dataSubnetIds,
                tags: this.tags(name),
            },
            this.childOptions(),
        );
    }

    private createSecurityGroup(): aws.ec2.SecurityGroup {
        return storeSecurityGroup(
            this.name,
            {
                name: `cache-${this.groupId}`,
                description: this.description,
                port: cachePort,
                cloud: this.args.cloud,
                tags: (name) => this.tags(name),
            },
            this.childOptions(),
        );
    }

    /** The family is in the name: another family needs another group beside the one that is in use. */
    private createParameterGroup(): aws.elasticache.ParameterGroup {
        const { family, parameters } = this.plan;
        const name = `${this.groupId}-${family}`;
        return new aws.elasticache.ParameterGroup(
            this.childName(`parameters-${family}`),
            { name, family, description: this.description, parameters: [...parameters], tags: this.tags(name) },
            this.childOptions(),
        );
    }

    private createLogGroups(): readonly { readonly type: string; readonly group: aws.cloudwatch.LogGroup }[] {
        const { scope, cloud } = this.args;
        return logTypes.map((type) => {
            // CloudWatch Logs lets AWS services write to groups under this prefix without naming each in a policy of limited size.
            const name = `/aws/vendedlogs/elasticache/${this.groupId}/${type}`;
            const group = new aws.cloudwatch.LogGroup(
                this.childName(type),
                {
                    name,
                    retentionInDays: scope.platform.observability.logRetentionDays,
                    kmsKeyId: cloud.logsKeyArn,
                    tags: this.tags(name),
                },
                this.childOptions(),
            );
            return { type, group };
        });
    }

    /** The first token. The rotation function makes all others. */
    private createToken(): pulumi.Output<string> {
        return new random.RandomPassword(
            this.childName("auth-token"),
            { length: tokenLength, special: false },
            this.childOptions(),
        ).result;
    }

    private createReplicationGroup(parts: {
        readonly subnets: aws.elasticache.SubnetGroup;
        readonly securityGroup: aws.ec2.SecurityGroup;
        readonly parameters: aws.elasticache.ParameterGroup;
        readonly logs: readonly { readonly type: string; readonly group: aws.cloudwatch.LogGroup }[];
        readonly token: pulumi.Output<string>;
    }): aws.elasticache.ReplicationGroup {
        const { plan, args } = this;
        return new aws.elasticache.ReplicationGroup(
            this.childName("group"),
            {
                replicationGroupId: this.groupId,
                description: this.description,
                engine: plan.engine,
                engineVersion: plan.engineVersion,
                nodeType: plan.nodeType,
                port: cachePort,
                numCacheClusters: plan.nodes,
                automaticFailoverEnabled: plan.failover,
                multiAzEnabled: plan.failover,
                subnetGroupName: parts.subnets.name,
                securityGroupIds: [parts.securityGroup.id],
                parameterGroupName: parts.parameters.name,
                transitEncryptionEnabled: true,
                transitEncryptionMode: "required",
                atRestEncryptionEnabled: true,
                kmsKeyId: args.cloud.dataKeyArn,
                authToken: pulumi.secret(parts.token),
                authTokenUpdateStrategy: "ROTATE",
                autoMinorVersionUpgrade: true,
                maintenanceWindow: plan.maintenanceWindow,
                snapshotWindow: plan.snapshotWindow,
                snapshotRetentionLimit: plan.snapshotRetentionDays,
                ...this.finalSnapshotArgs(),
                applyImmediately: !plan.deferChanges,
                logDeliveryConfigurations: parts.logs.map(({ type, group }) => ({
                    destinationType: "cloudwatch-logs",
                    destination: group.name,
                    logFormat: "json",
                    logType: type,
                })),
                tags: this.tags(this.groupId),
            },
            // The token belongs to the rotation function once the group exists.
            this.childOptions({ protect: args.protect, ignoreChanges: ["authToken"] }),
        );
    }

    /** Snapshots outlive the group, so a later one must not claim the same name. */
    private finalSnapshotArgs(): Partial<aws.elasticache.ReplicationGroupArgs> {
        if (!this.args.protect) {
            return {};
        }
        const suffix = new random.RandomId(this.childName("final-snapshot"), { byteLength: 4 }, this.childOptions());
        return { finalSnapshotIdentifier: pulumi.interpolate`${this.groupId}-${suffix.hex}` };
    }

    private createSecret(group: aws.elasticache.ReplicationGroup, token: pulumi.Output<string>): SecretReference {
        const secret = new SystemSecret(
            this.childName("credentials"),
            {
                scope: this.args.scope,
                kubernetesName: `${this.kubernetesName}-credentials`,
                values: { [passwordKey]: { length: tokenLength } },
                authTokenOf: {
                    key: passwordKey,
                    initial: token,
                    replicationGroupId: group.replicationGroupId,
                    replicationGroupArn: group.arn,
                },
            },
            this.childOptions(),
        );
        return secret.reference;
    }

    private createExporter(group: aws.elasticache.ReplicationGroup, secret: SecretReference): void {
        const { scope, store, cloud } = this.args;
        if (!scope.platform.addons.has("monitoring")) {
            return;
        }
        new ManagedExporter(
            this.childName("exporter"),
            {
                scope,
                store,
                kubernetesName: `${this.kubernetesName}-exporter`,
                address: pulumi.interpolate`rediss://${group.primaryEndpointAddress}:${cachePort}`,
                cacheCidrs: cloud.dataSubnetCidrs,
                secret,
                passwordKey,
            },
            this.childOptions(),
        );
    }

    private connectionTo(group: aws.elasticache.ReplicationGroup, secret: SecretReference): StoreConnection {
        const { scope, store, cloud } = this.args;
        return {
            kind: "redis",
            name: store,
            host: group.primaryEndpointAddress,
            ...(this.plan.failover && { readHost: group.readerEndpointAddress }),
            port: cachePort,
            tls: true,
            secret,
            passwordKey,
            network: { kind: "cidrs", cidrs: cloud.dataSubnetCidrs },
            exporterJob: exporterJob(scope.system, store),
            dependsOn: [group],
        };
    }

    private get description(): string {
        const { scope, store } = this.args;
        return `${store} of ${scope.system} (${scope.platform.environment})`;
    }

    private tags(name: string): Record<string, string> {
        const { stack, environment, extraTags } = this.args.scope.platform;
        return tagsFor({ stack, environment, extraTags, system: this.args.scope.system }, name);
    }
}
