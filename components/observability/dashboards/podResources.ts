import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { defaultLimits } from "../limits";
import { workloads, type MonitoringModel } from "../model";
import { dashboardTitles } from "../names";
import { kubeStateMetrics, series } from "../promql";
import type { VariableSpec } from "./dashboard";
import { cpuPanels, memoryPanels, podPanels, trafficPanels } from "./podPanels";
import { chosen } from "./selectors";
import { systemDashboard } from "./systemDashboard";

/** What the pods of a system use, services and stores in the cluster alike. */
export function podResources(model: MonitoringModel): Dashboard {
    // The limits about containers are the same for every part.
    const shown = { pods: { pod: chosen.pod }, limits: workloads(model)[0]?.limits ?? defaultLimits };
    return systemDashboard(model, {
        key: "pods",
        title: dashboardTitles.pods,
        description: `CPU, memory, network, disk and restarts of the pods of ${model.system}.`,
        variables: [podVariable(model)],
        rows: [
            { title: "Pods", panels: podPanels(shown) },
            { title: "CPU", panels: cpuPanels(shown) },
            { title: "Memory", panels: memoryPanels(shown) },
            { title: "Network and disk", panels: trafficPanels(shown) },
        ],
    });
}

function podVariable(model: MonitoringModel): VariableSpec {
    const all = workloads(model)
        .map((part) => part.pods)
        .join("|");
    const info = series("kube_pod_info", { ...kubeStateMetrics, namespace: chosen.namespace, pod: { matches: all } });
    return { name: "pod", label: "Pod", query: `label_values(${info}, pod)`, all };
}
