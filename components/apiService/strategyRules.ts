import type { ServicePlan } from "./defaults";
import { issue, outside, type Problems } from "./problems";
import type { ServiceSpec } from "./spec";

/** Everything that cannot work in how a new version takes the old one's place. */
export function strategyProblems({ strategy }: ServiceSpec, { blueGreen, metricsPath }: ServicePlan): Problems {
    if (strategy?.kind !== "blue-green" || blueGreen === undefined) {
        return [];
    }
    const { smokePaths, smokeTimeoutSeconds, watchMinutes, errorRatePercent, latencyP95Seconds } = blueGreen;
    const { scaleDownDelaySeconds } = blueGreen;
    return [
        ...issue(smokePaths.length === 0, "strategy.smokeTest.path", smokePaths, "must have at least one path"),
        ...smokePaths.flatMap((path) =>
            issue(!/^\/\S*$/.test(path), "strategy.smokeTest.path", path, "must be a path that starts with /"),
        ),
        ...outside("strategy.smokeTest.timeoutSeconds", smokeTimeoutSeconds, 5, 3600),
        ...outside("strategy.watchMinutes", watchMinutes, 1, 120),
        ...issue(
            !(errorRatePercent >= 0 && errorRatePercent < 100),
            "strategy.errorRatePercent",
            errorRatePercent,
            "must be at least 0 and less than 100",
        ),
        ...issue(!(latencyP95Seconds > 0), "strategy.latencyP95Seconds", latencyP95Seconds, "must be more than 0"),
        ...issue(
            !(scaleDownDelaySeconds > watchMinutes * 60),
            "strategy.scaleDownDelaySeconds",
            scaleDownDelaySeconds,
            `must be more than ${watchMinutes * 60}: the watch of ${watchMinutes} minutes ends when the old version goes`,
        ),
        ...issue(
            metricsPath === null,
            "metricsPath",
            metricsPath,
            "must not be null with a blue-green strategy, which watches the metrics of the new version",
        ),
    ];
}
