import type { ObjectivesSpec } from "../apiService/spec";

/** What a service promises its clients, with the defaults filled in. */
export interface Objectives {
    /** Percent of requests that must not fail. */
    readonly availabilityPercent: number;
    /** Percent of requests that must be answered within `latencySeconds`. */
    readonly latencyPercent: number;
    readonly latencySeconds: number;
}

/** A time over which the use of an error budget is looked at. */
export type BurnWindow = "5m" | "30m" | "1h" | "2h" | "6h" | "1d" | "3d";

/**
 * How fast the budget of 30 days may be used, in multiples of the speed at which it lasts exactly 30 days. The longer window says that
 * enough of the budget is gone to matter (2 %, 5 %, 10 %, 10 %), the shorter one that it still goes on, so that an alert ends soon after its
 * cause. Source: Google, The Site Reliability Workbook, chapter 5, table 5-8.
 */
export const burnRates = [
    { speed: "Fast", long: "1h", short: "5m", factor: 14.4 },
    { speed: "Fast", long: "6h", short: "30m", factor: 6 },
    { speed: "Slowly", long: "1d", short: "2h", factor: 3 },
    { speed: "Slowly", long: "3d", short: "6h", factor: 1 },
] as const satisfies readonly { speed: "Fast" | "Slowly"; long: BurnWindow; short: BurnWindow; factor: number }[];

/** The promises of a service, with the defaults. */
export function objectivesOf(spec: ObjectivesSpec = {}): Objectives {
    return {
        availabilityPercent: spec.availabilityPercent ?? 99.9,
        latencyPercent: spec.latencyPercent ?? 95,
        latencySeconds: spec.latencySeconds ?? spec.latencyP95Seconds ?? 1,
    };
}
