import type { EdgeSpec } from "./edgeSpec";
import type { StrategySpec } from "./strategySpec";

export type { AlbEdge, CorsSpec, EdgeSpec, GatewayEdge, NlbEdge } from "./edgeSpec";
export type { BlueGreenStrategy, StrategySpec } from "./strategySpec";

/** A request of the kubelet that tells whether a container is alive or ready. */
export interface ProbeSpec {
    /** HTTP path, answered with 200 to 399. */
    readonly path: string;
    /** Seconds to wait before the first request. Default 0: the startup probe covers a slow start. */
    readonly initialDelaySeconds?: number;
    /** Seconds between two requests. Default 10; the startup probe's 5, so that a fast start counts. */
    readonly periodSeconds?: number;
    /** Seconds to wait for an answer. Default 2. */
    readonly timeoutSeconds?: number;
    /** Failures in a row before the kubelet acts. Default 3; the startup probe's 30. */
    readonly failureThreshold?: number;
}

/** How fast the autoscaler may move in one direction. */
export interface ScalingRules {
    /** Seconds over which the most careful recommendation counts, 0 to 3600. Default 0 up, 300 down. */
    readonly stabilizationWindowSeconds?: number;
    /** Which policy counts when several apply. Default "Max". */
    readonly select?: "Max" | "Min" | "Disabled";
    /** At most `value` pods or percent of the pods in each period of 1 to 1800 seconds. Empty only with `select: "Disabled"`. */
    readonly policies: readonly {
        readonly type: "Pods" | "Percent";
        readonly value: number;
        readonly periodSeconds: number;
    }[];
}

/** Between how many pods the autoscaler may choose, and what it looks at. */
export interface ScalingSpec {
    readonly min: number;
    readonly max: number;
    /** Target use of the requested CPU in percent. Default 70. */
    readonly cpuPercent?: number;
    /** Target use of the requested memory in percent. Default: memory is not looked at. */
    readonly memoryPercent?: number;
    /** Default: double, or 4 pods more, every 15 seconds, whichever is more. */
    readonly scaleUp?: ScalingRules;
    /** Default: at most half of the pods every 60 seconds, after 300 seconds of less load. */
    readonly scaleDown?: ScalingRules;
}

export interface ResourceAmounts {
    /** CPU as a Kubernetes quantity, such as "100m". */
    readonly cpu: string;
    /** Memory as a Kubernetes quantity, such as "256Mi". */
    readonly memory: string;
    /** Scratch space on the node as a Kubernetes quantity. Default: 256Mi requested, 1Gi allowed. */
    readonly ephemeralStorage?: string;
}

/** How a service reaches a store of its system, and the variables it is told about it by. */
export interface ConnectionSpec {
    /** Name of the store in the system. */
    readonly to: string;
    /**
     * Names of the environment variables. Default for databases: DATABASE_HOST, DATABASE_READ_HOST (the same host without read
     * replicas), DATABASE_PORT, DATABASE_NAME, DATABASE_USER, DATABASE_PASSWORD, DATABASE_SSLMODE (`require` or `disable` for
     * PostgreSQL, `REQUIRED` or `DISABLED` for MySQL), DATABASE_CA_FILE; for caches: REDIS_HOST, REDIS_PORT, REDIS_TLS (`true` or
     * `false`), REDIS_PASSWORD, REDIS_CA_FILE. The CA file is set where the store's certificate is signed by an authority of its
     * own: the path of that authority's certificate. Null: the service is not told, because it knows from elsewhere.
     */
    readonly variables?: Partial<
        Record<
            "host" | "readHost" | "port" | "name" | "user" | "password" | "tls" | "certificateAuthority",
            string | null
        >
    >;
    /**
     * Most connections that one pod opens. Checked against the database: pool × most pods, twice that where an update runs the new version
     * beside the old one, must leave 10 for others.
     */
    readonly poolSize?: number;
}

/** Names of the metrics that a service exports; defaults are the names most client libraries use. */
export interface MetricNames {
    /** Counter of requests with labels for method, endpoint and status. Default http_requests_total. */
    readonly requests?: string;
    /** Histogram of request durations in seconds. Default http_request_duration_seconds (without `_bucket`). */
    readonly duration?: string;
    /** Label that holds the status code. Default "status". */
    readonly statusLabel?: string;
    /** Label that holds the endpoint. Default "endpoint". */
    readonly endpointLabel?: string;
    /** Gauge of requests in flight. Default http_active_connections. */
    readonly activeConnections?: string;
    /** Gauge of database connections in use by the pool. Default db_pool_connections_in_use. */
    readonly poolInUse?: string;
    /** Gauge of the pool's size. Default db_pool_connections_max. */
    readonly poolSize?: string;
    /** Counter of cache hits. Default redis_cache_hits_total. */
    readonly cacheHits?: string;
    /** Counter of cache misses. Default redis_cache_misses_total. */
    readonly cacheMisses?: string;
    /** Counter of attempts to reach a database that failed. Default db_connection_errors_total. */
    readonly databaseErrors?: string;
    /** Counter of attempts to reach a cache that failed. Default redis_connection_errors_total. */
    readonly cacheErrors?: string;
}

