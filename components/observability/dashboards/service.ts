import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import type { MonitoredService, MonitoringModel } from "../model";
import { objectiveRow } from "./budgetPanels";
import type { RowSpec } from "./dashboard";
import { isMeasured, type MeasuredService } from "./expressions";
import { ownMetricPanels } from "./ownMetrics";
import { cpuPanels, memoryPanels, podPanels } from "./podPanels";
import { endpointVariable, latencies, rates } from "./requests";
import {
    autoscaling,
    cacheHits,
    errorGraph,
    failuresByEndpoint,
    latencyGraph,
    operationGraphs,
    readyPods,
    requestNumbers,
    saturationGraphs,
} from "./servicePanels";
import { systemDashboard } from "./systemDashboard";

/** Everything about one service: rate, errors and duration by endpoint, what it runs out of, and its pods. */
export function serviceDashboard(model: MonitoringModel, service: MonitoredService): Dashboard {
    const measured = isMeasured(service) ? service : undefined;
    return systemDashboard(model, {
        key: `service-${service.name}`,
        service,
        title: `Service ${service.name}`,
        description: `Requests to ${service.name} of ${model.system} by endpoint, their errors and latency, what is left of its error budgets, and what its pods use.`,
        variables: measured === undefined ? [] : endpointVariable([measured]),
        rows: [
            {
                title: "Now",
                panels: [...(measured === undefined ? [] : requestNumbers(measured)), readyPods(service)],
            },
            ...(measured === undefined ? [] : [objectiveRow(measured), ...requestRows(measured)]),
            { title: "Pods", panels: [...autoscaling(service), ...podPanels(shown(service))] },
            { title: "CPU and memory", panels: [...cpuPanels(shown(service)), ...memoryPanels(shown(service))] },
        ],
    });
}

function shown({ pods, limits }: MonitoredService): Parameters<typeof podPanels>[0] {
    return { pods: { pod: { matches: pods } }, limits };
}

function requestRows(service: MeasuredService): RowSpec[] {
    const work = [...operationGraphs(service), ...ownMetricPanels(service)];
    return [
        { title: "Requests and errors", panels: [...rates(service), errorGraph(service), failuresByEndpoint(service)] },
        { title: "Latency", panels: [latencyGraph(service), ...latencies(service)] },
        { title: "Saturation", panels: [...saturationGraphs(service), ...cacheHits(service)] },
        ...(work.length === 0 ? [] : [{ title: "Work", panels: work }]),
    ];
}
