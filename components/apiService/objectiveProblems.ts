import { issue, type Problems } from "./problems";
import type { ServiceSpec } from "./spec";

/** Promises that cannot be kept or cannot be broken. At 100 percent there is no error budget, and the first failure would use it up. */
export function objectiveProblems({ objectives = {} }: ServiceSpec): Problems {
    const percents = (["availabilityPercent", "latencyPercent"] as const).flatMap((name) => {
        const percent = objectives[name] ?? 99;
        return issue(
            !(percent > 0 && percent < 100),
            `objectives.${name}`,
            percent,
            "must be more than 0 and less than 100 percent",
        );
    });
    const seconds = (["latencySeconds", "latencyP95Seconds"] as const).flatMap((name) => {
        const value = objectives[name] ?? 1;
        return issue(
            !(value > 0 && value < Infinity),
            `objectives.${name}`,
            value,
            "must be a number of seconds above 0",
        );
    });
    return [...percents, ...seconds];
}
