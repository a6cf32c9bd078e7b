import type { MonitoringModel } from "../model";
import { budgetInterval, burnRules, errorBudgetRules } from "./errorBudget";
import { objectiveRules, slowInterval } from "./objectiveRules";
import { recordingRules } from "./recordingRules";
import type { RuleGroup } from "./rule";

/** Everything that is recorded of a system, by how often it is looked at. No group reads what another one records. */
export function recordingGroups(model: MonitoringModel): RuleGroup[] {
    const groups: readonly RuleGroup[] = [
        {
            name: "recording",
            rules: [...recordingRules(model), ...objectiveRules(model, "fast"), ...burnRules(model, "fast")],
        },
        {
            name: "recording-objectives",
            interval: slowInterval,
            rules: [...objectiveRules(model, "slow"), ...burnRules(model, "slow")],
        },
        { name: "recording-error-budgets", interval: budgetInterval, rules: errorBudgetRules(model) },
    ];
    return groups.filter(({ rules }) => rules.length > 0);
}
