import * as pulumi from "@pulumi/pulumi";
import type { PolicyStatement } from "../identity/podIdentity";
import {
    clusterCritical,
    disruptionBudget,
    replicasOf,
    resourcesOf,
    restrictedContainer,
    restrictedPod,
    type AddonContext,
    type AddonDefinition,
    type AddonPod,
} from "./definition";

const autoscaler: AddonPod = { count: "redundant", cpuMillicores: 50, memoryMiB: 128, memoryLimitMiB: 600 };

const serviceAccount = "cluster-autoscaler";
const namespace = "cluster-autoscaler";

/**
 * The autoscaler simulates the scheduler of one Kubernetes minor version, so its image follows the cluster. Source: releases of
 * kubernetes/autoscaler.
 */
const imageTags: Readonly<Record<AddonContext["cluster"]["kubernetesVersion"], string>> = {
    "1.34": "v1.34.5",
    "1.35": "v1.35.2",
    "1.36": "v1.36.1",
};

/**
 * Sets the number of nodes of each node group within its bounds. It finds the groups by the tags that EKS puts on the Auto Scaling groups
 * of managed node groups (Amazon EKS User Guide, "Managed node groups").
 *
 * Karpenter would need its own node definitions beside the node groups of the configuration; this reads them as they are.
 */
export const clusterAutoscaler: AddonDefinition = {
    name: "clusterAutoscaler",
    namespace,
    podSecurity: { level: "restricted" },
    chart: { name: "cluster-autoscaler", version: "9.59.0", repository: "https://kubernetes.github.io/autoscaler" },
    // It has a Service of its own, which must not meet a webhook that is not up yet.
    after: ["awsLoadBalancerController"],
    pods: { autoscaler },
    flows: () => ({ metrics: [8085] }),
    identity: { serviceAccount, statements },
    values: (context) => ({
        fullnameOverride: "cluster-autoscaler",
        image: { tag: imageTags[context.cluster.kubernetesVersion] },
        autoDiscovery: { clusterName: context.cluster.name },
        awsRegion: context.cluster.region,
        replicaCount: replicasOf(autoscaler, context),
        resources: resourcesOf(autoscaler),
        priorityClassName: clusterCritical,
        podDisruptionBudget: disruptionBudget(autoscaler, context),
        securityContext: { ...restrictedPod, runAsUser: 65534, fsGroup: 65534 },
        containerSecurityContext: restrictedContainer,
        rbac: { serviceAccount: { name: serviceAccount } },
        extraArgs: {
            // The same group in several zones stays balanced, and the tightest fit is taken among different ones.
            "balance-similar-node-groups": true,
            expander: "least-waste",
            // Pods of kube-system and pods with scratch space can be moved; without this, most nodes could never be given back.
            "skip-nodes-with-system-pods": false,
            "skip-nodes-with-local-storage": false,
            // The chart's 4 explains every node every ten seconds.
            v: 2,
        },
        serviceMonitor: { enabled: context.monitoring, namespace, interval: "30s" },
    }),
};

/** Source: cloudprovider/aws/README.md of the autoscaler. */
function statements({ cluster }: AddonContext): PolicyStatement[] {
    const { region, accountId, name } = cluster;
    return [
        {
            // AWS knows no resources for these actions.
            sid: "Describe",
            actions: [
                "autoscaling:DescribeAutoScalingGroups",
                "autoscaling:DescribeAutoScalingInstances",
                "autoscaling:DescribeLaunchConfigurations",
                "autoscaling:DescribeScalingActivities",
                "ec2:DescribeImages",
                "ec2:DescribeInstanceTypes",
                "ec2:DescribeLaunchTemplateVersions",
                "ec2:GetInstanceTypesFromInstanceRequirements",
            ],
            resources: ["*"],
        },
        {
            // Labels and taints of a group that has no node yet.
            sid: "ReadNodeGroups",
            actions: ["eks:DescribeNodegroup"],
            resources: [pulumi.interpolate`arn:aws:eks:${region}:${accountId}:nodegroup/${name}/*/*`],
        },
        {
            sid: "ScaleNodeGroupsOfThisCluster",
            actions: ["autoscaling:SetDesiredCapacity", "autoscaling:TerminateInstanceInAutoScalingGroup"],
            resources: [
                pulumi.interpolate`arn:aws:autoscaling:${region}:${accountId}:autoScalingGroup:*:autoScalingGroupName/*`,
            ],
            conditions: { StringEquals: { [`aws:ResourceTag/k8s.io/cluster-autoscaler/${name}`]: "owned" } },
        },
    ];
}
