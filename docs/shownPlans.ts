import path from "node:path";
import { simulate } from "../simulation/program";
import type { Plan } from "../simulation/record";

const shownStacks = ["dev", "staging", "prod"] as const;

let made: Promise<Readonly<Record<string, Plan>>> | undefined;

/** The plans that generated pages are about, by stack. All pages are made from one run of each. */
export function shownPlans(): Promise<Readonly<Record<string, Plan>>> {
    made ??= simulateAll();
    return made;
}

async function simulateAll(): Promise<Record<string, Plan>> {
    const root = path.dirname(__dirname);
    const plans: Record<string, Plan> = {};
    for (const stack of shownStacks) {
        plans[stack] = await simulate({ root, stack });
    }
    return plans;
}
