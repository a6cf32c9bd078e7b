import * as k8s from "@pulumi/kubernetes";
import type { types } from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { ApiService, type ApiServiceArgs } from "../../../components/apiService/apiService";
import type { ServiceSpec } from "../../../components/apiService/spec";
import type { StoreConnection } from "../../../components/connection";
import type {
    AwsContext,
    GatewayContext,
    PlatformContext,
    SystemScope,
    TracingContext,
} from "../../../components/context";
import { platformConfig, type AddonName } from "../../../config/schema";
import type { RecordOptions } from "../../../simulation/record";
import { deploy, type ResourceGraph } from "../../harness";

const config = platformConfig.parse({ environment: "dev" });

export const allAddons = Object.keys(config.addons) as AddonName[];

/** The smallest service there can be. */
export const minimal: ServiceSpec = { image: "ghcr.io/your-org/api", port: 8000 };

const awsContext: AwsContext = {
    region: "eu-central-1",
    accountId: "123456789012",
    vpcId: "vpc-1",
    publicSubnetCidrs: ["10.0.0.0/24", "10.0.1.0/24"],
    dataSubnetCidrs: ["10.0.8.0/24", "10.0.9.0/24"],
    dataSubnetIds: ["subnet-1", "subnet-2"],
    clusterName: "platform-dev",
    nodeSecurityGroupId: "sg-1",
    dataKeyArn: "arn:aws:kms:eu-central-1:123456789012:key/data",
    logsKeyArn: "arn:aws:kms:eu-central-1:123456789012:key/logs",
    externalSecretsRoleArn: "arn:aws:iam::123456789012:role/external-secrets",
    certificateArn: "arn:aws:acm:eu-central-1:123456789012:certificate/platform",
};

export interface PlatformOptions {
    /** Overrides of the AWS side; null for a local cluster. */
    readonly aws?: Partial<AwsContext> | null;
    readonly gateway?: GatewayContext;
    readonly tracing?: TracingContext;
    readonly addons?: readonly AddonName[];
    readonly stack?: string;
    readonly scrapeIntervalSeconds?: number;
    readonly extraTags?: Readonly<Record<string, string>>;
}

/** A system on a platform, made of stand-ins: a provider, one resource for what the platform waits for and one for the namespace. */
export function createScope(options: PlatformOptions = {}): SystemScope {
    const kubernetes = new k8s.Provider("cluster", { kubeconfig: "{}" });
    const controller = new k8s.core.v1.ServiceAccount("controller", {}, { provider: kubernetes });
    const parent = new pulumi.ComponentResource("platform:system:System", "shop");
    const namespace = new k8s.core.v1.Namespace("shop-namespace", {}, { provider: kubernetes, parent });
    const platform: PlatformContext = {
        stack: options.stack ?? "dev",
        environment: "dev",
        extraTags: options.extraTags ?? {},
        kubernetes,
        ...(options.gateway && { gateway: options.gateway }),
        ...(options.tracing && { tracing: options.tracing }),
        ...(options.aws !== null && { aws: { ...awsContext, ...options.aws } }),
        addons: new Set(options.addons ?? allAddons),
        deliveryPath: "deploy",
        ready: [controller],
        data: config.data,
        observability: {
            ...config.observability,
            scrapeIntervalSeconds: options.scrapeIntervalSeconds ?? config.observability.scrapeIntervalSeconds,
        },
    };
    return {
        platform,
        system: "shop",
        owner: "shop-team",
        namespace: "shop",
        parent,
        dependsOn: [controller, namespace],
    };
}

