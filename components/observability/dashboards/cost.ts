import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { pricedRegions, priceOf, priceSources } from "../../../config/prices";
import type { NodeGroupConfig } from "../../../config/schema";
import { nodeLabels, platformDashboardTitles, platformDashboardUid } from "../names";
import { kubeStateMetrics, series } from "../promql";
import { dashboard } from "./dashboard";
import { graph, stat, type Panel, type Query } from "./panel";
import { exportedBy, kubernetesObjects, type Labels } from "./selectors";
import { platformTag } from "./systemDashboard";

/** What the price of a cluster's parts depends on. */
export interface PricedCluster {
    readonly region: string;
    readonly nodeGroups: readonly Pick<NodeGroupConfig, "instanceTypes" | "capacity">[];
}

/** A kind of machine that the node groups may have. */
interface Machine {
    readonly name: string;
    /** What Kubernetes labels its nodes with. */
    readonly labels: Labels;
    /** US dollars an hour; absent where the price list does not have it. */
    readonly hourly?: number;
}

/** Hours of a month, as AWS counts them. */
const hoursPerMonth = 730;

const objects = exportedBy(kubeStateMetrics);

/** Whether there is a price list of the cluster's region. */
export function isPriced({ region }: PricedCluster): boolean {
    return pricedRegions.some((each) => each === region);
}

/**
 * What the running parts of a cluster cost: list prices times what Kubernetes says is there. It is no bill: what Kubernetes does not see,
 * such as managed stores, NAT gateways and traffic, is not in it.
 */
export function platformCost(cluster: PricedCluster): Dashboard {
    const machines = machinesOf(cluster);
    const unpriced = machines.filter(({ hourly }) => hourly === undefined).map(({ name }) => name);
    const { ec2, spot } = priceSources;
    const priced = `List prices of ${cluster.region}: ${ec2.title}, ${ec2.date}, and ${spot.title}, ${spot.date}, which changes daily.`;
    const missing = unpriced.length === 0 ? "" : ` Without a price, and so not in the sums: ${unpriced.join(", ")}.`;
    return dashboard({
        uid: platformDashboardUid("cost"),
        title: platformDashboardTitles.cost,
        description: `What nodes, volumes and load balancers cost. ${priced}${missing} Managed stores, NAT gateways and traffic are not in it: \`npm start\` shows them.`,
        tags: [platformTag],
        variables: [
            {
                name: "namespace",
                label: "Namespace",
                query: `label_values(${series("kube_namespace_status_phase", kubeStateMetrics)}, namespace)`,
            },
        ],
        rows: [
            { title: "Now", panels: sums(cluster, machines) },
            { title: "Nodes", panels: nodePanels(machines, `${priced}${missing}`) },
            { title: "Volumes and load balancers", panels: storagePanels(cluster) },
        ],
    });
}

function machinesOf({ region, nodeGroups }: PricedCluster): Machine[] {
    const machines = nodeGroups.flatMap(({ instanceTypes, capacity }) =>
        instanceTypes.map((type): Machine => {
            const isSpot = capacity === "spot";
            const hourly = priceOf(`${isSpot ? "spot" : "ec2"}:${type}`, region)?.usd;
            return {
                name: `${type}${isSpot ? ", spot" : ""}`,
                labels: {
                    [nodeLabels.instanceType.series]: type,
                    [nodeLabels.capacityType.series]: isSpot ? "SPOT" : "ON_DEMAND",
                },
                ...(hourly !== undefined && { hourly }),
            };
        }),
    );
    return [...new Map(machines.map((machine) => [machine.name, machine])).values()];
}

/** US dollars an hour of all machines of the price list. */
function nodesHourly(machines: readonly Machine[]): string {
    const costs = machines.flatMap(({ labels, hourly }) =>
        hourly === undefined ? [] : [`${hourly} * ${objects("kube_node_labels", labels)}`],
    );
    return costs.length === 0 ? "vector(0)" : `sum(${costs.join(" or ")})`;
}

/** US dollars a month of a namespace's volumes. */
function volumesMonthly({ region }: PricedCluster, by: string): string {
    const claims = kubernetesObjects("kube_persistentvolumeclaim_resource_requests_storage_bytes");
    return `${listPrice("ebs-gp3", region)} * sum${by} (${claims}) / 2^30`;
}

/** Load balancers of Services, each with an hour's price; those of Ingresses are not told apart by what Kubernetes knows. */
function balancersHourly({ region }: PricedCluster): string {
    const services = kubernetesObjects("kube_service_spec_type", { type: "LoadBalancer" });
    return `(${listPrice("network-load-balancer", region)} * sum(${services}) or vector(0))`;
}

