import { planOf, podBounds } from "../apiService/defaults";
import type { MetricNames, OperationSpec, OwnMetricSpec, ServiceSpec } from "../apiService/spec";
import { logGroupOf } from "../addons/logRouting";
import type { StoreConnection } from "../connection";
import type { PlatformContext } from "../context";
import type { PlannedSystem } from "../system/declaration";
import { parts } from "../system/delivery";
import type { MonitoredController } from "./controllers";
import { longestGapHours } from "./backupSchedule";
import { objectivesOf, type Objectives } from "./objectives";
import { limitsWith, type LimitChanges, type Limits } from "./limits";
import { localUrls } from "./names";
import { literally } from "./promql";

/** A part of a system as monitoring sees it. */
export interface Monitored {
    /** Name of the part; the `component` label of its alerts. */
    readonly name: string;
    readonly namespace: string;
    readonly limits: Limits;
    /** Expression that matches the names of its pods; absent when it does not run in the cluster. */
    readonly pods?: string;
}

export interface MonitoredService extends Monitored {
    readonly pods: string;
    /** The `job` label of its own metrics in Prometheus. */
    readonly job: string;
    /** Names of its metrics; absent when it exports none. */
    readonly metrics?: Readonly<Required<MetricNames>>;
    /** Metrics that it declares beside the standard ones, by name. */
    readonly ownMetrics: Readonly<Record<string, OwnMetricSpec>>;
    /** What it does beside answering requests, with the counters of what failed. */
    readonly operations: readonly (OperationSpec & { readonly operation: string })[];
    /** What makes its pods, which decides who counts them. */
    readonly controller: "Deployment" | "Rollout";
    /** Whether it connects to a database or a cache of the system. */
    readonly usesDatabase: boolean;
    readonly usesCache: boolean;
    /** What it promises. */
    readonly objectives: Objectives;
    /** Bounds of the autoscaler; absent without one. */
    readonly autoscaler?: { readonly min: number; readonly max: number };
}

/** A database or a cache. */
export interface MonitoredStore extends Monitored {
    /** The `job` label of its exporter. */
    readonly job: string;
    /** Expression that matches the names of its volume claims; absent when it has none in the cluster. */
    readonly volumeClaims?: string;
}

export interface MonitoredDatabase extends MonitoredStore {
    readonly engine: "postgres" | "mysql";
    /** Read replicas that must be connected. */
    readonly readReplicas: number;
    /** Name of the CronJob that backs it up. */
    readonly backupJob: string;
}

/** Everything that alerts and dashboards of one system are made from. */
export interface MonitoringModel {
    readonly system: string;
    /** The team that is told. */
    readonly owner: string;
    readonly environment: string;
    readonly namespace: string;
    /** Address of the runbooks, without a slash at the end. */
    readonly runbookBaseUrl: string;
    /** Address of Grafana, without a slash at the end. */
    readonly dashboardBaseUrl: string;
    /** Seconds between two scrapes, which decide how long the windows of rates are. */
    readonly scrapeIntervalSeconds: number;
    /** Seconds between two evaluations of rules, which tell how long a recorded value counts. */
    readonly evaluationIntervalSeconds: number;
    /** Log group of CloudWatch that its logs go to; absent where they are sent nowhere. */
    readonly logGroup?: string;
    /** Whether there is a store of traces. */
    readonly traces: boolean;
    /** Limits of alerts about the system as such. */
    readonly limits: Limits;
    /** Whether the External Secrets Operator copies its secrets into the cluster. */
    readonly copiesSecrets: boolean;
    /** Expression that matches the names of its Argo CD Applications; absent when Argo CD does not deliver it. */
    readonly applications?: string;
    readonly services: readonly MonitoredService[];
    readonly databases: readonly MonitoredDatabase[];
    readonly caches: readonly MonitoredStore[];
    /** Controllers of the platform; a system has none. */
    readonly controllers: readonly MonitoredController[];
}

export interface ModelSources {
    readonly plan: PlannedSystem;
    readonly platform: Pick<PlatformContext, "environment" | "data" | "observability" | "addons">;
    /** What else is kept of its services. Default: nothing. */
    readonly kept?: { readonly logs: boolean; readonly traces: boolean };
    readonly stores: readonly StoreConnection[];
}

/** The names that most client libraries use. */
export const defaultMetricNames: Required<MetricNames> = {
    requests: "http_requests_total",
    duration: "http_request_duration_seconds",
    statusLabel: "status",
    endpointLabel: "endpoint",
    activeConnections: "http_active_connections",
    poolInUse: "db_pool_connections_in_use",
    poolSize: "db_pool_connections_max",
    cacheHits: "redis_cache_hits_total",
    cacheMisses: "redis_cache_misses_total",
    databaseErrors: "db_connection_errors_total",
    cacheErrors: "redis_connection_errors_total",
};

/** Hours that a backup may take, and be retried, before it counts as late. */
const backupGraceHours = 2;

