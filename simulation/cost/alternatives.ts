import type { Plan, PlannedResource } from "../record";
import { costOf } from "./cost";

/** How the nodes of a stack can be bought and when they can run. */
export interface Alternative {
    readonly capacity: "on-demand" | "spot";
    readonly hours: "always" | "office hours";
    /** US dollars a month of the whole stack; undefined when a machine has no such price. */
    readonly monthly: number | undefined;
}

const nodeGroupType = "aws:eks/nodeGroup:NodeGroup";
const scheduleType = "aws:autoscaling/schedule:Schedule";

/** Ten hours on five days. */
const officeHours = [
    { recurrence: "0 8 * * MON-FRI", desiredCapacity: 1 },
    { recurrence: "0 18 * * MON-FRI", desiredCapacity: 0 },
] as const;

/** What the stack would cost with its nodes on demand or spot, always or in office hours. */
export function alternativesOf(plan: Plan, region?: string): Alternative[] {
    return (["on-demand", "spot"] as const).flatMap((capacity) =>
        (["always", "office hours"] as const).map((hours) => {
            const { monthly, unpriced } = costOf(withNodes(plan, capacity, hours), region);
            const known = unpriced.every(({ type }) => type !== nodeGroupType);
            return { capacity, hours, monthly: known ? monthly : undefined };
        }),
    );
}

/** Share of a week that office hours are. */
const officeShare = 50 / (7 * 24);

/**
 * What the stack would cost if it were destroyed every evening and created every morning, with nodes that run as long as it exists. AWS
 * bills what exists by the hour or the second; what use adds stays.
 */
export function destroyedOverNight(plan: Plan, region?: string): number {
    const spot = plan.resources.some(({ type, inputs }) => type === nodeGroupType && inputs.capacityType === "SPOT");
    const { fixed, usage } = costOf(withNodes(plan, spot ? "spot" : "on-demand", "always"), region);
    return fixed * officeShare + usage;
}

function withNodes(plan: Plan, capacity: Alternative["capacity"], hours: Alternative["hours"]): Plan {
    const resources = plan.resources
        .filter(({ type }) => type !== scheduleType)
        .flatMap((resource): PlannedResource[] => {
            if (resource.type !== nodeGroupType) {
                return [resource];
            }
            const capacityType = capacity === "spot" ? "SPOT" : "ON_DEMAND";
            const group = { ...resource, inputs: { ...resource.inputs, capacityType } };
            return hours === "always"
                ? [group]
                : [group, ...officeHours.map((inputs) => ({ ...resource, type: scheduleType, inputs: { ...inputs } }))];
        });
    return { ...plan, resources };
}
