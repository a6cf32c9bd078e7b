import * as aws from "@pulumi/aws";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { Component } from "../component";
import type { AwsContext, PlatformContext, SecretAccessContext } from "../context";
import { physicalName } from "../naming";
import { tagsFor, type TagContext } from "../tags";

export interface SecretAccessArgs {
    /** Tags of the roles, the function and its log group; the stack in them is part of the names. Changed in place. */
    readonly tags: TagContext;
    /** The system whose secrets these are. A change replaces everything, and the secrets' rotation with it. */
    readonly system: string;
    /** Namespace the SecretStore is in. A change replaces the store. */
    readonly namespace: string;
    readonly platform: PlatformContext;
    /** What the store waits for: the namespace, and the operator that knows what a SecretStore is. */
    readonly dependsOn: readonly pulumi.Resource[];
}

/**
 * Where the rotation function's code is, seen from the project's directory, in which Pulumi runs every program. An absolute path
 * would differ from machine to machine.
 */
const rotationCode = "components/secrets/rotation/index.js";

/** The most that AWS Lambda allows: an ElastiCache group takes minutes to learn a token (Lambda quotas). */
const rotationTimeoutSeconds = 900;

/**
 * How one system reads and rotates its AWS secrets: a role that the External Secrets Operator assumes to read them, a SecretStore that
 * names the role, and the function that rotates them, with a role of its own. Neither role may do anything until a secret grants it.
 * A role has room for about twenty grants (IAM quotas: 10,240 characters of inline policies).
 *
 * Costs nothing by itself: a role is free, and the function runs for minutes every 90 days (AWS Lambda pricing: $0.0000133334 per
 * GB-second).
 *
 * @example
 * const access = new SecretAccess("shop-secret-access", { tags, system: "shop", namespace: "shop", platform, dependsOn });
 * const scope = { …, secretAccess: access.context };
 */
export class SecretAccess extends Component {
    /** What a secret needs to know to be read and rotated. */
    readonly context: SecretAccessContext;

    private readonly args: SecretAccessArgs;
    private readonly cloud: AwsContext;

    constructor(name: string, args: SecretAccessArgs, opts?: pulumi.ComponentResourceOptions) {
        super("platform:secrets:SecretAccess", name, opts);
        const { aws: cloud, addons } = args.platform;
        if (cloud === undefined) {
            throw new Error(`Secret access "${name}": platform.aws must be set, but is undefined`);
        }
        if (!addons.has("externalSecrets")) {
            throw new Error(`Secret access "${name}": addons.externalSecrets must be true, but is false`);
        }
        this.args = args;
        this.cloud = cloud;

        const reader = this.createReaderRole();
        const store = this.createStore(reader);
        const rotationRole = this.createRotationRole();
        const rotation = this.createRotationFunction(rotationRole);
        const permission = this.createPermission(rotation);

        this.context = {
            storeName: this.storeName,
            readerRoleName: reader.name,
            rotationFunctionArn: rotation.arn,
            rotationRoleName: rotationRole.name,
            dependsOn: [store, permission],
        };
        this.registerOutputs({ storeName: this.storeName, readerRoleName: reader.name });
    }

    /** The system's name tells stores apart where several systems share a namespace. */
    private get storeName(): string {
        return this.args.system;
    }

    private createReaderRole(): aws.iam.Role {
        const { stack } = this.args.tags;
        // The operator's own role may assume roles with this suffix, so a name that is too long is shortened before it.
        const name = `${physicalName("secretsReaderPrefix", stack, this.args.system)}-secrets-reader`;
        return new aws.iam.Role(
            this.childName("reader"),
            {
                name,
                description: `Reads the AWS secrets of ${this.args.system}`,
                assumeRolePolicy: pulumi.jsonStringify({
                    Version: "2012-10-17",
                    Statement: [
                        {
                            Effect: "Allow",
                            Principal: { AWS: this.cloud.externalSecretsRoleArn },
                            // EKS Pod Identity tags its sessions, and tags are handed on from role to role.
                            Action: ["sts:AssumeRole", "sts:TagSession"],
                        },
                    ],
                }),
                tags: tagsFor(this.args.tags, name),
            },
            this.childOptions(),
        );
    }

