import type { MonitoringModel } from "../model";
import { availabilityAlerts } from "./availability";
import { cacheAlerts } from "./cache";
import { databaseAlerts } from "./database";
import { recordingRules } from "./recordingRules";
import { alertingRule, type AlertDefinition, type RuleGroup } from "./rule";
import { saturationAlerts } from "./saturation";
import { trafficAlerts } from "./traffic";

/** The families of alerts; a further one is a line here and a file beside it. */
const families: Readonly<Record<string, (model: MonitoringModel) => AlertDefinition[]>> = {
    availability: availabilityAlerts,
    traffic: trafficAlerts,
    saturation: saturationAlerts,
    database: databaseAlerts,
    cache: cacheAlerts,
};

/** The alerts of a system, a group for each family that has any. */
export function alertRules(model: MonitoringModel): RuleGroup[] {
    return Object.entries(families).flatMap(([family, alerts]) => {
        const rules = alerts(model).map((definition) => alertingRule(model, definition));
        return rules.length === 0 ? [] : [{ name: `${model.system}-${family}`, rules }];
    });
}

/** Every rule of a system: what is recorded first, since the alerts read it. */
export function ruleGroups(model: MonitoringModel): RuleGroup[] {
    return [...recordingRules(model), ...alertRules(model)];
}
