import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { AwsContext, PlatformContext, SystemScope } from "../../../components/context";
import { Database, type DatabaseArgs } from "../../../components/database/database";
import type { DatabaseSpec } from "../../../components/database/spec";
import { platformConfig, type AddonName } from "../../../config/schema";
import type { PlannedResource, RecordOptions } from "../../../simulation/record";
import { deploy, type ResourceGraph } from "../../harness";

const config = platformConfig.parse({ environment: "dev" });

export const allAddons = Object.keys(config.addons) as AddonName[];

export const postgres: DatabaseSpec = {
    engine: "postgres",
    version: "15",
    databaseName: "shopdb",
    username: "shopuser",
};
export const mysql: DatabaseSpec = { engine: "mysql", version: "8.4", databaseName: "shop_dev", username: "shop_user" };

const awsContext: AwsContext = {
    region: "eu-central-1",
    accountId: "123456789012",
    vpcId: "vpc-1",
    publicSubnetCidrs: ["10.0.0.0/24", "10.0.1.0/24"],
    dataSubnetCidrs: ["10.0.8.0/24", "10.0.9.0/24"],
    dataSubnetIds: ["subnet-1", "subnet-2"],
    clusterName: "platform-dev",
    nodeSecurityGroupId: "sg-nodes",
    dataKeyArn: "arn:aws:kms:eu-central-1:123456789012:key/data",
    logsKeyArn: "arn:aws:kms:eu-central-1:123456789012:key/logs",
    externalSecretsRoleArn: "arn:aws:iam::123456789012:role/external-secrets",
};

export interface DatabaseOptions {
    readonly spec?: DatabaseSpec;
    readonly args?: Partial<Omit<DatabaseArgs, "scope" | "sizing">>;
    readonly sizing?: Partial<DatabaseArgs["sizing"]>;
    /** Whether the platform is on AWS. Default true. */
    readonly aws?: boolean;
    readonly addons?: readonly AddonName[];
    readonly stack?: string;
    /** Name of the store. Default "db". */
    readonly name?: string;
    /** What to look at once the database is there. */
    readonly inspect?: (database: Database) => void;
}

/** A system on a platform, made of stand-ins: a provider, one resource for what the platform waits for and one for the namespace. */
export function createScope({ aws = true, addons = allAddons, stack = "dev" }: DatabaseOptions = {}): SystemScope {
    const kubernetes = new k8s.Provider("cluster", { kubeconfig: "{}" });
    const controller = new k8s.core.v1.ServiceAccount("controller", {}, { provider: kubernetes });
    const parent = new pulumi.ComponentResource("platform:system:System", "shop");
    const namespace = new k8s.core.v1.Namespace("shop-namespace", {}, { provider: kubernetes, parent });
    const platform: PlatformContext = {
        stack,
        environment: "dev",
        extraTags: { team: "shop" },
        kubernetes,
        ...(aws && { aws: awsContext }),
        addons: new Set(addons),
        deliveryPath: "deploy",
        ready: [controller],
        data: config.data,
        observability: config.observability,
    };
    return {
        platform,
        system: "shop",
        owner: "shop-team",
        namespace: "shop",
        parent,
        dependsOn: [controller, namespace],
        ...(aws && {
            secretAccess: {
                storeName: "shop",
                readerRoleName: "shop-reader",
                rotationFunctionArn: "arn:aws:lambda:eu-central-1:123456789012:function:rotation",
                rotationRoleName: "shop-rotation",
                dependsOn: [],
            },
            backupBucket: { name: "shop-dev-backups", arn: "arn:aws:s3:::shop-dev-backups", resource: namespace },
        }),
    };
}

/** One database of the system "shop". */
export function createDatabase(options: DatabaseOptions): void {
    const { backups, database: sizing } = config.data;
    const database = new Database(options.name ?? "db", {
        ...(options.spec ?? postgres),
        placement: "in-cluster",
        protect: false,
        backups,
        ...options.args,
        sizing: { ...sizing, ...options.sizing },
        scope: createScope(options),
    });
    options.inspect?.(database);
}

/** Deploys it. */
export function deployDatabase(options: DatabaseOptions = {}, record: RecordOptions = {}): Promise<ResourceGraph> {
    return deploy(() => createDatabase(options), record);
}

export const managed = { args: { placement: "managed" } } satisfies DatabaseOptions;

/** The part of a pod that the tests look at. */
export interface PodSpec {
    readonly serviceAccountName: string;
    readonly automountServiceAccountToken: boolean;
    readonly restartPolicy?: string;
    readonly securityContext: Readonly<Record<string, unknown>>;
    readonly initContainers?: readonly Container[];
    readonly containers: readonly Container[];
    readonly volumes: readonly Readonly<Record<string, unknown>>[];
}

export interface Container {
    readonly name: string;
    readonly image: string;
    readonly command?: readonly string[];
    readonly args?: readonly string[];
    readonly env?: readonly { readonly name: string; readonly value?: string; readonly valueFrom?: unknown }[];
    readonly resources: Readonly<Record<"requests" | "limits", Readonly<Record<string, string>>>>;
    readonly securityContext: Readonly<Record<string, unknown>>;
    readonly volumeMounts?: readonly {
        readonly name: string;
        readonly mountPath: string;
        readonly readOnly?: boolean;
    }[];
    readonly readinessProbe?: { readonly exec: { readonly command: readonly string[] } };
}

interface Workload {
    readonly template?: { readonly spec: PodSpec; readonly metadata: PodMetadata };
    readonly jobTemplate?: {
        readonly spec: { readonly template: { readonly spec: PodSpec; readonly metadata: PodMetadata } };
    };
}

interface PodMetadata {
    readonly labels: Readonly<Record<string, string>>;
}

function podTemplate(resource: PlannedResource): { readonly spec: PodSpec; readonly metadata: PodMetadata } {
    const spec = resource.inputs.spec as Workload;
    const template = spec.jobTemplate?.spec.template ?? spec.template;
    if (template === undefined) {
        throw new Error(`${resource.urn} has no pods`);
    }
    return template;
}

export function podOf(resource: PlannedResource): PodSpec {
    return podTemplate(resource).spec;
}

export function podLabels(resource: PlannedResource): Readonly<Record<string, string>> {
    return podTemplate(resource).metadata.labels;
}

export function container(pod: PodSpec, name: string): Container {
    const found = [...(pod.initContainers ?? []), ...pod.containers].find((each) => each.name === name);
    if (found === undefined) {
        throw new Error(`the pod has no container ${name}`);
    }
    return found;
}

/** Every pod of the plan. */
export function allPods(graph: ResourceGraph): PodSpec[] {
    return graph.all.filter((each) => /^kubernetes:(apps|batch)\//.test(each.type)).map(podOf);
}
