import { physicalName } from "../naming";

/**
 * What the parts of the monitoring stack are called. Network policies of the systems, dashboards and runbooks build on these names,
 * so they are fixed instead of generated.
 */
export const monitoringNamespace = "monitoring";

/** The node exporter needs the host's file systems and network, so it stands apart from everything that does not. */
export const nodeExporterNamespace = "node-exporter";

/** Name of the Helm release; the chart puts it in front of every name it makes. */
export const releaseName = "kube-prometheus-stack";

/** Labels of the pods that scrape. Whatever offers metrics lets them in. */
export const prometheusPodLabels = { "app.kubernetes.io/name": "prometheus" } as const;

/** The job that asks whether secrets are rotated in time, and when it does. */
export const rotationCheck = { name: "secret-rotation-check", schedule: "23 6 * * *" } as const;

/** Address of Prometheus inside the cluster. */
export const prometheusUrl = `http://${releaseName}-prometheus.${monitoringNamespace}:9090`;

/** Uid of the Prometheus data source in Grafana. */
export const datasourceUid = "prometheus";

/** Uids of Grafana's data sources, which dashboards and links name. */
export const dataSourceUids = { metrics: datasourceUid, traces: "jaeger", logs: "cloudwatch" } as const;

/** Service account of Grafana, as the chart names it. */
export const grafanaServiceAccount = `${releaseName}-grafana`;

/** Labels of Grafana's pods. */
export const grafanaPodLabels = { "app.kubernetes.io/name": "grafana" } as const;

/** What the chart calls it. */
export const datasourceName = "Prometheus";

/** Label of the ConfigMaps that Grafana loads dashboards from, in every namespace. */
export const dashboardLabels = { grafana_dashboard: "1" } as const;

/** Annotation of such a ConfigMap that names the folder in Grafana. */
export const dashboardFolderAnnotation = "grafana_folder";

/** The address behind which an operator finds a tool of the stack, after the port-forward that the README shows. */
export const localUrls = {
    grafana: "http://localhost:3000",
    prometheus: "http://localhost:9090",
    alertmanager: "http://localhost:9093",
} as const;

/** The dashboards of a system, beside one for each of its services. */
export const dashboardTitles = {
    overview: "System Overview",
    "api-performance": "API Performance Overview",
    database: "Database Metrics",
    pods: "Pod Resource Usage",
    requests: "Request Rate & Latency",
} as const;

/**
 * Labels of nodes that kube-state-metrics shows, and what it calls them: with underscores, and capitals taken apart. Source: its
 * `docs/developer/cli-arguments.md` and `internal/store/utils.go`.
 */
export const nodeLabels = {
    instanceType: { label: "node.kubernetes.io/instance-type", series: "label_node_kubernetes_io_instance_type" },
    capacityType: { label: "eks.amazonaws.com/capacityType", series: "label_eks_amazonaws_com_capacity_type" },
} as const;

/** The dashboards of the cluster as a whole. */
export const platformDashboardTitles = {
    infrastructure: "Infrastructure",
    cost: "Platform Cost",
} as const;

export type PlatformDashboardKey = keyof typeof platformDashboardTitles;

/** The uid of a dashboard of the cluster, which never changes either. */
export function platformDashboardUid(key: PlatformDashboardKey): string {
    return physicalName("grafanaDashboard", "platform", key);
}

/** Folder in Grafana of the dashboards of the cluster. */
export const platformFolder = "platform";

/** Which dashboard of a system; that of a service is called after it. */
export type DashboardKey = keyof typeof dashboardTitles | `service-${string}`;

/** The uid of a system's dashboard. It is part of the dashboard's address, so it never changes. */
export function dashboardUid(system: string, key: DashboardKey): string {
    return physicalName("grafanaDashboard", system, key);
}

/** Uid of the dashboard "Kubernetes / Compute Resources / Namespace (Pods)" that the chart brings; kubernetes-mixin fixes it. */
export const namespaceDashboardUid = "85a562078cdf77779eaa1add43ccec1e";

/** Secrets that Alertmanager reads: its configuration, and apart from it what the configuration must not contain. */
export const alertmanagerSecrets = {
    configuration: "alertmanager-configuration",
    credentials: "alertmanager-credentials",
} as const;

/** The Secret of Grafana's administrator. */
export const grafanaAdmin = {
    secretName: "grafana-admin",
    userKey: "admin-user",
    passwordKey: "admin-password",
} as const;

/** ClusterRole by which Grafana finds dashboards. */
export const grafanaRole = "grafana-dashboards";
