import { policyFindings, type PolicyReport } from "../policy/findings";
import { costOf, type Cost } from "./cost/cost";
import type { Plan } from "./record";
import { timelineOf, type Timeline } from "./timeline/timeline";

/** What can be said about a plan before anything of it exists. */
export interface Assessment {
    readonly cost: Cost;
    readonly timeline: Timeline;
    readonly policies: PolicyReport;
}

/** Made once for a plan: the terminal and the report show the same. */
export function assess(plan: Plan): Assessment {
    return { cost: costOf(plan), timeline: timelineOf(plan), policies: policyFindings(plan) };
}
