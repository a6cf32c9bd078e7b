import type { OutputFile } from "./outputFile";
import type { Plan } from "./record";

/** The whole plan as one JSON file, for programs that compare or check plans. */
export function planFile({ project, stack, resources }: Plan): OutputFile {
    return { path: "plan.json", content: `${JSON.stringify({ project, stack, resources }, null, 2)}\n` };
}
