import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { dashboardFolderAnnotation, dashboardLabels } from "../names";

interface Metadata {
    readonly name: string;
    readonly namespace: string;
    readonly labels?: Readonly<Record<string, string>>;
}

interface DashboardConfigMap {
    readonly metadata: Metadata & { readonly annotations: Record<string, string> };
    readonly data: Record<string, string>;
}

/** The ConfigMap by which Grafana's sidecar finds a dashboard and puts it into a folder. */
export function dashboardConfigMap(metadata: Metadata, folder: string, dashboard: Dashboard): DashboardConfigMap {
    return {
        metadata: {
            ...metadata,
            labels: { ...metadata.labels, ...dashboardLabels },
            annotations: { [dashboardFolderAnnotation]: folder },
        },
        data: { [`${dashboard.uid}.json`]: JSON.stringify(dashboard, undefined, 2) },
    };
}
