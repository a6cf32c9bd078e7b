import type { MonitoringModel } from "../model";
import { availabilityAlerts } from "./availability";
import { cacheAlerts } from "./cache";
import { controllerAlerts } from "./controllers";
import { databaseAlerts } from "./database";
import { deliveryAlerts } from "./delivery";
import { objectiveAlerts } from "./objectiveAlerts";
import { recordingGroups } from "./recordingGroups";
import { alertingRule, type AlertDefinition, type RuleGroup } from "./rule";
import { saturationAlerts } from "./saturation";
import { trafficAlerts } from "./traffic";

/** The families of alerts; a further one is a line here and a file beside it. */
const families: Readonly<Record<string, (model: MonitoringModel) => AlertDefinition[]>> = {
    availability: availabilityAlerts,
    traffic: trafficAlerts,
    objectives: objectiveAlerts,
    saturation: saturationAlerts,
    database: databaseAlerts,
    cache: cacheAlerts,
    delivery: deliveryAlerts,
    controllers: controllerAlerts,
};

/** Every rule of a system by family, with what is recorded first, since the alerts read it. Families without rules are left out. */
export function ruleFamilies(model: MonitoringModel): Readonly<Record<string, readonly RuleGroup[]>> {
    const alerts = Object.entries(families).map(([family, definitions]): readonly [string, readonly RuleGroup[]] => {
        const rules = definitions(model).map((definition) => alertingRule(model, definition));
        return [family, rules.length === 0 ? [] : [{ name: family, rules }]];
    });
    const all: (readonly [string, readonly RuleGroup[]])[] = [["recording", recordingGroups(model)], ...alerts];
    return Object.fromEntries(all.filter(([, groups]) => groups.length > 0));
}

/** The alerts of a system. */
export function alertRules(model: MonitoringModel): RuleGroup[] {
    return Object.entries(ruleFamilies(model)).flatMap(([family, groups]) => (family in families ? groups : []));
}

/** Every rule of a system. */
export function ruleGroups(model: MonitoringModel): RuleGroup[] {
    return Object.values(ruleFamilies(model)).flat();
}
