import type { Command } from "../commands";
import { jobAtGitHub, jobOn, runUrl } from "../job";
import { noticeText, postToSlack } from "../notify";

export const modeCommand: Command = ({ positionals: [stack = ""] }, runner) => {
    const { mode, output } = jobOn(stack, runner);
    output("real", String(mode.real));
};

/** A message that does not arrive fails no deployment. */
export const notifyCommand: Command = async (
    { positionals: [stack = "", what = "", outcome = ""], options },
    runner,
) => {
    const { say } = jobAtGitHub(runner);
    const url = runUrl(runner);
    const text = noticeText({
        stack,
        what,
        outcome,
        ...(url !== undefined && { runUrl: url }),
        ...(options.note !== undefined && { note: options.note }),
    });
    const webhook = runner.machine.env.SLACK_WEBHOOK_URL;
    if (!webhook) {
        say(`No SLACK_WEBHOOK_URL, so nobody is told: ${text}`);
        return;
    }
    try {
        await postToSlack(webhook, text);
        say(`Slack was told: ${text}`);
    } catch (failure) {
        say(`Slack was not told: ${(failure as Error).message}`);
    }
};
