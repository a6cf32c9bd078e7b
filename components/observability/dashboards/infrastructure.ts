import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { defaultLimits } from "../limits";
import type { CatalogueMetric } from "../metrics/catalogue";
import { platformDashboardTitles, platformDashboardUid } from "../names";
import { kubeStateMetrics, nodeExporter, ratio, series, type MetricName } from "../promql";
import { dashboard, type RowSpec, type VariableSpec } from "./dashboard";
import { graph, stat, type Panel, type Unit } from "./panel";
import { chosen, containers, exportedBy, kubernetesObjects, podNetworks, volumes, type Labels } from "./selectors";
import { platformTag } from "./systemDashboard";

/** What kube-state-metrics says about objects that are in no namespace, or in all of them. */
const objects = exportedBy(kubeStateMetrics);
const machines = exportedBy(nodeExporter);

/** The nodes and namespaces of a cluster: CPU, memory, network, disks and the state of pods. */
export function infrastructure(): Dashboard {
    return dashboard({
        uid: platformDashboardUid("infrastructure"),
        title: platformDashboardTitles.infrastructure,
        description: "CPU, memory, network, disks and the state of pods, by node and by namespace.",
        tags: [platformTag],
        variables: [
            variable("namespace", "Namespace", "kube_namespace_status_phase"),
            variable("node", "Node", "kube_node_info"),
        ],
        rows: [
            { title: "Cluster", panels: clusterNumbers() },
            { title: "Pods", panels: podPanels() },
            { title: "CPU and memory of the nodes", panels: [...nodePanels(), ...roomPanels()] },
            { title: "Network and disks of the nodes", panels: [...networkPanels(), ...diskPanels()] },
            namespaceRow(),
        ],
    });
}

function variable(name: string, label: string, metric: MetricName): VariableSpec {
    return { name, label, query: `label_values(${series(metric, kubeStateMetrics)}, ${name})` };
}

type Line = readonly [legend: string, expr: string];

function lines(title: string, description: string, unit: Unit, queries: readonly Line[], percent?: number): Panel {
    return graph({
        title,
        description,
        unit,
        queries: queries.map(([legend, expr]) => ({ legend, expr })),
        ...(percent !== undefined && { limit: { value: ratio(percent), bad: "above" } }),
    });
}

const ofNode = "{{node}}";

function requested(resource: string, by: string): string {
    return `sum${by} (${objects("kube_pod_container_resource_requests", { resource, node: chosen.node })})`;
}

function allocatable(resource: string, by: string): string {
    return `sum${by} (${objects("kube_node_status_allocatable", { resource, node: chosen.node })})`;
}

function clusterNumbers(): Panel[] {
    const number = (title: string, description: string, unit: Unit, expr: string): Panel =>
        stat({ title, description, unit, queries: [{ expr, legend: title }] });
    const ready = { condition: "Ready", status: "true", node: chosen.node };
    return [
        number(
            "Ready nodes",
            "Nodes that pods can be put on.",
            "short",
            `sum(${objects("kube_node_status_condition", ready)})`,
        ),
        number(
            "Running pods",
            "Pods of the chosen namespaces that run.",
            "short",
            `sum(${kubernetesObjects("kube_pod_status_phase", { phase: "Running" })})`,
        ),
        number(
            "CPU requested",
            "Share of the nodes' CPU that pods have asked for. What is left takes further pods.",
            "percentunit",
            `${requested("cpu", "")} / ${allocatable("cpu", "")}`,
        ),
        number(
            "Memory requested",
            "Share of the nodes' memory that pods have asked for. What is left takes further pods.",
            "percentunit",
            `${requested("memory", "")} / ${allocatable("memory", "")}`,
        ),
    ];
}

function podPanels(): Panel[] {
    const restarts = kubernetesObjects("kube_pod_container_status_restarts_total");
    const notReady = kubernetesObjects("kube_pod_status_ready", { condition: "false" });
    const running = kubernetesObjects("kube_pod_status_phase", { phase: "Running" });
    const kept = "namespace, pod";
    return [
        lines(
            "Pods by phase",
            "Pending pods wait for a node, a volume or an image; failed ones are not started again.",
            "short",
            [
                [
                    "{{namespace}} {{phase}}",
                    `sum by (namespace, phase) (${kubernetesObjects("kube_pod_status_phase")}) > 0`,
                ],
            ],
        ),
        lines("Running pods that are not ready", "Pods that run and get no requests, by namespace.", "short", [
            ["{{namespace}}", `sum by (namespace) (max by (${kept}) (${notReady}) * max by (${kept}) (${running}))`],
        ]),
        lines("Why containers wait", "CrashLoopBackOff: it ends at once. ImagePullBackOff: no image.", "short", [
            [
                "{{namespace}} {{reason}}",
                `sum by (namespace, reason) (${kubernetesObjects("kube_pod_container_status_waiting_reason")}) > 0`,
            ],
        ]),
        lines("Restarts in an hour", "Restarts of containers, by namespace.", "short", [
            ["{{namespace}}", `sum by (namespace) (increase(${restarts}[1h]))`],
        ]),
    ];
}

/** Values of node exporters, which know their pod, as values of the nodes that these pods are on. */
function onNodes(expr: string, also = ""): string {
    const info = `max by (namespace, pod, node) (${objects("kube_pod_info", { node: chosen.node })})`;
    return `sum by (node${also}) (${expr} * on (namespace, pod) group_left (node) ${info})`;
}

