import type { types } from "@pulumi/kubernetes";
import { podBounds, type Replicas, type ScalingBehavior } from "./defaults";

type HorizontalSpec = types.input.autoscaling.v2.HorizontalPodAutoscalerSpec;
type Rules = types.input.autoscaling.v2.HPAScalingRules;
type DisruptionSpec = types.input.policy.v1.PodDisruptionBudgetSpec;

type Autoscaled = Extract<Replicas, { kind: "autoscaled" }>;

/** What runs the pods, as autoscalers refer to it. */
export interface Workload {
    readonly apiVersion: string;
    readonly kind: string;
    readonly name: string;
}

/** How the autoscaler sets the number of pods of a workload. */
export function horizontalSpec(workload: Workload, replicas: Autoscaled): HorizontalSpec {
    const { min, max, cpuPercent, memoryPercent, scaleUp, scaleDown } = replicas;
    const usage = (name: string, averageUtilization: number): types.input.autoscaling.v2.MetricSpec => ({
        type: "Resource",
        resource: { name, target: { type: "Utilization", averageUtilization } },
    });
    return {
        scaleTargetRef: { ...workload },
        minReplicas: min,
        maxReplicas: max,
        metrics: [usage("cpu", cpuPercent), ...(memoryPercent === undefined ? [] : [usage("memory", memoryPercent)])],
        behavior: { scaleUp: rulesOf(scaleUp), scaleDown: rulesOf(scaleDown) },
    };
}

function rulesOf({ stabilizationWindowSeconds, select, policies }: ScalingBehavior): Rules {
    return { stabilizationWindowSeconds, selectPolicy: select, policies: policies.map((policy) => ({ ...policy })) };
}

/**
 * The vertical autoscaler only recommends. It would change the requests that the horizontal one measures use against, and the two
 * would chase each other.
 */
export function recommenderSpec(workload: Workload): Record<string, unknown> {
    return {
        targetRef: { ...workload },
        updatePolicy: { updateMode: "Off" },
        resourcePolicy: { containerPolicies: [{ containerName: "*", controlledResources: ["cpu", "memory"] }] },
    };
}

/**
 * How many pods may be taken away on purpose: one at a time, or as many as leave `minAvailable`. A pod can be evicted whatever their
 * number is, so that a node upgrade never hangs. That is why a `minAvailable` that the smallest number of pods would not exceed is
 * written as "one at a time", which keeps the same promise as soon as there are more pods than that; with as few as that, one is away
 * for as long as its replacement needs to start. Pods that do not work anyway never hold a node back.
 */
export function disruptionSpec(
    selector: Readonly<Record<string, string>>,
    replicas: Replicas,
    minAvailable?: number,
): DisruptionSpec {
    const isSafe = minAvailable !== undefined && minAvailable < podBounds(replicas).min;
    return {
        ...(isSafe ? { minAvailable } : { maxUnavailable: 1 }),
        unhealthyPodEvictionPolicy: "AlwaysAllow",
        selector: { matchLabels: { ...selector } },
    };
}