/** The price of what every region of the list has. */
function listPrice(key: string, region: string): number {
    const price = priceOf(key, region);
    if (price === undefined) {
        throw new Error(`config/prices.ts has no price of "${key}" in ${region}.`);
    }
    return price.usd;
}

function sums(cluster: PricedCluster, machines: readonly Machine[]): Panel[] {
    const controlPlane = listPrice("eks-control-plane", cluster.region);
    const hourly = `(${nodesHourly(machines)} + ${balancersHourly(cluster)} + ${controlPlane})`;
    const number = (title: string, description: string, expr: string): Panel =>
        stat({ title, description, unit: "currencyUSD", queries: [{ expr, legend: title }] });
    return [
        number(
            "A month at this rate",
            `Control plane, nodes, volumes and load balancers of Services, for ${hoursPerMonth} hours as it is now.`,
            `${hoursPerMonth} * ${hourly} + (${volumesMonthly(cluster, "")} or vector(0))`,
        ),
        number("Nodes an hour", "The nodes that are there now.", nodesHourly(machines)),
        number("Volumes a month", "Claimed space of the chosen namespaces, as gp3.", volumesMonthly(cluster, "")),
        number("Load balancers an hour", "Those of Services, without what passes them.", balancersHourly(cluster)),
    ];
}

function nodePanels(machines: readonly Machine[], priced: string): Panel[] {
    const by = `${nodeLabels.instanceType.series}, ${nodeLabels.capacityType.series}`;
    const legend = `{{${nodeLabels.instanceType.series}}} {{${nodeLabels.capacityType.series}}}`;
    const requests = (by: string): string =>
        `sum${by} (${kubernetesObjects("kube_pod_container_resource_requests", { resource: "cpu" })})`;
    const all = `sum(${objects("kube_node_status_allocatable", { resource: "cpu" })})`;
    const each = machines.flatMap(({ name, labels, hourly }): Query[] =>
        hourly === undefined ? [] : [{ legend: name, expr: `${hourly} * sum(${objects("kube_node_labels", labels)})` }],
    );
    return [
        graph({
            title: "Nodes by instance type",
            description: "Nodes that are there, by instance type and by whether they are spot.",
            unit: "short",
            queries: [{ expr: `sum by (${by}) (${objects("kube_node_labels")})`, legend }],
        }),
        stat({
            title: "Node hours",
            description: "Hours that nodes ran in the chosen time, by instance type and by whether they are spot.",
            unit: "short",
            queries: [
                { expr: `sum by (${by}) (sum_over_time(${objects("kube_node_labels")}[$__range:5m])) / 12`, legend },
            ],
            span: 12,
        }),
        ...(each.length === 0
            ? []
            : [
                  graph({
                      title: "Nodes, dollars an hour",
                      description: priced,
                      unit: "currencyUSD",
                      queries: each,
                  }),
              ]),
        graph({
            title: "Nodes by namespace, dollars an hour",
            description:
                "The nodes' price, shared by the CPU that pods ask for. What nobody asked for belongs to no namespace.",
            unit: "currencyUSD",
            queries: [
                {
                    expr: `${requests(" by (namespace)")} / on () group_left () ${all} * on () group_left () ${nodesHourly(machines)}`,
                    legend: "{{namespace}}",
                },
            ],
        }),
    ];
}

function storagePanels(cluster: PricedCluster): Panel[] {
    const services = kubernetesObjects("kube_service_spec_type", { type: "LoadBalancer" });
    return [
        graph({
            title: "Volumes by namespace, dollars a month",
            description: `Claimed space at the price of gp3 (${priceSources.ebs.title}, ${priceSources.ebs.date}). Snapshots are not in it.`,
            unit: "currencyUSD",
            queries: [{ expr: volumesMonthly(cluster, " by (namespace)"), legend: "{{namespace}}" }],
        }),
        graph({
            title: "Load balancers",
            description:
                "Services and Ingresses that have one. Ingresses of one group share theirs, so there may be fewer than this.",
            unit: "short",
            queries: [
                { expr: `sum by (namespace) (${services})`, legend: "{{namespace}} Service" },
                {
                    expr: `sum by (namespace) (${kubernetesObjects("kube_ingress_info", { ingressclass: "alb" })})`,
                    legend: "{{namespace}} Ingress",
                },
            ],
        }),
    ];
}
