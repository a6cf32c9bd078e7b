import { blueGreenPlanOf, type BlueGreenPlan } from "./blueGreenPlan";
import type { ConnectionSpec, ProbeSpec, ResourceAmounts, ScalingRules, ScalingSpec, ServiceSpec } from "./spec";

/** Scaling rules with nothing left open. */
export interface ScalingBehavior {
    readonly stabilizationWindowSeconds: number;
    readonly select: "Max" | "Min" | "Disabled";
    readonly policies: ScalingRules["policies"];
}

/** How many pods a service has: a number of its own, or whatever the autoscaler finds right between two bounds. */
export type Replicas =
    | { readonly kind: "fixed"; readonly count: number }
    | {
          readonly kind: "autoscaled";
          readonly min: number;
          readonly max: number;
          readonly cpuPercent: number;
          readonly memoryPercent?: number;
          readonly scaleUp: ScalingBehavior;
          readonly scaleDown: ScalingBehavior;
      };

/** A service spec with every default filled in. */
export interface ServicePlan {
    readonly image: string;
    readonly port: number;
    readonly servicePort: number;
    readonly replicas: Replicas;
    readonly requests: Required<ResourceAmounts>;
    readonly limits: Required<ResourceAmounts>;
    readonly runAsUser: number;
    readonly probes: Readonly<Record<"liveness" | "readiness" | "startup", Required<ProbeSpec>>>;
    readonly awsIdentity: boolean;
    readonly internetAccess: boolean;
    readonly settings: Readonly<Record<string, string>>;
    readonly metricsPath: string | null;
    readonly sessionAffinitySeconds?: number;
    readonly writablePaths: readonly string[];
    readonly preStopSeconds: number;
    readonly gracePeriodSeconds: number;
    readonly podAnnotations: Readonly<Record<string, string>>;
    readonly recommendResources: boolean;
    readonly secretDirectories: Readonly<Record<string, string>>;
    readonly files: Readonly<Record<string, string>>;
    readonly imagePullSecret?: string;
    readonly readsPods: boolean;
    readonly mesh?: "linkerd";
    /** Absent when pods are replaced one by one. */
    readonly blueGreen?: BlueGreenPlan;
}

/** What a plan is made from. Connections, secrets and calls are names in a spec and things in a component, so they stay out. */
export type PlainSpec = Omit<ServiceSpec, "connections" | "secrets" | "calls">;

const defaultRequests: Required<ResourceAmounts> = { cpu: "100m", memory: "256Mi", ephemeralStorage: "256Mi" };
const defaultLimits: Required<ResourceAmounts> = { cpu: "500m", memory: "512Mi", ephemeralStorage: "1Gi" };

/** The API server's own defaults, written down so that a new version cannot change them. */
const scaleUpQuickly: ScalingBehavior = {
    stabilizationWindowSeconds: 0,
    select: "Max",
    policies: [
        { type: "Percent", value: 100, periodSeconds: 15 },
        { type: "Pods", value: 4, periodSeconds: 15 },
    ],
};

/** Slower than the API server's default, which may take all pods but the least number away at once. */
const scaleDownSlowly: ScalingBehavior = {
    stabilizationWindowSeconds: 300,
    select: "Max",
    policies: [{ type: "Percent", value: 50, periodSeconds: 60 }],
};

/** Seconds that a load balancer may need to learn that a pod stops. */
const deregistrationHeadStart = 5;

