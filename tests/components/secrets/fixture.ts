import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { AwsContext, PlatformContext, SystemScope } from "../../../components/context";
import { SecretAccess } from "../../../components/secrets/secretAccess";
import { platformConfig, type AddonName, type EnvironmentName } from "../../../config/schema";
import type { PlannedResource } from "../../../simulation/record";
import type { ResourceGraph } from "../../harness";

const config = platformConfig.parse({ environment: "dev" });

export const allAddons = Object.keys(config.addons) as AddonName[];

export const region = "eu-central-1";
export const dataKeyArn = `arn:aws:kms:${region}:123456789012:key/data`;
export const logsKeyArn = `arn:aws:kms:${region}:123456789012:key/logs`;
export const operatorRoleArn = "arn:aws:iam::123456789012:role/external-secrets";

const cloud: AwsContext = {
    region,
    accountId: "123456789012",
    vpcId: "vpc-1",
    publicSubnetCidrs: ["10.0.0.0/24", "10.0.1.0/24"],
    dataSubnetCidrs: ["10.0.8.0/24", "10.0.9.0/24"],
    dataSubnetIds: ["subnet-1", "subnet-2"],
    clusterName: "platform-dev",
    nodeSecurityGroupId: "sg-nodes",
    dataKeyArn,
    logsKeyArn,
    externalSecretsRoleArn: operatorRoleArn,
};

export interface Surroundings {
    /** Whether there is AWS. Default true. */
    readonly aws?: boolean;
    readonly addons?: readonly AddonName[];
    readonly stack?: string;
    readonly environment?: EnvironmentName;
    readonly protect?: boolean;
    readonly system?: string;
}

export function createPlatform(options: Surroundings = {}): PlatformContext {
    const kubernetes = new k8s.Provider("cluster", { kubeconfig: "{}" });
    return {
        stack: options.stack ?? "dev",
        environment: options.environment ?? "dev",
        extraTags: {},
        kubernetes,
        ...(options.aws !== false && { aws: cloud }),
        addons: new Set(options.addons ?? allAddons),
        deliveryPath: "deploy",
        ready: [new k8s.core.v1.ServiceAccount("controller", {}, { provider: kubernetes })],
        data: { ...config.data, protect: options.protect ?? false },
        observability: config.observability,
    };
}

/** A system with a namespace and, on AWS, with access to its secrets. */
export function createScope(options: Surroundings = {}): SystemScope {
    const platform = createPlatform(options);
    const system = options.system ?? "shop";
    const parent = new pulumi.ComponentResource("platform:system:System", system);
    const namespace = new k8s.core.v1.Namespace(
        `${system}-namespace`,
        { metadata: { name: system } },
        { provider: platform.kubernetes, parent },
    );
    const base = {
        platform,
        system,
        owner: "shop-team",
        namespace: system,
        parent,
        dependsOn: [...platform.ready, namespace],
    };
    const backupBucket = {
        name: `${system}-dev-backups`,
        arn: `arn:aws:s3:::${system}-dev-backups`,
        resource: namespace,
    };
    return platform.aws === undefined ? base : { ...base, secretAccess: createAccess(base).context, backupBucket };
}

function createAccess({ platform, system, namespace, parent, dependsOn }: SystemScope): SecretAccess {
    const { stack, environment, extraTags } = platform;
    const tags = { stack, environment, extraTags, system };
    return new SecretAccess(`${system}-secret-access`, { tags, system, namespace, platform, dependsOn }, { parent });
}

/** What a resource was asked for under a path such as `spec.data.0.secretKey`; undefined where there is nothing. */
export function at(resource: PlannedResource, path: string): unknown {
    return path
        .split(".")
        .reduce<unknown>(
            (value, key) => (value as Readonly<Record<string, unknown>> | undefined)?.[key],
            resource.inputs,
        );
}

/** The same for what must be text. */
export function textAt(resource: PlannedResource, path: string): string {
    const value = at(resource, path);
    if (typeof value !== "string") {
        throw new Error(`${path} of ${resource.name} is ${JSON.stringify(value)}, not text`);
    }
    return value;
}

/** The same for what must be a list, whose elements have a given form. */
export function listAt<Element>(resource: PlannedResource, path: string): readonly Element[] {
    const value = at(resource, path);
    if (!Array.isArray(value)) {
        throw new Error(`${path} of ${resource.name} is ${JSON.stringify(value)}, not a list`);
    }
    return value as readonly Element[];
}

/** The only Kubernetes object of a kind. */
export function only(graph: ResourceGraph, kind: string): PlannedResource {
    const found = graph.all.filter(({ type, inputs }) => type.startsWith("kubernetes:") && inputs.kind === kind);
    if (found.length !== 1 || found[0] === undefined) {
        throw new Error(`expected one ${kind}, found ${found.length}`);
    }
    return found[0];
}

interface Statement {
    readonly Effect: string;
    readonly Action: string | string[];
    readonly Resource: string | string[];
    readonly Principal?: Record<string, string>;
    readonly Condition?: Record<string, Record<string, string | string[]>>;
}

/** The statements of an IAM policy document. */
export function statementsOf(document: string): Statement[] {
    return (JSON.parse(document) as { Statement: Statement[] }).Statement;
}

const asList = (value: string | string[]): string[] => (Array.isArray(value) ? value : [value]);

/** Every resource that a policy document names. */
export function resourcesOf(document: string): string[] {
    return statementsOf(document).flatMap(({ Resource }) => asList(Resource));
}

export const rolePolicy = "aws:iam/rolePolicy:RolePolicy";
export const secretType = "aws:secretsmanager/secret:Secret";
export const versionType = "aws:secretsmanager/secretVersion:SecretVersion";
export const rotationType = "aws:secretsmanager/secretRotation:SecretRotation";

/** The document of an inline policy, by its Pulumi name. */
export function policyOf(graph: ResourceGraph, name: string): string {
    return textAt(graph.one(rolePolicy, name), "policy");
}
