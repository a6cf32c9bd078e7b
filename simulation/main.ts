import path from "node:path";
import { exitCodes, parseArguments, UsageError, usage, type SimulationArguments } from "./arguments";
import { assess } from "./assessment";
import { stackFileOf } from "./configuration";
import { explain } from "./failure";
import { filesOf } from "./files";
import type { OutputFile } from "./outputFile";
import { present, type Presented } from "./present";
import { Progress } from "./progress";
import { checkOutput, publish } from "./publish";
import type { Plan } from "./record";
import { styled, terminalOf } from "./terminal";

/** What a simulation writes to and where it runs. */
export interface Surroundings {
    /** Directory of the Pulumi project. */
    readonly root: string;
    readonly stdout: NodeJS.WriteStream;
    readonly stderr: NodeJS.WriteStream;
}

/** Simulates a stack, shows the result and writes it down. Gives back the exit code. */
export async function main(args: readonly string[], { root, stdout, stderr }: Surroundings): Promise<number> {
    const screen = terminalOf(stdout);
    const messages = terminalOf(stderr);
    const progress = new Progress(messages);
    try {
        const wanted = parseArguments(args);
        if (wanted.help) {
            screen.write(usage);
            return exitCodes.done;
        }
        stackFileOf(root, wanted.stack);
        const directory = path.resolve(wanted.out ?? path.join(root, "out", wanted.stack));
        checkOutput(directory);

        progress.begin("Loading the Pulumi SDK");
        const { simulate } = await import("./program");
        progress.begin(`Running the program for stack ${wanted.stack}`);
        const plan = await simulate({
            root,
            stack: wanted.stack,
            onProgress: (resources) => progress.count(resources, "resources"),
        });
        const compared = await differenceFor(wanted, root, plan, progress);
        progress.begin("Writing the files");
        const assessment = assess(plan);
        const files = filesOf(plan, assessment, compared.difference);
        publish(directory, files);
        progress.end();

        screen.write(await present({ ...wanted, plan, assessment, ...whereIs(directory, files), ...compared }, screen));
        return exitCodes.done;
    } catch (failure) {
        progress.end();
        messages.write(`${styled(messages, "red", "error:")} ${explain(failure, root)}\n`);
        return failure instanceof UsageError ? exitCodes.usage : exitCodes.failed;
    }
}

/** What the plan is compared with is loaded only when it is asked for. */
async function differenceFor(
    { stack, against }: SimulationArguments,
    root: string,
    plan: Plan,
    progress: Progress,
): Promise<Pick<Presented, "difference">> {
    if (against === undefined) {
        return {};
    }
    progress.begin(`Simulating ${against} to compare with`);
    const { planAgainst } = await import("./against");
    const { differenceBetween } = await import("./difference/difference");
    const earlier = await planAgainst(against, root, stack);
    return { difference: differenceBetween(earlier.plan, plan, { before: earlier.name, after: stack }) };
}

function whereIs(directory: string, files: readonly OutputFile[]): Pick<Presented, "directory" | "files"> {
    const shown = path.relative(process.cwd(), directory);
    return { directory: shown.startsWith("..") ? directory : shown, files };
}
