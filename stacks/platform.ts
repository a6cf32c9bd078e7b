import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { Addons } from "../components/addons/addons";
import { Cluster } from "../components/cluster/cluster";
import { traceCollector } from "../components/addons/tracingNames";
import { GuardDuty } from "../components/audit/guardDuty";
import { Trail } from "../components/audit/trail";
import type { PlatformContext } from "../components/context";
import { Certificate } from "../components/edge/certificate";
import { WebAcl } from "../components/edge/webAcl";
import { EncryptionKeys } from "../components/encryption/encryption";
import { physicalName } from "../components/naming";
import { Network } from "../components/network/network";
import { SharedGateway } from "../components/gateway/gateway";
import { Monitoring } from "../components/observability/monitoring";
import { ImageSignaturePolicy } from "../components/registry/imageSignatures";
import { RotationCheck } from "../components/secrets/rotationCheck";
import type { TagContext } from "../components/tags";
import type { StackConfig } from "../config/load";
import { installedAddons } from "./addons";

/** What the systems run on, and what an operator wants to know about it. */
export interface Platform {
    readonly context: PlatformContext;
    readonly clusterName: string;
    /** Absent where the cluster is not ours. */
    readonly kubeconfig?: pulumi.Output<string>;
    readonly vpcId?: pulumi.Output<string>;
}

/** What makes, guards and names the proxies of the shared gateway. */
const gatewayNeeds = ["awsLoadBalancerController", "envoyGateway", "certManager"] as const;

/** What every kind of platform takes from the configuration alone. */
export function sharedContext({ platform, secrets }: StackConfig): Pick<PlatformContext, "deliveryPath" | "registry"> {
    const { delivery, registry } = platform;
    const password = secrets.registryPassword;
    return {
        deliveryPath: delivery.path,
        ...(registry !== undefined && password !== undefined && { registry: { ...registry, password } }),
    };
}

/** What CDNs need for a firewall of their own, where the stack has firewalls. */
export function firewallContext({ platform }: StackConfig): Pick<PlatformContext, "firewall"> {
    const { enabled, requestsPerFiveMinutes } = platform.edge.firewall;
    return enabled ? { firewall: { requestsPerFiveMinutes } } : {};
}

/**
 * Composes the platform on AWS: keys, network, cluster, monitoring, add-ons.
 *
 * @param hosts public host names of the systems, which the certificate covers.
 */
