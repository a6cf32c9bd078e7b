import { realChanges } from "../changes";
import type { Command } from "../commands";
import { driftBody, driftTitle, reportDrift } from "../drift";
import { gitHub } from "../github";
import { jobOn, runUrl } from "../job";

export const driftCommand: Command = async ({ positionals: [stack = ""] }, runner) => {
    const { mode, say } = jobOn(stack, runner);
    const github = gitHub(runner.machine);
    if (!mode.real) {
        say(
            [
                `What would be done for stack ${stack}:`,
                `1. \`pulumi refresh --preview-only --stack ${stack}\`: compare the cloud with the state, and change neither.`,
                `2. If they differ, open or update the issue "${driftTitle(stack)}" with the difference; if not, close it.`,
            ].join("\n"),
        );
        return;
    }
    const observed = await runner.stack(stack);
    const changes = realChanges(await observed.drift((text) => runner.stdout.write(text)));
    say(
        github === undefined
            ? changes.length === 0
                ? "Nothing differs."
                : driftBody(stack, changes, runUrl(runner))
            : `Drift of ${stack}: ${await reportDrift(github, stack, changes, runUrl(runner))}.`,
    );
};
