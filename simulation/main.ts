import path from "node:path";
import { parseArguments, usage } from "./arguments";
import { stackFileOf } from "./configuration";
import { explain } from "./failure";
import { filesOf } from "./files";
import { policyText } from "./policyTable";
import { Progress } from "./progress";
import { checkOutput, publish } from "./publish";
import { countsText, outputsText } from "./summary";
import { styled, terminalOf } from "./terminal";
import { treeText } from "./tree";

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
        const { stack, out, help } = parseArguments(args);
        if (help) {
            screen.write(usage);
            return 0;
        }
        stackFileOf(root, stack);
        const directory = path.resolve(out ?? path.join(root, "out", stack));
        checkOutput(directory);

        progress.begin("Loading the Pulumi SDK");
        const { simulate } = await import("./program");
        progress.begin(`Running the program for stack ${stack}`);
        const plan = await simulate({
            root,
            stack,
            onProgress: (resources) => progress.count(resources, "resources"),
        });
        progress.begin("Writing the files");
        const files = filesOf(plan);
        publish(directory, files);
        progress.end();

        screen.write(`${styled(screen, "bold", `Previewing update (${stack}), simulated:`)}\n`);
        screen.write(`${treeText(plan, screen)}\n${outputsText(plan, screen)}\n\n${countsText(plan, screen)}\n\n`);
        screen.write(`${policyText(plan, screen)}\n\n`);
        const shown = path.relative(process.cwd(), directory);
        screen.write(`Files: ${shown.startsWith("..") ? directory : shown} (${files.length})\n`);
        return 0;
    } catch (failure) {
        progress.end();
        messages.write(`${styled(messages, "red", "error:")} ${explain(failure, root)}\n`);
        return 1;
    }
}
