import path from "node:path";
import { planFacts } from "../../report/planFacts";
import { readPlan, type PlanView } from "../../report/model/resource";
import { assess } from "../../simulation/assessment";
import { simulate } from "../../simulation/program";
import type { Plan } from "../../simulation/record";

const root = path.resolve(__dirname, "..", "..");

const plans = new Map<string, Promise<Plan>>();

/** The plan of one of the project's stacks. */
export function planOf(stack: string): Promise<Plan> {
    const plan = plans.get(stack) ?? simulate({ root, stack });
    plans.set(stack, plan);
    return plan;
}

/** A plan as the page reads it. */
export function viewOf(plan: Plan): PlanView {
    return readPlan(
        planFacts(plan, assess(plan)),
        plan.resources.map(({ inputs }) => JSON.stringify(inputs)),
    );
}
