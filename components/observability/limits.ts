/** When an alert fires. */
export interface Limit {
    /** The value that must be passed; see the table for the unit. Not used where the alert is about something being gone. */
    readonly value: number;
    /** How long the condition must hold, as a Prometheus duration. */
    readonly for: Duration;
    /** How long it goes on after the condition has ended, where it would come and go. Default: not at all. */
    readonly keepFiringFor?: Duration;
}

export type Duration = `${number}${"s" | "m" | "h"}`;

/**
 * Every alert of a system with its default limit. The alerts and the thresholds in the dashboards both read it, so they are equal.
 * A system's objectives take the place of the defaults for errors and latency.
 */
export const defaultLimits = {
    // Availability. Where there is no unit, the value is not used. What pages outlasts its warnings by a minute: an end that were told
    // before theirs would leave a moment in which they are told as well.
    ServiceDown: { value: 0, for: "1m", keepFiringFor: "1m" },
    ServiceAbsent: { value: 0, for: "5m", keepFiringFor: "1m" },
    ServiceNotReady: { value: 0, for: "2m", keepFiringFor: "1m" },
    // Longer than the pause between a pod's end and the end of its endpoint.
    PodDown: { value: 0, for: "2m" },
    // Longer than a rollout or the start of a node.
    ReplicasUnavailable: { value: 0, for: "10m" },
    // Restarts in ten minutes.
    PodRestarting: { value: 3, for: "0m" },
    PodCrashLooping: { value: 0, for: "5m" },

    // Percent of requests.
    HighErrorRate: { value: 5, for: "5m", keepFiringFor: "5m" },
    // Seconds at the 95th percentile.
    HighResponseTime: { value: 1, for: "5m", keepFiringFor: "5m" },
    // Kubernetes has waited for the rollout's deadline before.
    RolloutStuck: { value: 0, for: "1m" },
    // Longer than the operator's own next attempts.
    ExternalSecretNotSynced: { value: 0, for: "10m" },
    // Hours since a check found every secret rotated in time; the check runs daily.
    SecretRotationOverdue: { value: 26, for: "15m" },
    // Longer than a synchronisation with its hooks.
    ArgoCdOutOfSync: { value: 0, for: "15m" },
    ControllerAbsent: { value: 0, for: "10m" },
    // Days to the end of a certificate whose renewal is overdue. cert-manager renews when a third of the life is left.
    CertificateExpiring: { value: 14, for: "1h" },

    // Failed requests in the longer window below which the budget's speed is noise: with few requests one failure is a large share.
    AvailabilityBudgetBurningFast: { value: 10, for: "2m", keepFiringFor: "5m" },
    AvailabilityBudgetBurningSlowly: { value: 10, for: "15m", keepFiringFor: "30m" },
    // The same for slow requests.
    LatencyBudgetBurningFast: { value: 10, for: "2m", keepFiringFor: "5m" },
    LatencyBudgetBurningSlowly: { value: 10, for: "15m", keepFiringFor: "30m" },
    LatencyObjectiveUnmeasured: { value: 0, for: "1h" },
    // Failures a minute.
    OperationFailing: { value: 0.1, for: "5m", keepFiringFor: "5m" },

    // Percent of the container's limit, or of its request where it has none.
    HighCPUUsage: { value: 80, for: "10m", keepFiringFor: "5m" },
    HighMemoryUsage: { value: 90, for: "5m", keepFiringFor: "5m" },
    // Percent of the scheduler's 100 ms periods in which the container was stopped for the rest of the period.
    HighCPUThrottling: { value: 25, for: "15m", keepFiringFor: "15m" },
    AutoscalerAtMaximum: { value: 0, for: "15m", keepFiringFor: "10m" },
    // Percent of a pod's connection pool.
    ConnectionPoolNearlyExhausted: { value: 90, for: "5m", keepFiringFor: "5m" },
    // Requests in flight in one pod. Python frameworks run 40 blocking requests at a time (AnyIO's default); the rest waits.
    HighActiveConnections: { value: 100, for: "10m", keepFiringFor: "5m" },

    // Failed attempts in the rate window. A minute longer than a store's own alert, so that of one that is down only that is told.
    DatabaseConnectionFailure: { value: 5, for: "2m" },
    // Silences what clients see of it, until the failures have left their window of five minutes, and the alerts about them, which go on for
    // five more, have ended.
    DatabaseDown: { value: 0, for: "1m", keepFiringFor: "11m" },
    DatabaseExporterAbsent: { value: 0, for: "5m" },
    // Percent of max_connections.
    DatabaseConnectionsNearMaximum: { value: 80, for: "5m", keepFiringFor: "5m" },
    // Deadlocks in fifteen minutes.
    DatabaseDeadlocks: { value: 5, for: "0m" },
    // MiB of write-ahead log that a replica has not replayed: sixteen segments of 16 MiB.
    DatabaseReplicationLagging: { value: 256, for: "5m", keepFiringFor: "5m" },
    DatabaseReplicaMissing: { value: 0, for: "5m" },
    // Hours since the last backup that succeeded; the schedule takes the default's place.
    DatabaseBackupTooOld: { value: 26, for: "15m" },
    // Percent of a volume.
    VolumeNearlyFull: { value: 85, for: "5m" },
    // Percent of a volume below which its growth is nobody's business.
    VolumeFillingUp: { value: 50, for: "1h", keepFiringFor: "1h" },

    // Failed attempts in the rate window, as with the database.
    CacheConnectionFailure: { value: 5, for: "2m" },
    // As with DatabaseDown.
    CacheDown: { value: 0, for: "1m", keepFiringFor: "11m" },
    CacheExporterAbsent: { value: 0, for: "5m" },
    // Percent of maxmemory.
    CacheMemoryNearMaximum: { value: 90, for: "15m" },
    // Keys a second.
    CacheEvicting: { value: 1, for: "10m", keepFiringFor: "5m" },
    // Percent of maxclients.
    CacheConnectionsNearMaximum: { value: 80, for: "5m", keepFiringFor: "5m" },
    // Outlasts the warning that goes before it, which ends five minutes after its cause.
    CacheRejectingConnections: { value: 0, for: "1m", keepFiringFor: "1m" },
    // Percent of look-ups; the alert fires below it.
    CacheHitRateLow: { value: 70, for: "10m", keepFiringFor: "5m" },
} as const satisfies Record<string, Limit>;

export type AlertName = keyof typeof defaultLimits;

/** The limits of one part of a system. */
export type Limits = Readonly<Record<AlertName, Limit>>;

/** What a system says in place of the defaults: another value, another time, or both. */
export type LimitChanges = Readonly<Partial<Record<AlertName, Partial<Limit>>>>;

/**
 * The default limits with some values replaced, and over them what the system says of its own accord.
 *
 * @param values that follow from other parts of the declaration, such as objectives; how long a condition must hold stays.
 */
export function limitsWith(
    values: Readonly<Partial<Record<AlertName, number | undefined>>>,
    changes: LimitChanges = {},
): Limits {
    const limits: Record<AlertName, Limit> = { ...defaultLimits };
    for (const [name, value] of Object.entries(values) as [AlertName, number | undefined][]) {
        if (value !== undefined) {
            limits[name] = { ...limits[name], value };
        }
    }
    for (const [name, change] of Object.entries(changes) as [AlertName, Partial<Limit>][]) {
        limits[name] = { ...limits[name], ...change };
    }
    return limits;
}
