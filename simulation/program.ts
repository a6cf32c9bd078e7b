import path from "node:path";
import { readConfiguration } from "./configuration";
import { record, type Plan, type RecordOptions } from "./record";

export interface SimulateOptions extends Pick<RecordOptions, "preview" | "shortcuts" | "onProgress"> {
    /** Directory of the Pulumi project. */
    readonly root: string;
    /** Name of a stack that has a configuration file. */
    readonly stack: string;
    /** Name that the program sees in place of the stack's own. */
    readonly as?: string;
    /** What the stack's file would say; default: what it says. */
    readonly stackFile?: string;
    /** Stacks that wait for this one's outputs. Default: none. */
    readonly waiting?: readonly string[];
}

/** Runs the project's program for one of its stacks, as the Pulumi CLI would, and gives back what it registers. */
export async function simulate({
    root,
    stack,
    as = stack,
    stackFile,
    waiting = [],
    ...options
}: SimulateOptions): Promise<Plan> {
    const { project, values, secretKeys } = readConfiguration(root, stack, stackFile);
    const region = values["aws:region"];
    return record(() => runProgram(path.join(root, "index.ts")), {
        ...options,
        root,
        project,
        stack: as,
        config: values,
        secretKeys,
        stackOutputs: await platformOutputs(root, values["platform:platformStack"], [...waiting, stack]),
        ...(region !== undefined && { region }),
    });
}

/** The outputs of the stack that this one deploys onto, from a simulation of that stack. One that waits for this one has none. */
async function platformOutputs(
    root: string,
    fullName: string | undefined,
    waiting: readonly string[],
): Promise<NonNullable<RecordOptions["stackOutputs"]>> {
    const stack = fullName?.split("/").at(-1);
    if (fullName === undefined || stack === undefined) {
        return {};
    }
    return { [fullName]: waiting.includes(stack) ? {} : (await simulate({ root, stack, waiting })).outputs };
}

/** Evaluates the entry anew: it is a script that reads the configuration of the moment. What it imports holds no state. */
function runProgram(entry: string): unknown {
    delete require.cache[entry];
    /* eslint-disable-next-line @typescript-eslint/no-require-imports -- the CLI, too, evaluates the program by requiring it */
    const exported = require(entry) as unknown;
    return typeof exported === "function" ? (exported as () => unknown)() : exported;
}
