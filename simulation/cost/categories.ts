import type { Cost, CostLine } from "./cost";

/** What a stack's bill is made of, in the order in which people ask. */
export const categories = [
    "EKS control plane",
    "nodes",
    "their root volumes",
    "NAT and its addresses",
    "load balancers and their addresses",
    "databases",
    "caches",
    "volumes in the cluster",
    "keys, secrets and zones",
    "assumed use",
] as const;

export type Category = (typeof categories)[number];

const categoryOfType: Readonly<Record<string, Category>> = {
    "eks:index:Cluster": "EKS control plane",
    "aws:eks/cluster:Cluster": "EKS control plane",
    "aws:ec2/natGateway:NatGateway": "NAT and its addresses",
    "aws:ec2/instance:Instance": "NAT and its addresses",
    "aws:cloudwatch/metricAlarm:MetricAlarm": "NAT and its addresses",
    "aws:ec2/eip:Eip": "NAT and its addresses",
    "kubernetes:networking.k8s.io/v1:Ingress": "load balancers and their addresses",
    "kubernetes:core/v1:Service": "load balancers and their addresses",
    "kubernetes:gateway.envoyproxy.io/v1alpha1:EnvoyProxy": "load balancers and their addresses",
    "kubernetes:gateway.networking.k8s.io/v1:Gateway": "load balancers and their addresses",
    "aws:rds/instance:Instance": "databases",
    "aws:elasticache/replicationGroup:ReplicationGroup": "caches",
    "kubernetes:apps/v1:StatefulSet": "volumes in the cluster",
    "kubernetes:core/v1:PersistentVolumeClaim": "volumes in the cluster",
    "kubernetes:helm.sh/v3:Release": "volumes in the cluster",
};

export function categoryOf({ type, unit, usage }: CostLine): Category {
    if (usage) {
        return "assumed use";
    }
    if (type === "aws:eks/nodeGroup:NodeGroup") {
        return unit === "hour" ? "nodes" : "their root volumes";
    }
    return categoryOfType[type] ?? "keys, secrets and zones";
}

/** The cost of each category; 0 for what a stack does not have. */
export function byCategory({ lines }: Cost): Readonly<Record<Category, number>> {
    const sums = Object.fromEntries(categories.map((category) => [category, 0])) as Record<Category, number>;
    for (const line of lines) {
        sums[categoryOf(line)] += line.monthly;
    }
    return sums;
}