    private createStore(reader: aws.iam.Role): pulumi.Resource {
        return new k8s.apiextensions.CustomResource(
            this.childName("store"),
            {
                apiVersion: "external-secrets.io/v1",
                kind: "SecretStore",
                metadata: {
                    name: this.storeName,
                    namespace: this.args.namespace,
                    labels: { "app.kubernetes.io/part-of": this.args.system, "app.kubernetes.io/managed-by": "pulumi" },
                    // A role that cannot be assumed shows here, once, and not in every secret.
                    annotations: { "pulumi.com/waitFor": "condition=Ready" },
                },
                spec: {
                    provider: { aws: { service: "SecretsManager", region: this.cloud.region, role: reader.arn } },
                },
            },
            this.childOptions({
                provider: this.args.platform.kubernetes,
                dependsOn: [...this.args.dependsOn],
            }),
        );
    }

    private createRotationRole(): aws.iam.Role {
        const name = physicalName("iamRole", this.args.tags.stack, this.args.system, "secrets-rotation");
        return new aws.iam.Role(
            this.childName("rotation-role"),
            {
                name,
                description: `Rotates the AWS secrets of ${this.args.system}`,
                assumeRolePolicy: JSON.stringify({
                    Version: "2012-10-17",
                    Statement: [
                        {
                            Effect: "Allow",
                            Principal: { Service: "lambda.amazonaws.com" },
                            Action: "sts:AssumeRole",
                        },
                    ],
                }),
                tags: tagsFor(this.args.tags, name),
            },
            this.childOptions(),
        );
    }

    private createRotationFunction(role: aws.iam.Role): aws.lambda.Function {
        const name = physicalName("lambda", this.args.tags.stack, this.args.system, "secrets-rotation");
        const logGroup = new aws.cloudwatch.LogGroup(
            this.childName("rotation-logs"),
            {
                name: `/aws/lambda/${name}`,
                retentionInDays: this.args.platform.observability.logRetentionDays,
                kmsKeyId: this.cloud.logsKeyArn,
                tags: tagsFor(this.args.tags, `/aws/lambda/${name}`),
            },
            this.childOptions(),
        );
        const logging = new aws.iam.RolePolicy(
            this.childName("rotation-logging"),
            {
                name: physicalName("iamPolicy", "logging"),
                role: role.name,
                policy: pulumi.jsonStringify({
                    Version: "2012-10-17",
                    Statement: [
                        {
                            Effect: "Allow",
                            Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
                            Resource: pulumi.interpolate`${logGroup.arn}:*`,
                        },
                    ],
                }),
            },
            this.childOptions(),
        );
        return new aws.lambda.Function(
            this.childName("rotation"),
            {
                name,
                description: `Makes new values for the AWS secrets of ${this.args.system}`,
                role: role.arn,
                runtime: "nodejs24.x",
                architectures: ["arm64"],
                handler: "index.handler",
                code: new pulumi.asset.AssetArchive({ "index.js": new pulumi.asset.FileAsset(rotationCode) }),
                memorySize: 256,
                timeout: rotationTimeoutSeconds,
                loggingConfig: { logFormat: "JSON", logGroup: logGroup.name },
                tags: tagsFor(this.args.tags, name),
            },
            this.childOptions({ dependsOn: [logging] }),
        );
    }

    /** Secrets Manager may call the function, for secrets of this account only. */
    private createPermission(rotation: aws.lambda.Function): pulumi.Resource {
        return new aws.lambda.Permission(
            this.childName("rotation-permission"),
            {
                statementId: "secrets-manager",
                action: "lambda:InvokeFunction",
                function: rotation.name,
                principal: "secretsmanager.amazonaws.com",
                sourceAccount: this.cloud.accountId,
            },
            this.childOptions(),
        );
    }
}
