import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { AddonName, EnvironmentName, PlatformConfig } from "../config/schema";

/** The AWS side of a platform, as the systems on it need to know it. Absent on a local cluster. */
export interface AwsContext {
    readonly region: string;
    readonly accountId: pulumi.Input<string>;
    readonly vpcId: pulumi.Input<string>;
    /** Address ranges of the public subnets, where load balancers stand. */
    readonly publicSubnetCidrs: readonly string[];
    /** Address ranges that the VPC's interface endpoints answer in; absent when the VPC has none. */
    readonly interfaceEndpointCidrs?: readonly string[];
    /** Address ranges of the isolated subnets, where managed stores stand. */
    readonly dataSubnetCidrs: readonly string[];
    readonly dataSubnetIds: pulumi.Input<string>[];
    /** Physical name of the EKS cluster. */
    readonly clusterName: string;
    /** The security group that every node, and so every pod, is in. */
    readonly nodeSecurityGroupId: pulumi.Input<string>;
    /** KMS key of data at rest: stores, secrets, backups, logs. */
    readonly dataKeyArn: pulumi.Input<string>;
    /** KMS key of log groups. */
    readonly logsKeyArn: pulumi.Input<string>;
    /** The External Secrets Operator's own role, which may assume a system's reader role and nothing else. */
    readonly externalSecretsRoleArn: pulumi.Input<string>;
    /** Route 53 zone of the public hosts; absent where the edge brings its own certificate. */
    readonly hostedZoneId?: string;
    /** Web ACL that load balancers of Ingresses stand behind; absent without a firewall. */
    readonly webAclArn?: pulumi.Input<string>;
    /** Validated certificate of the public hosts, when the edge has one. */
    readonly certificateArn?: pulumi.Input<string>;
}

/** The proxies that all systems of a platform share, and who makes certificates for their hosts. */
export interface GatewayContext {
    /** GatewayClass whose Gateways are merged onto one set of Envoy proxies. */
    readonly className: string;
    /** ClusterIssuer of cert-manager. */
    readonly clusterIssuer: string;
    /** Namespace that the proxies run in. */
    readonly namespace: string;
    /** Whether the proxies count a client's requests together, in the store of the shared gateway, or each by itself. Default true. */
    readonly globalRateLimit?: boolean;
    /** Whether services that ask for a load balancer of AWS, and have a host, are reached through the gateway instead. Default false. */
    readonly takesAllHosts?: boolean;
}

/** Where services send their spans. */
export interface TracingContext {
    /** Address of the collector, such as "http://collector.tracing:4318". */
    readonly endpoint: string;
    /** How it is spoken to; the endpoint's port is that of this protocol. */
    readonly protocol: "http/protobuf" | "grpc";
    readonly port: number;
    /** Namespace and labels of the collector's pods. */
    readonly namespace: string;
    readonly podLabels: Readonly<Record<string, string>>;
}

/** A private registry and who pulls from it. */
export interface RegistryContext {
    readonly server: string;
    readonly username: string;
    readonly password: pulumi.Output<string>;
}

/** What everything that runs on a platform shares. It is passed explicitly; there are no globals. */
export interface PlatformContext {
    /** The Pulumi stack. */
    readonly stack: string;
    readonly environment: EnvironmentName;
    readonly extraTags: Readonly<Record<string, string>>;
    /** The provider of the cluster. Every Kubernetes resource uses it, never the default one. */
    readonly kubernetes: k8s.Provider;
    readonly aws?: AwsContext;
    /** The shared gateway; absent without Envoy Gateway. */
    readonly gateway?: GatewayContext;
    /** A private registry that systems pull from; absent where all images are public. */
    readonly registry?: RegistryContext;
    /** Where manifests are written that Argo CD delivers, relative to the program. */
    readonly deliveryPath: string;
    /** Where spans are sent; absent without tracing. */
    readonly tracing?: TracingContext;
    /** The add-ons that are installed. */
    readonly addons: ReadonlySet<AddonName>;
    /**
     * What a workload waits for: nodes and add-ons, so that CRDs and webhooks exist before what uses them, and so that on destroy
     * the controllers outlive what they have to clean up.
     */
    readonly ready: readonly pulumi.Resource[];
    readonly data: PlatformConfig["data"];
    readonly observability: PlatformConfig["observability"];
    /** What a CDN's own firewall allows one address; absent without a firewall. */
    readonly firewall?: { readonly requestsPerFiveMinutes: number };
}

/** How one system reads and rotates its AWS secrets. Each secret grants these roles access to itself and to nothing else. */
export interface SecretAccessContext {
    /** Name of the SecretStore in the system's namespace. */
    readonly storeName: string;
    /** Role that the External Secrets Operator assumes to read this system's secrets. */
    readonly readerRoleName: pulumi.Input<string>;
    /** Function that AWS Secrets Manager calls to rotate a generated secret. */
    readonly rotationFunctionArn: pulumi.Input<string>;
    readonly rotationRoleName: pulumi.Input<string>;
    /** What an ExternalSecret waits for. */
    readonly dependsOn: readonly pulumi.Resource[];
}

/** Where the parts of one system live. */
export interface SystemScope {
    readonly platform: PlatformContext;
    /** Name of the system. */
    readonly system: string;
    /** The team that answers for it; alerts are routed by it. */
    readonly owner: string;
    /** The Kubernetes namespace, which exists once `parent` does. */
    readonly namespace: string;
    /** The component that the system's parts belong to. */
    readonly parent: pulumi.Resource;
    /** What the parts wait for: the namespace, its policies, the platform. */
    readonly dependsOn: readonly pulumi.Resource[];
    /** How the system reads its AWS secrets; absent without AWS, where generated Secrets take their place. */
    readonly secretAccess?: SecretAccessContext;
    /** S3 bucket of the system's backups; absent without AWS. */
    readonly backupBucket?: {
        readonly name: string;
        readonly arn: pulumi.Input<string>;
        readonly resource: pulumi.Resource;
    };
}

/** The labels of everything that belongs to a part of a system. Names are the Kubernetes recommended labels. */
export function labelsFor(
    scope: Pick<SystemScope, "system" | "platform">,
    name: string,
    component?: string,
): Record<string, string> {
    return {
        "app.kubernetes.io/name": name,
        "app.kubernetes.io/part-of": scope.system,
        "app.kubernetes.io/managed-by": "pulumi",
        ...(component === undefined ? {} : { "app.kubernetes.io/component": component }),
    };
}

/** The labels that select the pods of a part of a system. They never change: a Deployment's selector is immutable. */
export function selectorFor(scope: Pick<SystemScope, "system">, name: string): Record<string, string> {
    return { "app.kubernetes.io/name": name, "app.kubernetes.io/part-of": scope.system };
}