function perExporter(expr: string, also = ""): string {
    return `sum by (namespace, pod${also}) (${expr})`;
}

function nodePanels(): Panel[] {
    const idle = `rate(${machines("node_cpu_seconds_total", { mode: "idle" })}[$__rate_interval])`;
    const memory = (what: "MemAvailable" | "MemTotal"): string => perExporter(machines(`node_memory_${what}_bytes`));
    return [
        lines("CPU", "Share of the node's CPU that is not idle.", "percentunit", [
            [ofNode, `1 - ${onNodes(`avg by (namespace, pod) (${idle})`)}`],
        ]),
        lines("Memory", "Share of the node's memory that no program could get.", "percentunit", [
            [ofNode, `1 - ${onNodes(`(${memory("MemAvailable")} / ${memory("MemTotal")})`)}`],
        ]),
    ];
}

/** What limits how many pods a node takes. */
function roomPanels(): Panel[] {
    const share = (resource: string): string =>
        `${requested(resource, " by (node)")} / ${allocatable(resource, " by (node)")}`;
    const pods = `count by (node) (${objects("kube_pod_info", { node: chosen.node })})`;
    const condition = objects("kube_node_status_condition", { status: "true", node: chosen.node });
    return [
        lines("CPU requested", "Share of the node's CPU that its pods have asked for.", "percentunit", [
            [ofNode, share("cpu")],
        ]),
        lines("Memory requested", "Share of the node's memory that its pods have asked for.", "percentunit", [
            [ofNode, share("memory")],
        ]),
        lines("Pods of those that have an address", "Share of the pods that the node may run.", "percentunit", [
            [ofNode, `${pods} / ${allocatable("pods", " by (node)")}`],
        ]),
        lines("Conditions", "Ready should be there for every node, and nothing else.", "short", [
            ["{{node}} {{condition}}", `sum by (node, condition) (${condition}) > 0`],
        ]),
    ];
}

const interfaces: Labels = { device: { matches: "(eth|en).*" } };

function networkPanels(): Panel[] {
    const rate = (metric: CatalogueMetric): string =>
        onNodes(perExporter(`rate(${machines(metric, interfaces)}[$__rate_interval])`));
    return [
        lines("Network", "Bytes a second that the node receives and sends.", "Bps", [
            ["{{node}} received", rate("node_network_receive_bytes_total")],
            ["{{node}} sent", rate("node_network_transmit_bytes_total")],
        ]),
        lines("Network errors", "Packets a second that were received or sent broken.", "short", [
            ["{{node}} received", rate("node_network_receive_errs_total")],
            ["{{node}} sent", rate("node_network_transmit_errs_total")],
        ]),
    ];
}

const disks: Labels = { fstype: { matches: "ext4|ext3|xfs|btrfs" } };

function diskPanels(): Panel[] {
    const space = (what: "avail" | "size"): string =>
        `max by (namespace, pod, mountpoint) (${machines(`node_filesystem_${what}_bytes`, disks)})`;
    const rate = (metric: CatalogueMetric): string =>
        onNodes(perExporter(`rate(${machines(metric)}[$__rate_interval])`));
    const volume = (what: "available" | "capacity"): string =>
        `max by (namespace, persistentvolumeclaim) (${volumes(`kubelet_volume_stats_${what}_bytes`)})`;
    return [
        lines("Disk space", "Share of the node's file systems that is used.", "percentunit", [
            ["{{node}} {{mountpoint}}", `1 - ${onNodes(`(${space("avail")} / ${space("size")})`, ", mountpoint")}`],
        ]),
        lines("Disk traffic", "Bytes a second that the node reads and writes.", "Bps", [
            ["{{node}} read", rate("node_disk_read_bytes_total")],
            ["{{node}} written", rate("node_disk_written_bytes_total")],
        ]),
        lines(
            "Volumes",
            "Share of each volume that is used. Red is where VolumeNearlyFull fires.",
            "percentunit",
            [["{{namespace}} {{persistentvolumeclaim}}", `1 - ${volume("available")} / (${volume("capacity")} > 0)`]],
            defaultLimits.VolumeNearlyFull.value,
        ),
    ];
}

function namespaceRow(): RowSpec {
    const sum = (expr: string): string => `sum by (namespace) (${expr})`;
    const network = (direction: "receive" | "transmit"): string =>
        sum(`rate(${podNetworks(`container_network_${direction}_bytes_total`)}[$__rate_interval])`);
    const quota = (type: string): string =>
        `max by (namespace, resource) (${kubernetesObjects("kube_resourcequota", { type })})`;
    return {
        title: "Namespaces",
        panels: [
            lines("CPU by namespace", "Cores in use.", "short", [
                ["{{namespace}}", sum(`rate(${containers("container_cpu_usage_seconds_total")}[$__rate_interval])`)],
            ]),
            lines("Memory by namespace", "Working set: memory that the kernel cannot take back.", "bytes", [
                ["{{namespace}}", sum(containers("container_memory_working_set_bytes"))],
            ]),
            lines("Network by namespace", "Bytes a second that the pods receive and send.", "Bps", [
                ["{{namespace}} received", network("receive")],
                ["{{namespace}} sent", network("transmit")],
            ]),
            lines("Quota", "Share of the namespace's quota that is used, by resource.", "percentunit", [
                ["{{namespace}} {{resource}}", `${quota("used")} / (${quota("hard")} > 0)`],
            ]),
        ],
    };
}
