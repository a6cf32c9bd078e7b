/** What a container asks for and may use, as in a pod's specification. */
export interface ContainerResources {
    readonly requests: { readonly cpu: string; readonly memory: string; readonly "ephemeral-storage": string };
    readonly limits: { readonly cpu: string; readonly memory: string; readonly "ephemeral-storage": string };
}

/** The containers of the monitoring stack. */
export type StackContainer =
    "prometheus" | "alertmanager" | "grafana" | "sidecar" | "operator" | "kubeStateMetrics" | "nodeExporter" | "job";

/**
 * Prometheus takes about 8 KiB a series that is being written; a small cluster with its systems has some 80,000. In prod there are more
 * nodes and pods, and queries come from more people.
 */
export function stackResources(environment: string): Readonly<Record<StackContainer, ContainerResources>> {
    return {
        prometheus:
            environment === "prod"
                ? resources(["500m", "1536Mi"], ["2", "3Gi"])
                : resources(["200m", "768Mi"], ["1", "2Gi"]),
        alertmanager: resources(["10m", "64Mi"], ["100m", "128Mi"]),
        // Grafana keeps its state in a scratch volume.
        grafana: resources(["100m", "256Mi"], ["500m", "512Mi"], ["256Mi", "1Gi"]),
        // They list every ConfigMap once.
        sidecar: resources(["10m", "96Mi"], ["200m", "192Mi"]),
        operator: resources(["50m", "96Mi"], ["200m", "256Mi"]),
        kubeStateMetrics: resources(["20m", "64Mi"], ["200m", "256Mi"]),
        nodeExporter: resources(["20m", "32Mi"], ["200m", "64Mi"]),
        // Runs for seconds at installation and upgrade.
        job: resources(["50m", "64Mi"], ["200m", "128Mi"]),
    };
}

/** What every container of the stack is denied, where the chart leaves it open. */
export const restrictedContainer = {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ["ALL"] },
} as const;

/** What the operator gives the container that reloads a configuration. It knows CPU and memory only. */
export const reloaderResources = {
    requests: { cpu: "10m", memory: "32Mi" },
    limits: { cpu: "100m", memory: "64Mi" },
} as const;

function resources(
    [cpu, memory]: readonly [string, string],
    [cpuLimit, memoryLimit]: readonly [string, string],
    [scratch, scratchLimit]: readonly [string, string] = ["64Mi", "256Mi"],
): ContainerResources {
    return {
        requests: { cpu, memory, "ephemeral-storage": scratch },
        limits: { cpu: cpuLimit, memory: memoryLimit, "ephemeral-storage": scratchLimit },
    };
}