/** What monitoring knows of a system, from what the system says about itself. */
export function monitoringModel({
    plan,
    platform,
    stores,
    kept = { logs: false, traces: false },
}: ModelSources): MonitoringModel {
    const { declaration, namespace } = plan;
    const databases = new Set(Object.keys(declaration.databases ?? {}));
    const caches = new Set(Object.keys(declaration.caches ?? {}));
    return {
        system: plan.name,
        owner: declaration.owner,
        environment: platform.environment,
        namespace,
        runbookBaseUrl: platform.observability.runbookBaseUrl.replace(/\/+$/, ""),
        dashboardBaseUrl: localUrls.grafana,
        ...(kept.logs && { logGroup: logGroupOf(plan.name, platform.environment) }),
        traces: kept.traces,
        scrapeIntervalSeconds: platform.observability.scrapeIntervalSeconds,
        evaluationIntervalSeconds: platform.observability.evaluationIntervalSeconds,
        limits: limitsWith({}, declaration.alerts),
        copiesSecrets: platform.addons.has("externalSecrets"),
        ...(plan.settings.delivery === "argocd" && { applications: `${literally(plan.name)}-(${parts.join("|")})` }),
        controllers: [],
        services: Object.entries(declaration.services).map(([name, spec]) =>
            serviceOf(name, spec.namespace ?? namespace, spec, declaration.alerts, databases, caches),
        ),
        databases: stores.flatMap((store) => (databases.has(store.name) ? [databaseOf(store, plan, platform)] : [])),
        caches: stores.flatMap((store) =>
            caches.has(store.name)
                ? [
                      {
                          ...storeOf(store, plan, declaration.caches?.[store.name]?.kubernetesName),
                          limits: limitsWith({}, declaration.alerts),
                      },
                  ]
                : [],
        ),
    };
}

function serviceOf(
    name: string,
    namespace: string,
    spec: ServiceSpec,
    alerts: LimitChanges | undefined,
    databases: ReadonlySet<string>,
    caches: ReadonlySet<string>,
): MonitoredService {
    const plan = planOf(spec);
    const bounds = podBounds(plan.replicas);
    const connections = (spec.connections ?? []).map(storeName);
    return {
        name,
        namespace,
        job: name,
        // The pods of a Deployment or a Rollout: its name, the ReplicaSet's hash of at most ten characters, five characters more.
        pods: `${literally(name)}-[a-z0-9]{1,10}-[a-z0-9]{5}`,
        ...(plan.metricsPath !== null && { metrics: { ...defaultMetricNames, ...spec.metricNames } }),
        ownMetrics: spec.ownMetrics ?? {},
        objectives: objectivesOf(spec.objectives),
        usesDatabase: connections.some((to) => databases.has(to)),
        usesCache: connections.some((to) => caches.has(to)),
        ...(bounds.max > bounds.min && { autoscaler: { min: bounds.min, max: bounds.max } }),
        controller: plan.blueGreen === undefined ? "Deployment" : "Rollout",
        operations: Object.entries(spec.operations ?? {}).map(([operation, counter]) => ({ operation, ...counter })),
        limits: limitsWith(
            {
                HighErrorRate: spec.objectives?.errorRatePercent,
                HighResponseTime: spec.objectives?.latencyP95Seconds,
            },
            alerts,
        ),
    };
}

function databaseOf(
    store: StoreConnection,
    plan: PlannedSystem,
    platform: ModelSources["platform"],
): MonitoredDatabase {
    const spec = plan.declaration.databases?.[store.name];
    return {
        ...storeOf(store, plan, spec?.kubernetesName),
        engine: store.kind === "mysql" ? "mysql" : "postgres",
        readReplicas: plan.placement === "managed" ? (spec?.readReplicas ?? 0) : 0,
        backupJob: `${spec?.kubernetesName ?? store.name}-backup`,
        limits: limitsWith(
            { DatabaseBackupTooOld: longestGapHours(platform.data.backups.schedule) + backupGraceHours },
            plan.declaration.alerts,
        ),
    };
}

/** What databases and caches have in common. In the cluster each is a StatefulSet with a claim called `data` for every pod. */
function storeOf(
    store: StoreConnection,
    plan: PlannedSystem,
    kubernetesName: string | undefined,
): Omit<MonitoredStore, "limits"> {
    const server = literally(kubernetesName ?? store.name);
    return {
        name: store.name,
        namespace: plan.namespace,
        job: store.exporterJob,
        ...(plan.placement === "in-cluster" && { pods: `${server}-[0-9]+`, volumeClaims: `data-${server}-[0-9]+` }),
    };
}

function storeName(connection: NonNullable<ServiceSpec["connections"]>[number]): string {
    return typeof connection === "string" ? connection : connection.to;
}

/** The parts of a system that run as pods in the cluster. */
export function workloads(model: MonitoringModel): readonly (Monitored & { readonly pods: string })[] {
    return [...model.services, ...model.databases, ...model.caches].flatMap((part) =>
        part.pods === undefined ? [] : [{ ...part, pods: part.pods }],
    );
}
