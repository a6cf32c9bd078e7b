import * as k8s from "@pulumi/kubernetes";
import type { AddonContext } from "../../../components/addons/definition";
import { Addons, type AddonsArgs } from "../../../components/addons/addons";
import { deploy, type ResourceGraph } from "../../harness";

export const everything: AddonsArgs["enabled"] = {
    awsLoadBalancerController: true,
    clusterAutoscaler: true,
    externalSecrets: true,
    certManager: true,
    externalDns: true,
    monitoring: true,
    logging: true,
    reloader: true,
    verticalPodAutoscaler: true,
    envoyGateway: true,
    argoRollouts: true,
    argoCd: true,
    linkerd: true,
    tracing: true,
    searchableLogs: true,
    kyverno: true,
};

export const zone = "Z0123456789ABCDEFGHIJ";

export const context: AddonContext = {
    tags: { stack: "dev", environment: "dev", extraTags: { team: "shop" } },
    cluster: {
        name: "platform-dev",
        kubernetesVersion: "1.36",
        vpcId: "vpc-1",
        accountId: "123456789012",
        region: "eu-central-1",
    },
    replicas: 1,
    enabled: everything,
    monitoring: true,
    edge: { hostedZoneId: zone, hosts: ["api.example.com", "shop.example.com"] },
};

/** Deploys the add-ons behind a resource that stands for nodes and monitoring. */
export function deployAddons(
    change: { enabled?: Partial<AddonsArgs["enabled"]>; edge?: AddonsArgs["edge"]; environment?: string } = {},
    preview = false,
): Promise<ResourceGraph> {
    return deploy(
        () => {
            const provider = new k8s.Provider("kubernetes", {});
            const nodes = new k8s.core.v1.Namespace("nodes", {}, { provider });
            const addons = new Addons("addons", {
                tags: { ...context.tags, environment: change.environment ?? "dev" },
                cluster: { ...context.cluster, provider },
                enabled: { ...everything, ...change.enabled },
                edge: change.edge ?? context.edge,
                logs: { keyArn: "arn:aws:kms:eu-central-1:123456789012:key/logs", retentionDays: 30 },
                dependsOn: [nodes],
            });
            return {
                ready: addons.ready.length,
                installed: [...addons.installed].sort(),
                externalSecretsRoleArn: addons.externalSecretsRoleArn,
                externalSecretsNamespace: addons.externalSecretsNamespace,
            };
        },
        { preview, region: "eu-central-1" },
    );
}
