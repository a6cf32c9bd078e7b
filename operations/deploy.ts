import { readText } from "../simulation/configuration";
import { UserError } from "../simulation/failure";
import { simulate } from "../simulation/program";
import type { Plan } from "../simulation/record";
import { styled, type Terminal } from "../simulation/terminal";
import type { OperationArguments } from "./arguments";
import type { Mode } from "./credentials";
import { differenceLines, differenceOf } from "./difference";
import type { Surroundings } from "./surroundings";
import { withVersions, type StackFile, type VersionChange } from "./versions";

/** What is to be deployed. */
export interface Deployment {
    readonly stack: string;
    readonly file: StackFile;
    /** Path of the stack's file. */
    readonly location: string;
    readonly changes: readonly VersionChange[];
    readonly mode: Mode;
}

/** Deploys a stack, or says what each step would do. */
export async function deploy(
    deployment: Deployment,
    operation: OperationArguments,
    around: Surroundings,
    screen: Terminal,
): Promise<void> {
    const { stack, file, changes, mode } = deployment;
    if (mode.real && !operation.yes && around.stdin.isTTY !== true) {
        throw new UserError("A deployment is confirmed at a terminal; where there is none, pass --yes.");
    }
    const plan = await simulate({ root: around.root, stack, stackFile: withVersions(file, changes) });
    if (mode.real) {
        await act(deployment, plan, operation, around, screen);
    } else {
        const before = changes.length === 0 ? undefined : await simulate({ root: around.root, stack });
        screen.write(`Deployment of stack ${stack}, what each step would do:\n`);
        screen.write(stepLines(deployment, plan, before).join("\n") + "\n");
    }
}

/** The steps of a deployment, in words. */
export function stepLines({ stack, file, changes }: Deployment, plan: Plan, before?: Plan): string[] {
    const steps: string[][] = [
        [`Check the configuration: it is valid and gives ${plan.resources.length} resources (done).`],
        ...(changes.length === 0
            ? []
            : [[`Write to ${file.name}:`, ...changes.map((change) => `  ${changeText(change)}`)]]),
        [`Run \`pulumi preview --stack ${stack}\` and ask whether to go on.`],
        before === undefined
            ? [`Run \`pulumi up --stack ${stack}\`: create or change what differs from these resources.`]
            : [
                  `Run \`pulumi up --stack ${stack}\`. The other versions change:`,
                  ...differenceLines(differenceOf(before, plan)).map((line) => `  ${line}`),
              ],
        ["Wait until every changed workload is ready; a failing one fails the deployment."],
        ...(changes.length === 0
            ? []
            : [[`Remind you to commit ${file.name}: its history is what a rollback goes by.`]]),
    ];
    return steps.flatMap(([first = "", ...more], index) => [
        `  ${index + 1}. ${first}`,
        ...more.map((line) => `     ${line}`),
    ]);
}

function changeText({ system, from, to }: VersionChange): string {
    return `${system} ${from} → ${to}`;
}

async function act(
    { stack, file, location, changes }: Deployment,
    plan: Plan,
    { yes }: OperationArguments,
    around: Surroundings,
    screen: Terminal,
): Promise<void> {
    const show = (output: string): void => screen.write(output);
    screen.write(`The configuration is valid and gives ${plan.resources.length} resources.\n`);
    const deployed = await around.stack(stack);
    // Creating a stack writes how its secrets are encrypted into its file, so the file is read anew.
    const before = readText(location);
    const write = (text: string): void => {
        if (changes.length > 0) {
            around.writeFile(location, text);
        }
    };
    write(withVersions({ ...file, text: before }, changes));
    changes.forEach((change) => screen.write(`${file.name}: ${changeText(change)}\n`));
    try {
        await deployed.preview(show);
        if (!yes && !(await around.confirm(`Deploy this to ${stack}?`))) {
            throw new UserError("Nothing was deployed.");
        }
    } catch (failure) {
        // Nothing has happened yet: the file goes on saying what is deployed.
        write(before);
        throw failure;
    }
    try {
        await deployed.up(show);
    } catch (failure) {
        const [change] = changes;
        const hint =
            change && `\n${file.name} names the new version. To go back: npm run rollback -- ${stack} ${change.system}`;
        throw new UserError(`${(failure as Error).message}${hint ?? ""}`);
    }
    screen.write(`\n${styled(screen, "green", `Stack ${stack} is deployed.`)}\n`);
    if (changes.length > 0) {
        screen.write(`Commit ${file.name}: its history is what a rollback goes by.\n`);
    }
}