/** A managed PostgreSQL database, whose address only the cloud knows. */
export function database(change: Partial<StoreConnection> = {}): StoreConnection {
    return {
        kind: "postgres",
        name: "postgres",
        host: "shop.c1.eu-central-1.rds.amazonaws.com",
        port: 5432,
        tls: true,
        databaseName: "shop",
        username: "shopuser",
        secret: { name: "postgres-credentials", keys: ["password"], dependsOn: [] },
        passwordKey: "password",
        network: { kind: "cidrs", cidrs: ["10.0.8.0/24", "10.0.9.0/24"] },
        exporterJob: "postgres-exporter",
        maxConnections: 100,
        dependsOn: [],
        ...change,
    };
}

/** A Redis cache in the cluster. */
export function cache(change: Partial<StoreConnection> = {}): StoreConnection {
    return {
        kind: "redis",
        name: "redis",
        host: "redis.shop.svc.cluster.local",
        port: 6379,
        tls: false,
        secret: { name: "redis-credentials", keys: ["password"], dependsOn: [] },
        passwordKey: "password",
        network: { kind: "pods", namespace: "shop", labels: { "app.kubernetes.io/name": "redis" } },
        exporterJob: "redis-exporter",
        dependsOn: [],
        ...change,
    };
}

export type ServiceOptions = Partial<Omit<ApiServiceArgs, "scope">> & { readonly name?: string };

/** Deploys one service of the system "shop". */
export function deployService(
    service: ServiceOptions | (() => ServiceOptions) = {},
    platform: PlatformOptions = {},
    options: RecordOptions = {},
): Promise<ResourceGraph> {
    return deploy(() => {
        const scope = createScope(platform);
        const { name = "api", ...args } = typeof service === "function" ? service() : service;
        const made = new ApiService(name, {
            image: minimal.image,
            port: minimal.port,
            version: "1.4.2",
            ...args,
            scope,
        });
        return { url: made.url };
    }, options);
}

/** A custom resource, of which only these parts are looked at. */
interface CustomObject {
    readonly apiVersion: string;
    readonly metadata: types.output.meta.v1.ObjectMeta;
    readonly spec: {
        readonly updatePolicy: { readonly updateMode: string };
        readonly targetRef: unknown;
        readonly endpoints: readonly { readonly scrapeTimeout: string }[];
    };
}

/** Kubernetes objects by kind. What a manifest leaves out is undefined, whatever the type says. */
export interface Manifests {
    ConfigMap: types.output.core.v1.ConfigMap;
    Deployment: types.output.apps.v1.Deployment;
    HorizontalPodAutoscaler: types.output.autoscaling.v2.HorizontalPodAutoscaler;
    Ingress: types.output.networking.v1.Ingress;
    NetworkPolicy: types.output.networking.v1.NetworkPolicy;
    PodDisruptionBudget: types.output.policy.v1.PodDisruptionBudget;
    Role: types.output.rbac.v1.Role;
    RoleBinding: types.output.rbac.v1.RoleBinding;
    Service: types.output.core.v1.Service;
    ServiceAccount: types.output.core.v1.ServiceAccount;
    ServiceMonitor: CustomObject;
    VerticalPodAutoscaler: CustomObject;
}

/** What was asked of Kubernetes for a custom resource, of which every part may be looked at. */
export function customObject(
    graph: ResourceGraph,
    kind: string,
    name = "api",
): { readonly apiVersion: string; readonly metadata: types.output.meta.v1.ObjectMeta; readonly spec: unknown } {
    const { apiVersion, metadata, spec } = graph.object(kind, name).inputs;
    return {
        apiVersion: String(apiVersion),
        metadata: metadata as types.output.meta.v1.ObjectMeta,
        spec,
    };
}

/** What was asked of Kubernetes for an object. */
export function manifest<Kind extends keyof Manifests>(
    graph: ResourceGraph,
    kind: Kind,
    name = "api",
): Manifests[Kind] {
    return graph.object(kind, name).inputs as unknown as Manifests[Kind];
}

export function configMapOf(graph: ResourceGraph): Manifests["ConfigMap"] {
    return graph.one("kubernetes:core/v1:ConfigMap").inputs as unknown as Manifests["ConfigMap"];
}
