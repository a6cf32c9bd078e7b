import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import type { MonitoredService, MonitoringModel } from "../model";
import { dashboardTitles, dashboardUid } from "../names";
import type { RowSpec } from "./dashboard";
import { isMeasured } from "./expressions";
import {
    autoscaling,
    cacheHits,
    errorGraph,
    failuresByEndpoint,
    latencyGraph,
    operationGraphs,
    readyPods,
    requestNumbers,
    requestsByEndpoint,
    saturationGraphs,
} from "./servicePanels";
import { systemDashboard } from "./systemDashboard";

/** How the services of a system do: load, errors, waiting, and what they run out of. */
export function apiPerformance(model: MonitoringModel): Dashboard {
    return systemDashboard(model, {
        key: "api-performance",
        title: dashboardTitles["api-performance"],
        description: `Load, errors, latency and saturation of the services of ${model.system}.`,
        rows: model.services.map((service) => serviceRow(model, service)),
    });
}

function serviceRow(model: MonitoringModel, service: MonitoredService): RowSpec {
    const details = dashboardUid(model.system, `service-${service.name}`);
    return {
        title: service.name,
        panels: isMeasured(service)
            ? [
                  ...requestNumbers(service, details),
                  readyPods(service, details),
                  requestsByEndpoint(service),
                  errorGraph(service),
                  latencyGraph(service),
                  failuresByEndpoint(service),
                  ...saturationGraphs(service),
                  ...cacheHits(service),
                  ...operationGraphs(service),
                  ...autoscaling(service),
              ]
            : [readyPods(service, details)],
    };
}
