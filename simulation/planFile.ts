import { sorted, type OutputFile } from "./outputFile";
import type { Plan } from "./record";

/** The whole plan as one JSON file, for programs that compare or check plans. */
export function planFile({ project, stack, resources }: Plan): OutputFile {
    const plan = {
        project,
        stack,
        resources: resources.map((resource) => ({ ...resource, inputs: sorted(resource.inputs) })),
    };
    return { path: "plan.json", content: `${JSON.stringify(plan, null, 2)}\n` };
}
