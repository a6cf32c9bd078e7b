import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { AwsContext } from "../context";
import { physicalName } from "../naming";
import { insightsArgs } from "./insights";
import type { InstancePlan } from "./instancePlan";
import { DatabasePart, type DatabasePartArgs } from "./part";

export interface ReadReplicasArgs extends DatabasePartArgs {
    readonly plan: InstancePlan;
    readonly cloud: AwsContext;
    readonly primary: aws.rds.Instance;
    readonly securityGroup: aws.ec2.SecurityGroup;
    readonly parameters: aws.rds.ParameterGroup;
}

/** Seconds that a client may keep an answer; short, so that new connections spread. The cluster's own resolver keeps it no longer. */
const answerLifetime = 5;

/**
 * The read replicas of an RDS instance, and one address for all of them.
 *
 * RDS gives each replica an address but none to the set. With several, a private zone answers each question with one of them at random,
 * so reads spread as connections are opened, not query by query. The zone does not know whether a replica is well: Route 53 can check
 * public addresses only. A replica that is down fails its share of new reads until it is back or `readReplicas` is lowered.
 * Certificates name the replicas, not this address, so clients can ask for encryption but not for the name (sslmode=require).
 *
 * Costs each replica as much as a primary without standby, and the zone $0.50 a month (Amazon Route 53 pricing).
 */
export class ReadReplicas extends DatabasePart {
    /** Address for reads. */
    readonly host: pulumi.Input<string>;
    /** What has to exist before anybody reads there. */
    readonly ready: readonly pulumi.Resource[];

    constructor(
        name: string,
        private readonly args: ReadReplicasArgs,
        opts: pulumi.ComponentResourceOptions,
    ) {
        super("platform:database:ReadReplicas", name, args, opts);

        const replicas = Array.from({ length: args.plan.readReplicas }, (_, index) => this.createReplica(index + 1));
        const [first] = replicas;
        const address = replicas.length === 1 && first !== undefined ? undefined : this.createAddress(replicas);

        this.host = address?.host ?? first?.address ?? args.primary.address;
        this.ready = [...replicas, ...(address?.records ?? [])];
        this.registerOutputs({ host: this.host });
    }

    /** A replica inherits password, database, subnets and key; it holds nothing that the primary does not. */
    private createReplica(number: number): aws.rds.Instance {
        const { plan, cloud, primary, securityGroup, parameters } = this.args;
        const identifier = physicalName("rdsIdentifier", ...this.nameParts, `replica-${number}`);
        const logs = plan.logTypes.map((type) => this.createLogGroup(number, identifier, type));
        return new aws.rds.Instance(
            this.childName(String(number)),
            {
                identifier,
                replicateSourceDb: primary.identifier,
                instanceClass: plan.instanceClass,
                autoMinorVersionUpgrade: true,
                port: plan.port,
                vpcSecurityGroupIds: [securityGroup.id],
                publiclyAccessible: false,
                parameterGroupName: parameters.name,
                storageType: "gp3",
                storageEncrypted: true,
                maxAllocatedStorage: plan.maxAllocatedStorage,
                maintenanceWindow: plan.maintenanceWindow,
                copyTagsToSnapshot: true,
                enabledCloudwatchLogsExports: [...plan.logTypes],
                ...insightsArgs(plan, cloud),
                // RDS makes no final snapshot of a replica.
                skipFinalSnapshot: true,
                applyImmediately: true,
                tags: this.tags(identifier),
            },
            // The provider takes another primary for no change at all: a replica of the one before would be read for ever.
            this.childOptions({ deleteBeforeReplace: true, replaceOnChanges: ["replicateSourceDb"], dependsOn: logs }),
        );
    }

    private createLogGroup(number: number, identifier: string, type: string): pulumi.Resource {
        const name = `/aws/rds/instance/${identifier}/${type}`;
        return new aws.cloudwatch.LogGroup(
            this.childName(`${number}-${type}`),
            {
                name,
                retentionInDays: this.scope.platform.observability.logRetentionDays,
                kmsKeyId: this.args.cloud.logsKeyArn,
                tags: this.tags(name),
            },
            this.childOptions(),
        );
    }

    /** One name in a zone that only this VPC can see. */
    private createAddress(replicas: readonly aws.rds.Instance[]): {
        readonly host: string;
        readonly records: readonly pulumi.Resource[];
    } {
        const zoneName = `${physicalName("kubernetes", ...this.nameParts)}.internal`;
        const zone = new aws.route53.Zone(
            this.childName("zone"),
            {
                name: zoneName,
                comment: `Read replicas of ${this.store} of ${this.scope.system}`,
                vpcs: [{ vpcId: this.args.cloud.vpcId }],
                tags: this.tags(zoneName),
            },
            this.childOptions(),
        );
        const host = `read.${zoneName}`;
        const records = replicas.map(
            (replica, index) =>
                new aws.route53.Record(
                    this.childName(`record-${index + 1}`),
                    {
                        zoneId: zone.zoneId,
                        name: host,
                        type: "CNAME",
                        ttl: answerLifetime,
                        setIdentifier: `replica-${index + 1}`,
                        weightedRoutingPolicies: [{ weight: 1 }],
                        records: [replica.address],
                    },
                    this.childOptions(),
                ),
        );
        return { host, records };
    }

    private get nameParts(): string[] {
        return [this.scope.platform.stack, this.scope.system, this.store];
    }
}
