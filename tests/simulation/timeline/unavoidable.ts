import type { Plan, PlannedResource } from "../../../simulation/record";
import { creationSeconds } from "../../../simulation/timeline/durations";

/** A step of creating a stack that no order can leave out, and what has to be there before it. */
interface Stage {
    /** What is created in it, all at the same time. */
    readonly is: (resource: PlannedResource) => boolean;
    /** Stages that it needs, each with the reason. */
    readonly needs: Readonly<Record<string, string>>;
}

const ofType =
    (...types: readonly string[]) =>
    ({ type }: PlannedResource): boolean =>
        types.includes(type);

const release =
    (...charts: readonly string[]) =>
    ({ type, inputs }: PlannedResource): boolean =>
        type === "kubernetes:helm.sh/v3:Release" && charts.some((chart) => String(inputs.chart).endsWith(chart));

const beforeNodes = ["vpc-cni", "kube-proxy", "eks-pod-identity-agent"];

const addon =
    (early: boolean) =>
    ({ type, inputs }: PlannedResource): boolean =>
        type === "aws:eks/addon:Addon" && beforeNodes.includes(String(inputs.addonName)) === early;

/**
 * The chain that the things themselves dictate: control plane, nodes, add-ons, workloads, stores. It says nothing about how the program
 * orders its resources; it is what the program's order is held to.
 */
const stages: Readonly<Record<string, Stage>> = {
    vpc: { is: ofType("aws:ec2/vpc:Vpc"), needs: {} },
    subnets: { is: ofType("aws:ec2/subnet:Subnet"), needs: { vpc: "they are in it" } },
    controlPlane: { is: ofType("eks:index:Cluster"), needs: { subnets: "its interfaces are in them" } },
    nodeAgents: { is: addon(true), needs: { controlPlane: "they are installed in it" } },
    nodes: {
        is: ofType("aws:eks/nodeGroup:NodeGroup"),
        needs: { nodeAgents: "a node without network plugin is not ready" },
    },
    clusterAddons: { is: addon(false), needs: { nodes: "their pods run there" } },
    monitoringKinds: {
        is: release("kube-prometheus-stack"),
        needs: { clusterAddons: "its pods need DNS and volumes" },
    },
    serviceWebhook: {
        is: release("aws-load-balancer-controller"),
        needs: { monitoringKinds: "it has a ServiceMonitor" },
    },
    gatewayKinds: {
        is: release("gateway-helm"),
        needs: { serviceWebhook: "it has Services, which its webhook looks at" },
    },
    certificates: { is: release("cert-manager"), needs: { gatewayKinds: "it does not start before them" } },
    trust: { is: release("trust-manager"), needs: { certificates: "it takes the root from one" } },
    mesh: { is: release("linkerd-control-plane"), needs: { trust: "its proxies trust that root" } },
    otherAddons: {
        is: release("argo-cd", "external-secrets", "jaeger", "argo-rollouts", "cluster-autoscaler"),
        needs: { serviceWebhook: "they have Services, which its webhook looks at" },
    },
    managedStores: {
        is: ofType("aws:rds/instance:Instance", "aws:elasticache/replicationGroup:ReplicationGroup"),
        needs: { subnets: "they are in them" },
    },
    clusterStores: {
        is: ofType("kubernetes:apps/v1:StatefulSet"),
        needs: {
            mesh: "pods of the mesh get their proxy when they are made",
            otherAddons: "their secrets come from one",
        },
    },
    workloads: {
        is: ofType("kubernetes:apps/v1:Deployment"),
        needs: {
            clusterStores: "they are not ready without their store",
            managedStores: "they are not ready without their store",
            mesh: "pods of the mesh get their proxy when they are made",
            otherAddons: "their secrets come from one",
        },
    },
    entrances: {
        is: ofType("kubernetes:networking.k8s.io/v1:Ingress"),
        needs: { workloads: "Pulumi waits until an Ingress leads somewhere" },
    },
    cdn: { is: ofType("aws:cloudfront/distribution:Distribution"), needs: {} },
};

/** Seconds of the longest chain that cannot be avoided. */
export function unavoidableSeconds({ resources }: Plan): number {
    const ends = new Map<string, number>();
    const endOf = (name: string): number => {
        const known = ends.get(name);
        const stage = stages[name];
        if (known !== undefined || stage === undefined) {
            return known ?? 0;
        }
        const start = Math.max(0, ...Object.keys(stage.needs).map(endOf));
        const end = start + Math.max(0, ...resources.filter(stage.is).map(creationSeconds));
        ends.set(name, end);
        return end;
    };
    return Math.max(...Object.keys(stages).map(endOf));
}
