import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import type { MonitoringModel } from "../model";
import { apiPerformance } from "./apiPerformance";
import { databaseMetrics } from "./databaseMetrics";
import { isMeasured } from "./expressions";
import { overview } from "./overview";
import { podResources } from "./podResources";
import { requestRateAndLatency } from "./requests";
import { serviceDashboard } from "./service";

/** The dashboards of a system by key. One about stores, or about requests, exists only where there are some to show. */
export function systemDashboards(model: MonitoringModel): Readonly<Record<string, Dashboard>> {
    const stores = model.databases.length + model.caches.length;
    return {
        overview: overview(model),
        "api-performance": apiPerformance(model),
        ...(stores > 0 && { database: databaseMetrics(model) }),
        pods: podResources(model),
        ...(model.services.some(isMeasured) && { requests: requestRateAndLatency(model) }),
        ...Object.fromEntries(
            model.services.map((service) => [`service-${service.name}`, serviceDashboard(model, service)]),
        ),
    };
}
