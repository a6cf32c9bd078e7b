import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { UserError } from "../../../simulation/failure";
import { simulate } from "../../../simulation/program";
import {
    dataLosses,
    deployedRefusals,
    emptyPlan,
    readPlan,
    readStackChanges,
    realChanges,
    simulatedChanges,
    type StackChanges,
} from "../changes";
import { changeText, commentBody, overrideLabel, upsertComment } from "../comment";
import type { Command } from "../commands";
import { gitHub } from "../github";
import { jobAtGitHub, jobOn } from "../job";
import { eventOf, labelsOf, pullRequestOf } from "../pullRequest";
import type { Runner } from "../runner";

export const changesCommand: Command = ({ positionals: [stack = ""], options }, runner) => {
    const { base = "", head = "", out = "" } = options;
    if (!existsSync(head)) {
        const failure = "The simulation failed; the job's log says why.";
        write({ stack, mode: "simulation", changes: [], failure }, out, runner);
        return;
    }
    const after = readPlan(head, runner.readFile(head));
    // A stack that the pull request adds has nothing before it.
    const before = existsSync(base) ? readPlan(base, runner.readFile(base)) : emptyPlan(after);
    write({ stack, mode: "simulation", ...simulatedChanges(before, after) }, out, runner);
};

export const previewCommand: Command = async ({ positionals: [stack = ""], options: { out = "" } }, runner) => {
    const { mode, say } = jobOn(stack, runner);
    if (!mode.real) {
        say(`Would run \`pulumi preview --stack ${stack}\` and write what it would change to ${out}.`);
        return;
    }
    const observed = await runner.stack(stack);
    const steps = await observed.preview((text) => runner.stdout.write(text));
    const [deployed, { resources }] = await Promise.all([observed.resources(), simulate({ root: runner.root, stack })]);
    const refusals = deployedRefusals(deployed, resources);
    write({ stack, mode: "real", changes: realChanges(steps), ...refusals }, out, runner);
};

function write(result: StackChanges, out: string, { writeFile, stdout }: Runner): void {
    writeFile(out, `${JSON.stringify(result, null, 2)}\n`);
    stdout.write(`${result.stack}: ${result.failure ?? `${result.changes.length} changes`}\n`);
}

/** One result a stack: what the cloud says counts for more than what a simulation says. */
function resultsIn(directory: string, { readFile }: Runner): StackChanges[] {
    const files = existsSync(directory)
        ? readdirSync(directory, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".json"))
        : [];
    if (files.length === 0) {
        throw new UserError(`There is no preview in ${directory}.`);
    }
    const results = new Map<string, StackChanges>();
    for (const file of files.sort()) {
        const result = readStackChanges(file, readFile(path.join(directory, file)));
        const other = results.get(result.stack);
        results.set(result.stack, other === undefined ? result : merged(other, result));
    }
    return [...results.values()];
}

/** Rules and costs come from the simulation, changes from the real preview, and what either refuses is refused. */
function merged(one: StackChanges, other: StackChanges): StackChanges {
    const [real, simulated] = one.mode === "real" ? [one, other] : [other, one];
    return { ...simulated, ...real, refusals: [...(simulated.refusals ?? []), ...(real.refusals ?? [])] };
}

export const commentCommand: Command = async ({ options: { from = "" } }, runner) => {
    const { say } = jobAtGitHub(runner);
    const results = resultsIn(from, runner);
    const event = eventOf(runner);
    const sha = event.workflow_run?.head_sha ?? runner.machine.env.GITHUB_SHA ?? "";
    const body = commentBody(results, { sha });
    const github = gitHub(runner.machine);
    if (github === undefined) {
        say(`Would write this comment:\n\n${body}`);
        return;
    }
    const pullRequest = await pullRequestOf(event, github);
    if (pullRequest === undefined) {
        say("The pull request is closed or has newer commits, so there is nothing to comment on.");
        return;
    }
    const done = await upsertComment(github, pullRequest.number, body);
    say(`The comment of pull request ${pullRequest.number} is ${done}.`);
};

export const riskGateCommand: Command = async ({ options: { from = "" } }, runner) => {
    const { say } = jobAtGitHub(runner);
    const results = resultsIn(from, runner);
    const failures = results.filter(({ failure }) => failure !== undefined).map(({ stack }) => stack);
    if (failures.length > 0) {
        throw new UserError(`Whether data would be lost is unknown: there is no preview of ${failures.join(", ")}.`);
    }
    const refusals = results.flatMap(({ stack, refusals: texts = [] }) => texts.map((text) => `  ${stack}: ${text}.`));
    if (refusals.length > 0) {
        throw new UserError(["This cannot be deployed in one step:", ...refusals].join("\n"));
    }
    const losses = results.flatMap((result) =>
        dataLosses(result).map((loss) => `${result.stack}: ${changeText(loss)}`),
    );
    if (losses.length === 0) {
        say("No data would be lost.");
        return;
    }
    const list = losses.map((loss) => `  ${loss}`).join("\n");
    if (await hasOverride(runner)) {
        say(`Data would be lost, and the label ${overrideLabel} says that this is wanted:\n${list}`);
        return;
    }
    throw new UserError(
        `Data would be lost:\n${list}\nIf that is wanted, somebody with write access sets the label ${overrideLabel}.`,
    );
};

async function hasOverride(runner: Runner): Promise<boolean> {
    const github = gitHub(runner.machine);
    const pullRequest = github === undefined ? undefined : await pullRequestOf(eventOf(runner), github);
    return pullRequest !== undefined && labelsOf(pullRequest).includes(overrideLabel);
}
