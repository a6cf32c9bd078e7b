import { burnRates } from "../objectives";
import type { RecordedMetric } from "../promql";
import { budgetDays, budgets } from "../rules/errorBudget";
import type { IndicatorName } from "../rules/objectiveRules";
import type { RowSpec } from "./dashboard";
import type { MeasuredService } from "./expressions";
import { graph, stat, type Panel } from "./panel";
import { own, type Labels } from "./selectors";

/** What a service promises, how much of it is left, and how near the alerts about it are. */
export function objectiveRow(service: MeasuredService): RowSpec {
    const { availabilityPercent, latencyPercent, latencySeconds } = service.objectives;
    return {
        title: "Objectives and error budgets",
        panels: [
            ...budgetPanels(service, "availability", `${availabilityPercent} % of the requests must not fail.`),
            ...budgetPanels(
                service,
                "latency",
                `${latencyPercent} % of the requests must be answered within ${latencySeconds} s.`,
            ),
        ],
    };
}

const titles: Readonly<Record<IndicatorName, string>> = { availability: "Availability", latency: "Latency" };

function budgetPanels(service: MeasuredService, objective: IndicatorName, promise: string): Panel[] {
    const of = (metric: RecordedMetric, labels: Labels = {}): string => own(service)(metric, { objective, ...labels });
    return [
        stat({
            title: `${titles[objective]}: error budget left`,
            description: `${promise} What is left of the failures that this allows in ${budgetDays} days, or in as many as Prometheus keeps.`,
            unit: "percentunit",
            queries: [{ expr: of(budgets.remaining), legend: "left" }],
            limit: { value: 0, bad: "below" },
        }),
        graph({
            title: `${titles[objective]}: how near the alerts are`,
            description: `${promise} How fast the budget is used, of the speed that ${titles[objective]}BudgetBurningFast and …Slowly ask for. They fire at 100 % when it goes on.`,
            unit: "percentunit",
            queries: burnRates.map(({ long, factor, speed }) => ({
                expr: `${of(budgets.burnRate, { window: long })} / ${factor}`,
                legend: `${long} (${speed.toLowerCase()})`,
            })),
            limit: { value: 1, bad: "above" },
            span: 18,
        }),
    ];
}
