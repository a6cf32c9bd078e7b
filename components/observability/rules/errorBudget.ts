import type { MonitoredService, MonitoringModel } from "../model";
import { burnRates } from "../objectives";
import { ratio, series } from "../promql";
import { indicators, recordedRatio, type IndicatorName } from "./objectiveRules";
import { recordedLabels } from "./recordingRules";
import { ownership, type RecordingRule, type RuleGroup } from "./rule";

/** What dashboards show of the promises of a service. Alerts read what these are made from. */
export const budgets = {
    /** Share of the error budget of 30 days that is left; below 0 where more was used. */
    remaining: "service:error_budget_remaining:ratio",
    /** Use of the error budget over a window, in multiples of the speed at which it lasts exactly 30 days. */
    burnRate: "service:error_budget_burn:ratio",
} as const;

/** The days that an error budget is for. */
export const budgetDays = 30;

/** Of 30 days, one sample in five minutes says as much as all of them: what is recorded is itself a rate over five minutes. */
const step = "5m";

/**
 * What is left of the error budgets, and how fast they are used. Evaluated as often as it can change: the budget is some 8,600 samples of
 * two series. Recorded over all pods, so the label by which panels choose a pod, `instance`, says "all".
 */
export function errorBudgetRules(model: MonitoringModel): RuleGroup[] {
    const services = model.services.filter(({ metrics }) => metrics !== undefined);
    return services.length === 0
        ? []
        : [
              {
                  name: `${model.system}-error-budgets-recording`,
                  interval: step,
                  rules: services.flatMap((service) => [
                      ...budgetRules(model, service, "availability", service.objectives.availabilityPercent),
                      ...budgetRules(model, service, "latency", service.objectives.latencyPercent),
                  ]),
              },
          ];
}

function budgetRules(
    model: MonitoringModel,
    service: MonitoredService,
    objective: IndicatorName,
    percent: number,
): RecordingRule[] {
    const selector = recordedLabels(service);
    const labels = { ...ownership(model, service), objective, instance: "all" };
    const allowed = ratio(Number((100 - percent).toPrecision(12)));
    const total = (metric: string): string => `sum_over_time(${series(metric, selector)}[${budgetDays}d:${step}])`;
    const { bad, all } = indicators[objective];
    return [
        { record: budgets.remaining, expr: `1 - ${total(bad)} / (${total(all)} > 0) / ${allowed}`, labels },
        ...burnRates.map(({ long }) => ({
            record: budgets.burnRate,
            expr: `${series(recordedRatio(objective, long), selector)} / ${allowed}`,
            labels: { ...labels, window: long },
        })),
    ];
}
