import type { BlueGreenStrategy, ServiceSpec } from "./spec";

/** A blue-green strategy with every default filled in. */
export interface BlueGreenPlan {
    readonly smokePaths: readonly string[];
    readonly smokeTimeoutSeconds: number;
    readonly watchMinutes: number;
    readonly errorRatePercent: number;
    readonly latencyP95Seconds: number;
    readonly scaleDownDelaySeconds: number;
}

/** Seconds that blue is kept beyond the watch, in which the controller acts on what was seen last. */
export const delayBeyondWatch = 120;

/** Fills in every default of a blue-green strategy. */
export function blueGreenPlanOf(strategy: BlueGreenStrategy, objectives: ServiceSpec["objectives"]): BlueGreenPlan {
    const { path, timeoutSeconds } = strategy.smokeTest;
    const watchMinutes = strategy.watchMinutes ?? 5;
    return {
        smokePaths: typeof path === "string" ? [path] : path,
        smokeTimeoutSeconds: timeoutSeconds ?? 60,
        watchMinutes,
        errorRatePercent: strategy.errorRatePercent ?? objectives?.errorRatePercent ?? 5,
        latencyP95Seconds: strategy.latencyP95Seconds ?? objectives?.latencyP95Seconds ?? 1,
        scaleDownDelaySeconds: strategy.scaleDownDelaySeconds ?? watchMinutes * 60 + delayBeyondWatch,
    };
}