/** How failures of something that a service does beside answering requests are counted. */
export interface OperationSpec {
    /** Name of the counter of operations. */
    readonly counter: string;
    /** Labels of those that failed, such as `{ status: "error" }`. */
    readonly failed: Readonly<Record<string, string>>;
}

/** A metric of a service that the platform does not know by itself. */
export interface OwnMetricSpec {
    readonly type: "counter" | "gauge" | "histogram";
    /** What it counts or measures. */
    readonly unit: "1" | "bytes" | "seconds" | "timestamp seconds" | "ratio" | "state" | "info";
    /** Labels of its series beside those of the target, such as job and pod. Default: none. */
    readonly labels?: readonly string[];
    /** One sentence that says what it is. */
    readonly description: string;
}

/** What a service records of the requests that pass it. */
export interface TracingSpec {
    /** Percent of the requests that begin here and are recorded; those that come from a traced service follow it. Default 10. */
    readonly samplePercent?: number;
}

/** What a service promises, and when people are told that it does not keep it. */
export interface ObjectivesSpec {
    /**
     * Share of requests that must not fail with a 5xx status, in percent, below 100. The rest is the error budget: alerts tell how fast
     * it is used up. Default 99.9, which is 43 minutes of 30 days.
     */
    readonly availabilityPercent?: number;
    /** Share of requests that must be answered within `latencySeconds`, in percent, below 100. Default 95. */
    readonly latencyPercent?: number;
    /**
     * Seconds within which a request is fast enough. It must be a bound of a bucket of the service's histogram; an alert says when
     * there is no such bucket. Default: `latencyP95Seconds`.
     */
    readonly latencySeconds?: number;
    /** Share of failing requests in percent above which the error alert fires. Default 5. */
    readonly errorRatePercent?: number;
    /** Seconds above which the 95th percentile of latency raises an alert. Default 1. */
    readonly latencyP95Seconds?: number;
}

/** Pods of another system that call a service. */
export interface OutsideCaller {
    /** Kubernetes namespace of the caller. */
    readonly namespace: string;
    /** Name of the calling service, which is also its service account. Default: everything in the namespace. */
    readonly service?: string;
}

/** A service of another system that is called. */
export interface OutsideCall {
    /** Kubernetes namespace of the called service. */
    readonly namespace: string;
    readonly service: string;
    /** Port of its containers. */
    readonly port: number;
}

/**
 * What a system says about one of its services. Everything but `image` and `port` has a default.
 *
 * Nothing here replaces a service. What the container sees (image, port, resources, user, probes, variables, directories, times to
 * stop, annotations) rolls the pods when it changes, without a lost request; everything else is changed in place.
 */
