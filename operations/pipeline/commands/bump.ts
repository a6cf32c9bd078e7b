import path from "node:path";
import { readText, stackFileOf } from "../../../simulation/configuration";
import { UserError } from "../../../simulation/failure";
import { requireSystem, versionsIn } from "../../versions";
import type { PipelineArguments } from "../arguments";
import { bump, bumpTitle, type Bump } from "../bump";
import type { Command } from "../commands";
import { gitHub } from "../github";
import { jobAtGitHub } from "../job";
import type { Runner } from "../runner";

export const bumpCommand: Command = async (args, runner) => {
    const { say } = jobAtGitHub(runner);
    const { repository = "" } = args.options;
    const wanted = bumpOf(args, runner);
    const github = gitHub(runner.machine, repository);
    if (github === undefined) {
        const how = wanted.pullRequest ? "ask for a merge into" : "commit to";
        say(`Would ${how} ${wanted.branch} of ${repository}: ${bumpTitle(wanted)}.`);
        return;
    }
    say(`${bumpTitle(wanted)}: ${await bump(github, wanted)}.`);
};

/** Stands for the version that the stack's file names here and now, as a rollback has left it. */
const deployed = "deployed";

function deployedVersion({ root }: Runner, stack: string, system: string): string {
    const location = stackFileOf(root, stack);
    const file = { name: path.basename(location), text: readText(location) };
    requireSystem(file, system);
    return versionsIn(file)[system] ?? "";
}

function bumpOf({ positionals: [version = ""], options, flags }: PipelineArguments, runner: Runner): Bump {
    const { branch = "", stack, system, manifests, image } = options;
    const common = { branch, version, pullRequest: flags.has("pull-request") };
    if (stack !== undefined && system !== undefined && manifests === undefined && image === undefined) {
        return {
            ...common,
            version: version === deployed ? deployedVersion(runner, stack, system) : version,
            target: { kind: "stack", stack, system },
        };
    }
    if (manifests !== undefined && image !== undefined && stack === undefined && system === undefined) {
        return { ...common, target: { kind: "manifests", directory: manifests, image } };
    }
    throw new UserError("Where does the version go? --stack and --system, or --manifests and --image.");
}
