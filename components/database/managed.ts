import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { PlatformConfig } from "../../config/schema";
import type { NetworkTarget, SecretReference, StoreConnection } from "../connection";
import type { AwsContext } from "../context";
import { physicalName } from "../naming";
import { ImportedSecret } from "../secrets/importedSecret";
import { SystemSecret } from "../secrets/systemSecret";
import { exporterJob } from "../store/exporter";
import { storeSecurityGroup } from "../store/securityGroup";
import { engines } from "./engines";
import { ManagedExporter } from "./exporter";
import { insightsArgs } from "./insights";
import { instancePlan, type InstancePlan } from "./instancePlan";
import { MasterLogin } from "./masterLogin";
import { managedMaxConnections } from "./maxConnections";
import { DatabasePart, type DatabasePartArgs } from "./part";
import { passwordKey } from "../backup/pods";
import { ReadReplicas } from "./readReplicas";

export interface ManagedDatabaseArgs extends DatabasePartArgs {
    readonly cloud: AwsContext;
    readonly sizing: PlatformConfig["data"]["database"];
    /** Whether Pulumi and RDS refuse to delete it, with a final snapshot when it goes at last. Changed in place. */
    readonly protect: boolean;
    /** Name of the instance, where it is not the one that follows from stack, system and store. See `DatabaseArgs`. */
    readonly identifier?: string;
}

/** Days between two rotations of the master password. */
const rotationDays = 90;

/**
 * Characters of a master password that the platform makes; RDS for MySQL takes 41 at most (Amazon RDS API Reference, CreateDBInstance,
 * MasterUserPassword). The secret generates letters and digits only, which is a subset of what RDS takes.
 */
const passwordLength = 40;

/**
 * Amazon's authority for all servers of a region, valid until 2061, with 2048-bit RSA keys, which every client understands.
 * Source: Amazon RDS User Guide, "Certificate authorities".
 */
const certificateAuthority = "rds-ca-rsa2048-g1";

/**
 * An RDS instance in the isolated subnets: encrypted in transit and at rest, reached from the cluster's nodes alone, with
 * point-in-time recovery, growing storage, and logs in CloudWatch.
 *
 * RDS owns the master password and rotates it every 90 days. For a primary with read replicas RDS declines, so there a generated
 * secret is rotated instead, and a pod tells RDS the new password (`MasterLogin`).
 *
 * Left out on purpose: Enhanced Monitoring (billed as log data; CloudWatch's own metrics, Database Insights and the exporter cover it)
 * and IAM authentication (tokens of 15 minutes, which the services' drivers would have to renew).
 */
export class ManagedDatabase extends DatabasePart {
    readonly connection: StoreConnection;

    private readonly args: ManagedDatabaseArgs;
    private readonly plan: InstancePlan;
    /** What the parts are called after. */
    private readonly baseName: string;
    /** Name of the instance: the same, until a restored one takes its place. */
    private readonly identifier: string;

    constructor(name: string, args: ManagedDatabaseArgs, opts: pulumi.ComponentResourceOptions) {
        super("platform:database:ManagedDatabase", name, args, opts);
        this.args = args;
        this.plan = instancePlan(this.spec, args.sizing);
        this.baseName = physicalName("rdsIdentifier", this.scope.platform.stack, this.scope.system, this.store);
        this.identifier = args.identifier ?? this.baseName;

        const subnets = this.createSubnetGroup();
        const securityGroup = this.createSecurityGroup();
        const parameters = this.createParameterGroup();
        const logs = this.createLogGroups();
        const instance = this.createInstance({ subnets, securityGroup, parameters, logs });
        const replicas = this.createReplicas(instance, securityGroup, parameters);
        const secret = this.plan.passwordOwner === "rds" ? this.importPassword(instance) : this.makePassword();
        const login = this.plan.passwordOwner === "platform" ? [this.keepPassword(instance, secret)] : [];
        this.createExporter(instance, secret);

        this.connection = this.connectionTo(instance, replicas, secret, login);
        this.registerOutputs({ host: this.connection.host, port: this.connection.port });
    }