/** Fills in every default of a service. */
export function planOf(spec: PlainSpec): ServicePlan {
    return {
        image: spec.image,
        port: spec.port,
        servicePort: spec.servicePort ?? 80,
        replicas: replicasOf(spec.replicas ?? 2),
        requests: amountsOf(spec.resources?.requests, defaultRequests),
        limits: amountsOf(spec.resources?.limits, defaultLimits),
        runAsUser: spec.runAsUser ?? 1000,
        probes: probesOf(spec.probes ?? "/health"),
        awsIdentity: spec.awsIdentity ?? true,
        internetAccess: spec.internetAccess ?? false,
        settings: spec.settings ?? {},
        metricsPath: spec.metricsPath === undefined ? "/metrics" : spec.metricsPath,
        ...(spec.sessionAffinitySeconds !== undefined && { sessionAffinitySeconds: spec.sessionAffinitySeconds }),
        writablePaths: spec.writablePaths ?? ["/tmp"],
        preStopSeconds: spec.preStopSeconds ?? 15,
        gracePeriodSeconds: spec.gracePeriodSeconds ?? 45,
        podAnnotations: spec.podAnnotations ?? {},
        recommendResources: spec.recommendResources ?? true,
        secretDirectories: spec.secretDirectories ?? {},
        files: spec.files ?? {},
        ...(spec.imagePullSecret !== undefined && { imagePullSecret: spec.imagePullSecret }),
        readsPods: spec.readsPods ?? false,
        ...(spec.mesh !== undefined && { mesh: spec.mesh }),
        ...(spec.strategy?.kind === "blue-green" && { blueGreen: blueGreenPlanOf(spec.strategy, spec.objectives) }),
    };
}

function amountsOf(given: ResourceAmounts | undefined, fallback: Required<ResourceAmounts>): Required<ResourceAmounts> {
    return {
        cpu: given?.cpu ?? fallback.cpu,
        memory: given?.memory ?? fallback.memory,
        ephemeralStorage: given?.ephemeralStorage ?? fallback.ephemeralStorage,
    };
}

function replicasOf(replicas: number | ScalingSpec): Replicas {
    if (typeof replicas === "number") {
        return { kind: "fixed", count: replicas };
    }
    return {
        kind: "autoscaled",
        min: replicas.min,
        max: replicas.max,
        cpuPercent: replicas.cpuPercent ?? 70,
        ...(replicas.memoryPercent !== undefined && { memoryPercent: replicas.memoryPercent }),
        scaleUp: behaviorOf(replicas.scaleUp, scaleUpQuickly),
        scaleDown: behaviorOf(replicas.scaleDown, scaleDownSlowly),
    };
}

function behaviorOf(rules: ScalingRules | undefined, fallback: ScalingBehavior): ScalingBehavior {
    return rules === undefined
        ? fallback
        : {
              stabilizationWindowSeconds: rules.stabilizationWindowSeconds ?? fallback.stabilizationWindowSeconds,
              select: rules.select ?? "Max",
              policies: rules.policies,
          };
}

function probesOf(probes: NonNullable<ServiceSpec["probes"]>): ServicePlan["probes"] {
    const { liveness, readiness, startup } = typeof probes === "string" ? { readiness: { path: probes } } : probes;
    return {
        liveness: probeOf(liveness ?? readiness, patience),
        readiness: probeOf(readiness, patience),
        // A start is watched with a patience of its own; only the path follows readiness.
        startup: probeOf(startup ?? { path: readiness.path }, startupPatience),
    };
}

const patience = { periodSeconds: 10, failureThreshold: 3 };
const startupPatience = { periodSeconds: 5, failureThreshold: 30 };

function probeOf(probe: ProbeSpec, fallback: typeof patience): Required<ProbeSpec> {
    return {
        path: probe.path,
        initialDelaySeconds: probe.initialDelaySeconds ?? 0,
        periodSeconds: probe.periodSeconds ?? fallback.periodSeconds,
        timeoutSeconds: probe.timeoutSeconds ?? 2,
        failureThreshold: probe.failureThreshold ?? fallback.failureThreshold,
    };
}

/** Seconds that requests in flight get on a pod that stops. */
export function deregistrationDelayOf(
    edge: { readonly deregistrationDelaySeconds?: number },
    preStopSeconds: number,
): number {
    return edge.deregistrationDelaySeconds ?? Math.max(0, preStopSeconds - deregistrationHeadStart);
}

/** A connection that is given by the store's name alone. */
export function connectionOf(connection: string | ConnectionSpec): ConnectionSpec {
    return typeof connection === "string" ? { to: connection } : connection;
}

/** Bounds of the number of pods. */
export function podBounds(replicas: Replicas): { readonly min: number; readonly max: number } {
    return replicas.kind === "fixed" ? { min: replicas.count, max: replicas.count } : replicas;
}
