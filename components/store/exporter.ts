import { componentName, physicalName } from "../naming";

/** Name of an exporter's port in Services and containers. */
export const metricsPortName = "metrics";

/** Label of a Service whose value becomes the `job` of everything that is scraped behind it. */
export const jobLabel = "platform/exporter-job";

/** The `job` of a store's metrics, the same wherever the store lives: dashboards and alerts build on it. */
export function exporterJob(system: string, store: string): string {
    return physicalName("kubernetes", componentName(system, store), "exporter");
}

export interface MonitorPlan {
    readonly name: string;
    readonly namespace: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly job: string;
    /** Seconds between two scrapes. */
    readonly intervalSeconds: number;
}

/** What tells Prometheus to scrape an exporter. The job's name is read from the Service's label. */
export function serviceMonitor({ name, namespace, labels, job, intervalSeconds }: MonitorPlan): {
    apiVersion: string;
    kind: string;
    metadata: { name: string; namespace: string; labels: Record<string, string> };
    spec: object;
} {
    return {
        apiVersion: "monitoring.coreos.com/v1",
        kind: "ServiceMonitor",
        metadata: { name, namespace, labels: { ...labels } },
        spec: {
            jobLabel,
            namespaceSelector: { matchNames: [namespace] },
            selector: { matchLabels: { [jobLabel]: job } },
            endpoints: [{ port: metricsPortName, path: "/metrics", interval: `${intervalSeconds}s` }],
        },
    };
}
