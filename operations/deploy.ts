import { configuredJumpProblem, upgradeProblem } from "../config/kubernetesUpgrade";
import { readText } from "../simulation/configuration";
import { UserError } from "../simulation/failure";
import { simulate } from "../simulation/program";
import type { Plan } from "../simulation/record";
import { styled } from "../simulation/terminal";
import type { Context, Outcome } from "./command";
import { differenceLines, differenceOf } from "./difference";
import { Phases, phaseLines } from "./phases";
import { watchRollout } from "./rollouts";
import { upgradeStateOf, type UpgradeState } from "./upgrades/state";
import { withVersions, type VersionChange } from "./versions";
import { workloadsOf } from "./workloads";

/** Deploys a stack with other versions of its systems, or says what each step would do. */
export async function deploy(context: Context, changes: readonly VersionChange[]): Promise<Outcome> {
    const { stack, file, mode, around, screen } = context;
    const phases = new Phases(around.now);
    const plan = await phases.measure("configuration", () =>
        simulate({ root: around.root, stack, stackFile: withVersions(file, changes) }),
    );
    const result = { changes, resources: plan.resources.length, phases: phases.done };
    if (mode.real) {
        await act(context, changes, plan, phases);
        return { result };
    }
    await refuseUncommittedJump(context, plan);
    const before = changes.length === 0 ? undefined : await context.plan();
    const steps = stepLines(context, changes, plan, before);
    screen.write(`Deployment of stack ${stack}, what each step would do:\n${steps.join("\n")}\n`);
    return {
        result: { ...result, difference: before === undefined ? [] : differenceLines(differenceOf(before, plan)) },
    };
}

/** The steps of a deployment, in words. */
function stepLines(
    { stack, file }: Pick<Context, "stack" | "file">,
    changes: readonly VersionChange[],
    plan: Plan,
    before?: Plan,
): string[] {
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

async function act(context: Context, changes: readonly VersionChange[], plan: Plan, phases: Phases): Promise<void> {
    const { stack, file, location, around, screen } = context;
    const show = (output: string): void => screen.write(output);
    screen.write(`The configuration is valid and gives ${plan.resources.length} resources.\n`);
    const deployed = await around.stack(stack);
    refuseJump(upgradeStateOf(await deployed.resources()), upgradeStateOf(plan.resources), file.name);
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
        await phases.measure("preview", () => deployed.preview(show));
        await context.confirm(`Deploy this to ${stack}?`);
    } catch (failure) {
        // Nothing has happened yet: the file goes on saying what is deployed.
        write(before);
        throw failure;
    }
    try {
        await phases.measure("update", () => deployed.up(show));
        await watchRollouts(context, changes, plan, phases);
    } catch (failure) {
        const [change] = changes;
        const hint =
            change && `\n${file.name} names the new version. To go back: npm run rollback -- ${stack} ${change.system}`;
        throw new UserError(`${(failure as Error).message}${hint ?? ""}`);
    }
    screen.write(`\n${styled(screen, "green", `Stack ${stack} is deployed.`)}\n`);
    phaseLines(phases.done).forEach((line) => screen.write(`  ${line}\n`));
    if (changes.length > 0) {
        screen.write(`Commit ${file.name}: its history is what a rollback goes by.\n`);
    }
}

/** Without credentials nobody knows what runs; what was committed last is the best guess. */
async function refuseUncommittedJump({ around, stack, file }: Context, plan: Plan): Promise<void> {
    let committed: string;
    try {
        committed = around.git(["show", `HEAD:./${file.name}`]);
    } catch {
        return;
    }
    if (committed === file.text) {
        return;
    }
    const before = await simulate({ root: around.root, stack, stackFile: committed });
    const version = ({ resources }: Plan): string => upgradeStateOf(resources).kubernetes ?? "";
    const problem = configuredJumpProblem(version(before), version(plan));
    if (problem !== undefined) {
        throw new UserError(`${file.name}: ${problem}.`);
    }
}

/** EKS would refuse it as well, but only after everything before the cluster has changed. */
function refuseJump(current: UpgradeState, target: UpgradeState, fileName: string): void {
    const problem = upgradeProblem(current.kubernetes ?? "", target.kubernetes ?? "");
    if (problem !== undefined) {
        throw new UserError(`${fileName}: ${problem}.`);
    }
}

/** An update waits for Deployments, but is over before a service that is replaced blue-green is. */
async function watchRollouts(
    context: Context,
    changes: readonly VersionChange[],
    plan: Plan,
    phases: Phases,
): Promise<void> {
    const changed = new Set(changes.map(({ system }) => system));
    const rollouts = workloadsOf(plan).filter(({ kind, system }) => kind === "Rollout" && changed.has(system));
    if (rollouts.length === 0) {
        return;
    }
    await phases.measure("blue-green", () => Promise.all(rollouts.map((each) => watchRollout(each, context))));
}