    private createSubnetGroup(): aws.rds.SubnetGroup {
        const name = this.baseName;
        return new aws.rds.SubnetGroup(
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
                name: `database-${this.baseName}`,
                description: this.description,
                port: this.plan.port,
                cloud: this.args.cloud,
                tags: (name) => this.tags(name),
            },
            this.childOptions(),
        );
    }

    /** The family is in the name: another family needs another group beside the one that is in use. */
    private createParameterGroup(): aws.rds.ParameterGroup {
        const { family, parameters } = this.plan;
        const name = physicalName("parameterGroup", this.baseName, family);
        return new aws.rds.ParameterGroup(
            this.childName(`parameters-${family}`),
            { name, family, description: this.description, parameters: [...parameters], tags: this.tags(name) },
            this.childOptions(),
        );
    }

    /** RDS would make the groups by itself, unencrypted and kept for ever. Those of an instance that was replaced go on holding its logs. */
    private createLogGroups(): pulumi.Resource[] {
        const instances = [...new Set([this.baseName, this.identifier])];
        return instances.flatMap((instance) => this.plan.logTypes.map((type) => this.createLogGroup(instance, type)));
    }

    private createLogGroup(instance: string, type: string): pulumi.Resource {
        const name = `/aws/rds/instance/${instance}/${type}`;
        return new aws.cloudwatch.LogGroup(
            this.childName(instance === this.baseName ? type : `${type}-${instance}`),
            {
                name,
                retentionInDays: this.scope.platform.observability.logRetentionDays,
                kmsKeyId: this.args.cloud.logsKeyArn,
                tags: this.tags(name),
            },
            this.childOptions(),
        );
    }

    private createInstance(parts: {
        readonly subnets: aws.rds.SubnetGroup;
        readonly securityGroup: aws.ec2.SecurityGroup;
        readonly parameters: aws.rds.ParameterGroup;
        readonly logs: readonly pulumi.Resource[];
    }): aws.rds.Instance {
        const { plan, spec, identifier } = this;
        const { cloud, protect } = this.args;
        return new aws.rds.Instance(
            this.childName("instance"),
            {
                identifier,
                engine: plan.engine,
                engineVersion: plan.engineVersion,
                allowMajorVersionUpgrade: true,
                autoMinorVersionUpgrade: true,
                instanceClass: plan.instanceClass,
                multiAz: plan.multiAz,
                dbName: spec.databaseName,
                username: spec.username,
                ...this.passwordArgs(),
                port: plan.port,
                dbSubnetGroupName: parts.subnets.name,
                vpcSecurityGroupIds: [parts.securityGroup.id],
                publiclyAccessible: false,
                caCertIdentifier: certificateAuthority,
                parameterGroupName: parts.parameters.name,
                storageType: "gp3",
                allocatedStorage: plan.allocatedStorage,
                maxAllocatedStorage: plan.maxAllocatedStorage,
                storageEncrypted: true,
                kmsKeyId: cloud.dataKeyArn,
                backupRetentionPeriod: plan.backupRetentionPeriod,
                backupWindow: plan.backupWindow,
                maintenanceWindow: plan.maintenanceWindow,
                copyTagsToSnapshot: true,
                deleteAutomatedBackups: !protect,
                enabledCloudwatchLogsExports: [...plan.logTypes],
                ...insightsArgs(plan, cloud),
                deletionProtection: protect,
                ...this.finalSnapshotArgs(),
                // A deployment that says it is done is done. What has to wait for the night is deployed in the night.
                applyImmediately: true,
                tags: this.tags(identifier),
            },
            // The name is taken as long as the old instance stands.
            this.childOptions({ protect, deleteBeforeReplace: !protect, dependsOn: [...parts.logs] }),
        );
    }

    private passwordArgs(): Partial<aws.rds.InstanceArgs> {
        if (this.plan.passwordOwner === "rds") {
            return { manageMasterUserPassword: true, masterUserSecretKmsKeyId: this.args.cloud.dataKeyArn };
        }
        // Good for the first minutes only: then RDS is told the password of the secret, and this one opens nothing.
        const initial = new random.RandomPassword(
            this.childName("initial-password"),
            { length: passwordLength, special: false },
            this.childOptions(),
        );
        return { password: initial.result };
    }

    /** Snapshots outlive the instance, so a later one must not claim the same name. */
    private finalSnapshotArgs(): Partial<aws.rds.InstanceArgs> {
        if (!this.args.protect) {
            return { skipFinalSnapshot: true };
        }
        const suffix = new random.RandomId(this.childName("final-snapshot"), { byteLength: 4 }, this.childOptions());
        return {
            skipFinalSnapshot: false,
            finalSnapshotIdentifier: pulumi.interpolate`${this.identifier}-final-${suffix.hex}`,
        };
    }

    private createReplicas(
        primary: aws.rds.Instance,
        securityGroup: aws.ec2.SecurityGroup,
        parameters: aws.rds.ParameterGroup,
    ): ReadReplicas | undefined {
        const { plan, scope, store, spec } = this;
        if (plan.readReplicas === 0) {
            return undefined;
        }
        return new ReadReplicas(
            this.childName("replicas"),
            { scope, store, spec, plan, cloud: this.args.cloud, primary, securityGroup, parameters },
            this.childOptions(),
        );
    }

    /** The secret that RDS made for the master user, rotated by RDS on our schedule. */
    private importPassword(instance: aws.rds.Instance): SecretReference {
        const secretArn = instance.masterUserSecrets.apply((secrets) => {
            const [secret] = secrets;
            if (secret === undefined) {
                throw new Error(`RDS has no secret for the master user of ${this.identifier}`);
            }
            return secret.secretArn;
        });
        new aws.secretsmanager.SecretRotation(
            this.childName("rotation"),
            {
                secretId: secretArn,
                rotationRules: { automaticallyAfterDays: rotationDays },
                // The first password is as fresh as a rotated one would be.
                rotateImmediately: false,
            },
            this.childOptions(),
        );
        const secret = new ImportedSecret(
            this.childName("credentials"),
            {
                scope: this.scope,
                kubernetesName: this.credentialsName,
                secretArn,
                keyArn: this.args.cloud.dataKeyArn,
                properties: { username: "username", [passwordKey]: "password" },
            },
            this.childOptions({ aliases: [{ type: "platform:secrets:SystemSecret" }] }),
        );
        return secret.reference;
    }

    /** A secret of our own. The first replica makes the difference, and the services see the same Secret with other content. */
    private makePassword(): SecretReference {
        const secret = new SystemSecret(
            this.childName("credentials"),
            {
                scope: this.scope,
                kubernetesName: this.credentialsName,
                ...this.awsName,
                values: { [passwordKey]: { length: passwordLength } },
                rotationDays,
            },
            this.childOptions({ aliases: [{ type: "platform:secrets:ImportedSecret" }] }),
        );
        return secret.reference;
    }

    private keepPassword(instance: aws.rds.Instance, secret: SecretReference): pulumi.Resource {
        const { scope, store, spec } = this;
        const login = new MasterLogin(
            this.childName("master-login"),
            { scope, store, spec, cloud: this.args.cloud, instance, network: this.network, secret },
            this.childOptions(),
        );
        return login.ready;
    }

    private createExporter(instance: aws.rds.Instance, secret: SecretReference): void {
        const { scope, store, spec } = this;
        if (!scope.platform.addons.has("monitoring")) {
            return;
        }
        new ManagedExporter(
            this.childName("exporter"),
            { scope, store, spec, host: instance.address, network: this.network, secret },
            this.childOptions(),
        );
    }

    private connectionTo(
        instance: aws.rds.Instance,
        replicas: ReadReplicas | undefined,
        secret: SecretReference,
        login: readonly pulumi.Resource[],
    ): StoreConnection {
        const connections = managedMaxConnections(this.spec, this.plan.instanceClass);
        return {
            kind: engines[this.spec.engine].kind,
            name: this.store,
            host: instance.address,
            ...(replicas && { readHost: replicas.host }),
            port: this.plan.port,
            tls: true,
            databaseName: this.spec.databaseName,
            username: this.spec.username,
            secret,
            passwordKey,
            network: this.network,
            exporterJob: exporterJob(this.scope.system, this.store),
            ...(connections !== undefined && { maxConnections: connections }),
            dependsOn: [instance, ...login, ...(replicas?.ready ?? [])],
        };
    }

    private get network(): NetworkTarget {
        return { kind: "cidrs", cidrs: this.args.cloud.dataSubnetCidrs };
    }

    private get description(): string {
        const { system, platform } = this.scope;
        return `${this.store} of ${system} (${platform.environment})`;
    }
}