export interface ServiceSpec {
    /** Image repository, without a tag: the stack's configuration says which version is deployed. */
    readonly image: string;
    /** Port the container listens on. */
    readonly port: number;
    /** Port of the Kubernetes Service. Default 80. */
    readonly servicePort?: number;
    /**
     * A fixed number of pods, or bounds for the autoscaler. Default 2. Changed in place; going from a number to bounds starts again
     * from one pod, and the autoscaler brings the least number back within half a minute.
     */
    readonly replicas?: number | ScalingSpec;
    /**
     * How a new version takes the old one's place. `blue-green` needs twice the pods while it does, and Argo Rollouts. Default: rolling.
     */
    readonly strategy?: StrategySpec;
    /** Default: 100m CPU and 256Mi memory requested; 500m and 512Mi allowed. */
    readonly resources?: { readonly requests?: ResourceAmounts; readonly limits?: ResourceAmounts };
    /** User and group id of the process; never 0, which is root. Default 1000. */
    readonly runAsUser?: number;
    /** One path for all three probes, or each by itself; what is left out follows `readiness`. Default "/health". */
    readonly probes?:
        string | { readonly liveness?: ProbeSpec; readonly readiness: ProbeSpec; readonly startup?: ProbeSpec };
    /** Stores of the system that the service uses, by name or with details. */
    readonly connections?: readonly (string | ConnectionSpec)[];
    /** Services of the same system that this one calls, by name. Both network policies follow from it. */
    readonly calls?: readonly string[];
    /** Pods of other systems that may call this one. Changed in place. Default: none. */
    readonly allowedCallers?: readonly OutsideCaller[];
    /** Services of other systems that this one calls; they have to allow it, too. Changed in place. Default: none. */
    readonly outsideCalls?: readonly OutsideCall[];
    /**
     * The mesh whose proxies encrypt and authenticate what services say to each other: mutual TLS, and only `calls` of the same system
     * and `allowedCallers` get an answer. Pods roll when it changes. Default: none, the network policies alone decide.
     */
    readonly mesh?: "linkerd";
    /**
     * Whether its pods can get AWS credentials at all: an IAM role of their own, without permissions until some are granted, and a way to the
     * Pod Identity agent. Changed in place. Default true.
     */
    readonly awsIdentity?: boolean;
    /** Whether the service may open HTTPS connections to the internet. Default false. */
    readonly internetAccess?: boolean;
    /** What is not secret: keys of the ConfigMap, given to the container as environment variables. Pods roll when it changes. */
    readonly settings?: Readonly<Record<string, string>>;
    /** Secrets of the system whose keys the container gets as environment variables, by name. */
    readonly secrets?: readonly string[];
    /**
     * Directories of those among `secrets` that the container gets as files instead, one for each key, by the secret's name: keys and
     * certificates that libraries read from files. Pods roll when a directory changes.
     */
    readonly secretDirectories?: Readonly<Record<string, string>>;
    /** Files by absolute path, read-only, from a ConfigMap: what is configured by files, such as nginx. Pods roll when one changes. */
    readonly files?: Readonly<Record<string, string>>;
    /** Public endpoint. Default: none, the service is reached from inside the cluster only. */
    readonly edge?: EdgeSpec;
    /** Path of the Prometheus metrics on `port`; null when there are none. Default "/metrics". */
    readonly metricsPath?: string | null;
    /** Seconds between two scrapes of the metrics. Default: the platform's interval. Changed in place. */
    readonly metricsIntervalSeconds?: number;
    readonly metricNames?: MetricNames;
    /**
     * Metrics of its own by name, a histogram's without a suffix, that rules and dashboards may read beside the standard ones. Nothing in
     * the cluster changes when it does. Default: none.
     */
    readonly ownMetrics?: Readonly<Record<string, OwnMetricSpec>>;
    /**
     * What it does beside answering requests, such as batches, by name: shown on the dashboard, with an alert when it fails. Changed in
     * place. Default: nothing.
     */
    readonly operations?: Readonly<Record<string, OperationSpec>>;
    readonly objectives?: ObjectivesSpec;
    /**
     * Whether the service sends spans by OpenTelemetry: its SDK is configured by OTEL_* variables, and switched off where the platform
     * takes none. Pods roll when it changes. Default: no variables.
     */
    readonly tracing?: TracingSpec;
    /** Seconds that requests of one client stay with one pod, at most a day: by address in the cluster, by cookie at the edge. Default: no affinity. */
    readonly sessionAffinitySeconds?: number;
    /** Directories that the process may write to, empty in each new pod; everything else is read-only. Default ["/tmp"]. */
    readonly writablePaths?: readonly string[];
    /** Seconds that a pod goes on serving after it was told to stop, while load balancers forget it. Default 15. */
    readonly preStopSeconds?: number;
    /** Seconds between being told to stop and being killed; more than `preStopSeconds`. Default 45. */
    readonly gracePeriodSeconds?: number;
    /** Annotations of the pods, such as those that a service mesh reads. Pods roll when they change. Default: none. */
    readonly podAnnotations?: Readonly<Record<string, string>>;
    /** Name of the Secret in the namespace by which images are pulled from a private registry. Pods roll when it changes. Default: none. */
    readonly imagePullSecret?: string;
    /**
     * Whether the service may read the pods of its namespace. Its pods then get a token for the API server, and a way to it. Pods roll
     * when it changes. Default false.
     */
    readonly readsPods?: boolean;
    /**
     * Pods that an eviction on purpose must leave, less than the most pods there are. Default: all but one. Where there are no more
     * pods than this, one may be evicted all the same, so that a node upgrade never hangs. Changed in place.
     */
    readonly minAvailable?: number;
    /** Whether a VPA recommends resource requests. It never changes them: with an HPA they would fight. Default true. */
    readonly recommendResources?: boolean;
}
