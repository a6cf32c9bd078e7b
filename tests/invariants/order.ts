import type { PlannedResource } from "../../simulation/record";
import type { ResourceGraph } from "../harness";
import type { Invariant } from "./structure";

/** What has to be there before a resource is made, and so what is still there while the resource is being deleted. */
interface Order {
    readonly what: string;
    readonly later: (resource: PlannedResource) => boolean;
    readonly earlier: (resource: PlannedResource) => boolean;
}

const isRelease =
    (chart: string) =>
    (resource: PlannedResource): boolean =>
        resource.type === "kubernetes:helm.sh/v3:Release" &&
        typeof resource.inputs.chart === "string" &&
        resource.inputs.chart.split("/").at(-1) === chart;

const isIdentityOf =
    (serviceAccount: string) =>
    ({ type, inputs }: PlannedResource): boolean =>
        type === "aws:eks/podIdentityAssociation:PodIdentityAssociation" && inputs.serviceAccount === serviceAccount;

const apiGroup = ({ inputs }: PlannedResource): string =>
    typeof inputs.apiVersion === "string" ? (inputs.apiVersion.split("/")[0] ?? "") : "";

const isWorkload = (resource: PlannedResource): boolean => /^kubernetes:(apps|batch)\//.test(resource.type);

/**
 * Destroy runs in reverse. Load balancers, volumes and secrets are made by controllers; were a controller or its node gone first,
 * nothing would clean up what it made, and the VPC could not be deleted.
 */
const orders: readonly Order[] = [
    {
        what: "workloads wait for the nodes",
        later: isWorkload,
        earlier: ({ type }) => type === "aws:eks/nodeGroup:NodeGroup",
    },
    {
        what: "Helm releases wait for the nodes",
        later: ({ type }) => type === "kubernetes:helm.sh/v3:Release",
        earlier: ({ type }) => type === "aws:eks/nodeGroup:NodeGroup",
    },
    {
        what: "Ingresses wait for the load balancer controller",
        later: ({ type }) => type === "kubernetes:networking.k8s.io/v1:Ingress",
        earlier: isRelease("aws-load-balancer-controller"),
    },
    {
        what: "secrets from AWS wait for the External Secrets Operator",
        later: (resource) => apiGroup(resource) === "external-secrets.io",
        earlier: isRelease("external-secrets"),
    },
    {
        what: "monitors and rules wait for the Prometheus operator",
        later: (resource) => apiGroup(resource) === "monitoring.coreos.com",
        earlier: isRelease("kube-prometheus-stack"),
    },
    {
        what: "volumes wait for the storage driver",
        later: ({ type }) => type === "kubernetes:apps/v1:StatefulSet",
        earlier: ({ type, inputs }) => type === "aws:eks/addon:Addon" && inputs.addonName === "aws-ebs-csi-driver",
    },
    {
        what: "network policies wait for the plugin that enforces them",
        later: isWorkload,
        earlier: ({ type, inputs }) => type === "aws:eks/addon:Addon" && inputs.addonName === "vpc-cni",
    },
    {
        what: "Services with a load balancer of their own wait for the load balancer controller",
        later: ({ type, inputs }) =>
            type === "kubernetes:core/v1:Service" &&
            (inputs.spec as { type?: string } | undefined)?.type === "LoadBalancer",
        earlier: isRelease("aws-load-balancer-controller"),
    },
    {
        what: "gateways wait for Envoy Gateway, which makes their load balancer",
        later: (resource) => /^gateway\.(networking\.k8s|envoyproxy)\.io$/.test(apiGroup(resource)),
        earlier: isRelease("gateway-helm"),
    },
    {
        what: "Envoy Gateway waits for the load balancer controller",
        later: isRelease("gateway-helm"),
        earlier: isRelease("aws-load-balancer-controller"),
    },
    {
        what: "the load balancer controller waits for its rights in AWS",
        later: isRelease("aws-load-balancer-controller"),
        earlier: isIdentityOf("aws-load-balancer-controller"),
    },
    {
        what: "external-dns, which takes its records away, waits for its rights in AWS",
        later: isRelease("external-dns"),
        earlier: isIdentityOf("external-dns"),
    },
    {
        what: "Rollouts wait for their controller",
        later: (resource) => resource.inputs.kind === "Rollout",
        earlier: isRelease("argo-rollouts"),
    },
    {
        what: "node groups wait for the routes of their subnets",
        later: ({ type }) => type === "aws:eks/nodeGroup:NodeGroup",
        earlier: ({ type }) => type === "aws:ec2/routeTableAssociation:RouteTableAssociation",
    },
    {
        what: "node groups wait for NAT",
        later: ({ type }) => type === "aws:eks/nodeGroup:NodeGroup",
        earlier: ({ type }) => type === "aws:ec2/natGateway:NatGateway" || type === "aws:ec2/instance:Instance",
    },
];

export const everythingIsMadeInOrder: Invariant = (graph) =>
    hasClusterOfItsOwn(graph)
        ? orders.flatMap(({ what, later, earlier }) => {
              const first = graph.all.filter(earlier);
              return graph.all
                  .filter(later)
                  .filter((resource) => !first.some((each) => graph.waitsFor(resource, each)))
                  .map((resource) => `${resource.urn}: ${what}, but this one does not`);
          })
        : [];

/** In a cluster, not in files for a delivery from git. */
function isApplied(graph: ResourceGraph, { provider = "" }: PlannedResource): boolean {
    const urn = provider.replace(/::[^:]*$/, "");
    return graph.all.find((resource) => resource.urn === urn)?.inputs.renderYamlToDirectory === undefined;
}

/** The API server has no place for an object whose namespace is not there yet, and takes it away with its namespace. */
export const objectsWaitForTheirNamespace: Invariant = (graph) => {
    const namespaces = new Map(
        graph.ofType("kubernetes:core/v1:Namespace").map((resource) => [textOf(resource, "name"), resource]),
    );
    return graph.all
        .filter((resource) => resource.type.startsWith("kubernetes:") && isApplied(graph, resource))
        .flatMap((resource) => {
            const namespace = textOf(resource, "namespace");
            const home = namespaces.get(namespace);
            return home === undefined || graph.waitsFor(resource, home)
                ? []
                : [`${resource.urn} does not wait for its namespace ${namespace}`];
        });
};

function textOf({ inputs }: PlannedResource, member: "name" | "namespace"): string {
    const { metadata } = inputs as { metadata?: Readonly<Record<string, string | undefined>> };
    return metadata?.[member] ?? "";
}

/** A stack on a cluster that somebody else made relies on its nodes and controllers being there. */
function hasClusterOfItsOwn(graph: ResourceGraph): boolean {
    return graph.ofType("platform:cluster:ExistingCluster").length === 0;
}

/** Resources that keep data: losing one loses what is in it. */
const stateful = new Set([
    "aws:rds/instance:Instance",
    "aws:elasticache/replicationGroup:ReplicationGroup",
    "aws:s3/bucket:Bucket",
    "aws:kms/key:Key",
]);

export function statefulResources(graph: ResourceGraph): PlannedResource[] {
    // What a read replica has, its source has, too.
    return graph.all.filter(({ type, inputs }) => stateful.has(type) && inputs.replicateSourceDb === undefined);
}
