import type { PlannedResource } from "../record";
import { assumptions } from "./assumptions";
import { listIn, numberIn, objectAt, textIn, type Charge, type PlanIndex } from "./charge";
import { weeklyHours } from "./schedule";

const hoursPerWeek = 7 * 24;

/** The machines of a node group and their root volumes: its desired size, for as long as its schedule lets it run. */
export function nodeGroupCharges(group: PlannedResource, plan: PlanIndex): readonly Charge[] {
    const { inputs } = group;
    const [type = "of unknown type"] = listIn(inputs, "instanceTypes").filter((each) => typeof each === "string");
    const nodes = numberIn(objectAt(inputs, "scalingConfig"), "desiredSize") ?? 1;
    const spot = textIn(inputs, "capacityType") === "SPOT";
    const share = runningShare(group, plan);
    const hours = nodes * assumptions.hoursPerMonth.value * share;
    const when = share < 1 ? `, ${Math.round(share * hoursPerWeek)} hours a week` : "";
    const disk = diskGiB(group, plan);
    return [
        {
            price: `${spot ? "spot" : "ec2"}:${type}`,
            item: `${nodes} × ${type}${spot ? ", spot" : ""}${when}`,
            quantity: hours,
            assumption: "nodes",
        },
        {
            price: "ebs-gp3",
            item: `${nodes} root volumes of ${disk} GiB${when}`,
            quantity: nodes * disk * share,
            assumption: "nodes",
        },
    ];
}

/** Size of a managed node's root volume where no launch template says otherwise. Source: Amazon EKS User Guide, "Managed node groups". */
const defaultDiskGiB = 20;

function diskGiB(group: PlannedResource, plan: PlanIndex): number {
    const template = plan.siblings(group).find(({ type }) => type === "aws:ec2/launchTemplate:LaunchTemplate");
    const [mapping] = listIn(objectAt(template?.inputs), "blockDeviceMappings");
    return numberIn(objectAt(mapping, "ebs"), "volumeSize") ?? numberIn(group.inputs, "diskSize") ?? defaultDiskGiB;
}

/** Share of the time that a node group may have nodes, by the scheduled actions beside it. */
function runningShare(group: PlannedResource, plan: PlanIndex): number {
    const actions = plan.siblings(group).filter(({ type }) => type === "aws:autoscaling/schedule:Schedule");
    return actions.length === 0
        ? 1
        : weeklyHours(
              actions.map(({ inputs }) => ({
                  recurrence: textIn(inputs, "recurrence") ?? "",
                  size: numberIn(inputs, "desiredCapacity") ?? numberIn(inputs, "minSize") ?? 0,
              })),
          ) / hoursPerWeek;
}
