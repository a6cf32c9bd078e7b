import type { OutputFile } from "./outputFile";
import type { Plan } from "./record";

/** The whole plan as one JSON file, for programs that compare or check plans. Keys of inputs are in alphabetical order. */
export function planFile({ project, stack, region, resources }: Plan): OutputFile {
    const plan = {
        project,
        stack,
        ...(region !== undefined && { region }),
        resources: resources.map((resource) => ({ ...resource, inputs: sorted(resource.inputs) })),
    };
    return { path: "plan.json", content: `${JSON.stringify(plan, null, 2)}\n` };
}

function sorted(value: unknown): unknown {
    if (Array.isArray(value)) {
        return value.map(sorted);
    }
    if (value === null || typeof value !== "object") {
        return value;
    }
    const object = value as Record<string, unknown>;
    const result: Record<string, unknown> = {};
    for (const key of Object.keys(object).sort()) {
        result[key] = sorted(object[key]);
    }
    return result;
}