export function createPlatform(config: StackConfig & { readonly region: string }, hosts: readonly string[]): Platform {
    const { stack, region, platform } = config;
    const { environment, network: networkConfig, data, edge, observability, audit } = platform;
    const tags: TagContext = { stack, environment, extraTags: platform.tags };
    const clusterName = physicalName("cluster", "platform", stack);
    const accountId = aws.getCallerIdentityOutput().accountId;

    const installed = installedAddons(platform);

    const trailName = physicalName("trail", "platform", stack);
    const keys = new EncryptionKeys("encryption", {
        tags,
        stack,
        accountId,
        region,
        protect: data.protect,
        ...(audit?.cloudTrail !== undefined && { trailName }),
    });
    if (audit?.cloudTrail !== undefined && keys.auditKeyArn !== undefined) {
        const { retentionDays, bucketName = physicalName("s3Bucket", "platform", stack, "trail") } = audit.cloudTrail;
        new Trail("trail", {
            tags,
            accountId,
            region,
            trailName,
            bucketName,
            keyArn: keys.auditKeyArn,
            retentionDays,
            protect: data.protect,
        });
    }
    const agentVersion = audit?.guardDuty?.agentVersion;
    const network = new Network("network", {
        ...networkConfig,
        // The agent has no other way to GuardDuty.
        interfaceEndpoints: [
            ...networkConfig.interfaceEndpoints,
            ...(agentVersion === undefined ? [] : ["guardduty-data"]),
        ],
        tags,
        region,
        clusterName,
        logsKeyArn: keys.logsKeyArn,
    });
    const cluster = new Cluster("cluster", {
        tags,
        name: clusterName,
        region,
        accountId,
        vpcId: network.vpcId,
        privateSubnetIds: network.privateSubnets.map((subnet) => subnet.id),
        nodesDependOn: network.ready,
        config: platform.cluster,
        clusterKeyArn: keys.clusterKeyArn,
        dataKeyArn: keys.dataKeyArn,
        logsKeyArn: keys.logsKeyArn,
        protect: data.protect,
    });
    if (audit?.guardDuty !== undefined) {
        new GuardDuty("guard-duty", {
            tags,
            detector: audit.guardDuty.detector,
            ...(agentVersion !== undefined && {
                agent: { version: agentVersion, clusterName: cluster.clusterName, dependsOn: cluster.ready },
            }),
        });
    }
    const monitoring = installed.has("monitoring")
        ? new Monitoring("monitoring", {
              tags,
              provider: cluster.provider,
              config: observability,
              addons: installed,
              ...config.secrets,
              traces: installed.has("tracing"),
              ...(installed.has("logging") && { logs: { clusterName, accountId, region } }),
              pricedCluster: { region, nodeGroups: Object.values(platform.cluster.nodeGroups) },
              dependsOn: cluster.ready,
          })
        : undefined;
    if (monitoring !== undefined && installed.has("externalSecrets")) {
        new RotationCheck("rotation-check", {
            tags,
            provider: cluster.provider,
            clusterName,
            accountId,
            region,
            dependsOn: monitoring.ready,
        });
    }
    const addons = new Addons("addons", {
        tags,
        cluster: {
            name: clusterName,
            kubernetesVersion: platform.cluster.version,
            provider: cluster.provider,
            vpcId: network.vpcId,
            accountId,
            region,
        },
        enabled: platform.addons,
        edge: {
            hosts: [...hosts, ...edge.delegatedHosts],
            firewall: edge.firewall.enabled,
            ...(edge.hostedZoneId !== undefined && { hostedZoneId: edge.hostedZoneId }),
        },
        logs: { keyArn: keys.logsKeyArn, retentionDays: observability.logRetentionDays },
        dependsOn: [...cluster.ready, ...(monitoring?.ready ?? [])],
    });
    if (platform.imageSignatures !== undefined) {
        new ImageSignaturePolicy("image-signatures", {
            provider: cluster.provider,
            config: platform.imageSignatures,
            dependsOn: addons.ready,
        });
    }
    const firewall = edge.firewall.enabled
        ? new WebAcl("firewall", {
              tags,
              scope: "REGIONAL",
              requestsPerFiveMinutes: edge.firewall.requestsPerFiveMinutes,
              logs: { keyArn: keys.logsKeyArn, retentionDays: observability.logRetentionDays },
          })
        : undefined;
    const isShared = edge.loadBalancers === "shared";
    // Behind the gateway each host has a certificate by Let's Encrypt.
    const certificateArn =
        edge.hostedZoneId !== undefined && hosts.length > 0 && !isShared
            ? new Certificate("certificate", { tags, hostedZoneId: edge.hostedZoneId, hosts }).certificateArn
            : edge.certificateArn;

    const gateway = installed.has("envoyGateway")
        ? new SharedGateway("gateway", {
              environment,
              provider: cluster.provider,
              exposure: "nlb",
              takesAllHosts: isShared,
              issuer: {
                  kind: "letsencrypt",
                  region,
                  ...(edge.hostedZoneId !== undefined && { hostedZoneId: edge.hostedZoneId }),
              },
              // Not all add-ons: the mesh takes longest, and no proxy of the gateway is in it.
              dependsOn: gatewayNeeds.flatMap((name) => addons.releases.get(name) ?? []),
          })
        : undefined;

    return {
        clusterName,
        kubeconfig: cluster.kubeconfig,
        vpcId: network.vpcId,
        context: {
            stack,
            environment,
            extraTags: platform.tags,
            kubernetes: cluster.provider,
            addons: installed,
            ...(gateway !== undefined && { gateway: gateway.context }),
            ...(installed.has("tracing") && { tracing: traceCollector }),
            ...sharedContext(config),
            ...firewallContext(config),
            ready: [...cluster.ready, ...(monitoring?.ready ?? []), ...addons.ready, ...(gateway?.ready ?? [])],
            data,
            observability,
            aws: {
                region,
                accountId,
                vpcId: network.vpcId,
                publicSubnetCidrs: network.publicSubnets.map((subnet) => subnet.cidr),
                dataSubnetCidrs: network.dataSubnets.map((subnet) => subnet.cidr),
                ...(networkConfig.interfaceEndpoints.length > 0 && {
                    interfaceEndpointCidrs: network.privateSubnets.map((subnet) => subnet.cidr),
                }),
                dataSubnetIds: network.dataSubnets.map((subnet) => subnet.id),
                clusterName,
                nodeSecurityGroupId: cluster.nodeSecurityGroupId,
                dataKeyArn: keys.dataKeyArn,
                logsKeyArn: keys.logsKeyArn,
                externalSecretsRoleArn: addons.externalSecretsRoleArn,
                ...(edge.hostedZoneId !== undefined && { hostedZoneId: edge.hostedZoneId }),
                ...(certificateArn !== undefined && { certificateArn }),
                ...(firewall !== undefined && { webAclArn: firewall.arn }),
            },
        },
    };
}
