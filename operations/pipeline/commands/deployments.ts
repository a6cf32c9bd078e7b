import path from "node:path";
import { readText, stackFileOf } from "../../../simulation/configuration";
import { UserError } from "../../../simulation/failure";
import { versionsIn } from "../../versions";
import type { Command } from "../commands";
import {
    lastGood,
    recordDeployment,
    requirePromotion,
    successfulDeployments,
    type DeploymentRecord,
    type Outcome,
} from "../deployments";
import { gitHub } from "../github";
import { jobOn, runUrl } from "../job";
import type { Runner } from "../runner";

/** What is being deployed: the commit that is checked out, and the versions that it names. */
function currentDeployment(stack: string, { root, run }: Runner): DeploymentRecord {
    const location = stackFileOf(root, stack);
    // Not GITHUB_SHA: a rollback has checked out another commit.
    const { stdout, status } = run("git", ["-C", root, "rev-parse", "HEAD"]);
    if (status !== 0) {
        throw new UserError("The commit that is deployed is unknown: this is no git checkout.");
    }
    return {
        sha: stdout.trim(),
        versions: versionsIn({ name: path.basename(location), text: readText(location) }),
    };
}

function versionsText({ sha, versions }: DeploymentRecord): string {
    const list = Object.entries(versions).map(([system, version]) => `${system} ${version}`);
    return `commit ${sha.slice(0, 8)}${list.length === 0 ? "" : ` with ${list.join(", ")}`}`;
}

export const promotionCommand: Command = async ({ positionals: [stack = ""], options: { from = "" } }, runner) => {
    const { mode, say } = jobOn(stack, runner);
    const github = gitHub(runner.machine);
    const wanted = currentDeployment(stack, runner);
    if (!mode.real || github === undefined) {
        say(`Would check that ${from} has run ${versionsText(wanted)}, by the deployments recorded at GitHub.`);
        return;
    }
    await requirePromotion(wanted, from, successfulDeployments(github, from));
    say(`${from} has run ${versionsText(wanted)}.`);
};

export const recordCommand: Command = async ({ positionals: [stack = "", outcome = ""] }, runner) => {
    const { mode, say } = jobOn(stack, runner);
    if (outcome !== "success" && outcome !== "failure") {
        throw new UserError(`"${outcome}" is no outcome: success or failure.`);
    }
    const github = gitHub(runner.machine);
    const record = currentDeployment(stack, runner);
    if (!mode.real || github === undefined) {
        say(`Would record at GitHub: ${stack}, ${outcome}, ${versionsText(record)}.`);
        return;
    }
    await recordDeployment(github, stack, record, outcome satisfies Outcome, runUrl(runner));
    say(`Recorded at GitHub: ${stack}, ${outcome}, ${versionsText(record)}.`);
};

export const lastGoodCommand: Command = async ({ positionals: [stack = ""] }, runner) => {
    const { mode, say, output } = jobOn(stack, runner);
    const github = gitHub(runner.machine);
    const current = currentDeployment(stack, runner);
    if (!mode.real || github === undefined) {
        say(`Would look for the last deployment into ${stack} that went well, and go back to its commit.`);
        return;
    }
    const record = await lastGood(successfulDeployments(github, stack), current.sha);
    if (record === undefined) {
        say(`No earlier deployment into ${stack} is recorded as gone well, so there is nothing to go back to.`);
        return;
    }
    output("sha", record.sha);
    say(`Going back to ${versionsText(record)}.`);
};
