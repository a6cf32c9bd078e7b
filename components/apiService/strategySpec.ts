/**
 * A new version beside the old one: green starts, is tested, gets all requests at once and is watched; blue goes when the watch is over.
 * Anything that fails on the way leaves the requests with blue, or gives them back to it.
 */
export interface BlueGreenStrategy {
    readonly kind: "blue-green";
    /** What green must answer before it gets requests. */
    readonly smokeTest: {
        /** Paths that must be answered with 200 to 399, in this order. */
        readonly path: string | readonly string[];
        /** Seconds that the whole test may take. Default 60. */
        readonly timeoutSeconds?: number;
    };
    /** Minutes that green is watched after the switch. Default 5. */
    readonly watchMinutes?: number;
    /** Percent of green's requests that may fail while it is watched. Default: that of `objectives`, else 5. */
    readonly errorRatePercent?: number;
    /** Seconds that the 95th percentile of green's latency may take. Default: that of `objectives`, else 1. */
    readonly latencyP95Seconds?: number;
    /** Seconds after the switch that blue is kept, longer than the watch. Default: two minutes longer. */
    readonly scaleDownDelaySeconds?: number;
}

/**
 * How a new version takes the old one's place. `rolling` replaces pod by pod. Going from one to the other makes new pods before the old
 * ones go.
 */
export type StrategySpec = { readonly kind: "rolling" } | BlueGreenStrategy;
