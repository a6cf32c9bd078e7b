import type { MonitoredService, MonitoringModel } from "../model";
import { burnRates } from "../objectives";
import { ratio, series, type RecordedMetric } from "../promql";
import {
    indicatorNames,
    indicators,
    measuredServices,
    paceOf,
    ratesEvery,
    recordedEvery,
    recordedRatio,
    type IndicatorName,
    type Pace,
} from "./objectiveRules";
import { recordedLabels } from "./recordingRules";
import { ownership, type RecordingRule } from "./rule";

/** What dashboards show of the promises of a service. Alerts read what these are made from. */
export const budgets = {
    /** Share of the error budget of 30 days that is left; below 0 where more was used. */
    remaining: "service:error_budget_remaining:ratio",
    /** Use of the error budget over a window, in multiples of the speed at which it lasts exactly 30 days. */
    burnRate: "service:error_budget_burn:ratio",
} as const;

/** The days that an error budget is for. */
export const budgetDays = 30;

/**
 * Time between two looks at error budgets. Of 30 days, a rate over five minutes every five minutes counts each request once: some 8,600
 * samples of two series for each promise.
 */
export const budgetInterval = "5m";

/** What is left of the error budgets. */
export function errorBudgetRules(model: MonitoringModel): RecordingRule[] {
    return measuredServices(model).flatMap((service) => [
        ...ratesEvery(model, service, budgetInterval),
        ...indicatorNames.map((name) => remaining(model, service, name)),
    ]);
}

function remaining(model: MonitoringModel, service: MonitoredService, objective: IndicatorName): RecordingRule {
    const { bad, all } = indicators[objective];
    const total = (metric: RecordedMetric): string =>
        `sum_over_time(${series(recordedEvery(metric, budgetInterval), recordedLabels(service))}[${budgetDays}d])`;
    return {
        record: budgets.remaining,
        expr: `1 - ${total(bad)} / (${total(all)} > 0) / ${allowedShare(service, objective)}`,
        labels: budgetLabels(model, service, objective),
    };
}

/** How fast the error budgets are used over the windows of a pace. */
export function burnRules(model: MonitoringModel, pace: Pace): RecordingRule[] {
    const windows = burnRates.map(({ long }) => long).filter((window) => paceOf(window) === pace);
    return measuredServices(model).flatMap((service) =>
        indicatorNames.flatMap((objective) =>
            windows.map((window) => ({
                record: budgets.burnRate,
                expr: `${series(recordedRatio(objective, window), recordedLabels(service))} / ${allowedShare(service, objective)}`,
                labels: { ...budgetLabels(model, service, objective), window },
            })),
        ),
    );
}

function allowedShare({ objectives }: MonitoredService, objective: IndicatorName): number {
    const percent = { availability: objectives.availabilityPercent, latency: objectives.latencyPercent }[objective];
    return ratio(Number((100 - percent).toPrecision(12)));
}

/** Recorded over all pods, so the label by which panels choose a pod, `instance`, says "all". */
function budgetLabels(
    model: MonitoringModel,
    service: MonitoredService,
    objective: IndicatorName,
): Record<string, string> {
    return { ...ownership(model, service), objective, instance: "all" };
}
