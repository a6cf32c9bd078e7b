import { UserError } from "../../simulation/failure";
import { reasonOf } from "./github";

/** What a job tells people about a deployment. */
export interface Notice {
    readonly stack: string;
    /** What was done, such as `deployment` or `rollback`. */
    readonly what: string;
    /** GitHub's word for how the job went: success, failure or cancelled. */
    readonly outcome: string;
    readonly runUrl?: string;
    /** Who or what comes next, such as that a rollback has run. */
    readonly note?: string;
}

/** One line in Slack's own markup. */
export function noticeText({ stack, what, outcome, runUrl, note }: Notice): string {
    const verb = { success: "succeeded", failure: "failed", cancelled: "was cancelled" }[outcome] ?? outcome;
    const run = runUrl === undefined ? "" : ` <${runUrl}|the run>`;
    return `${what} of ${escaped(stack)} ${verb}.${note === undefined || note === "" ? "" : ` ${escaped(note)}`}${run}`;
}

/** Source: Slack, "Formatting text for app surfaces": these three are to be escaped, and no others. */
function escaped(text: string): string {
    return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** Posts to an incoming webhook. */
export async function postToSlack(webhook: string, text: string): Promise<void> {
    const response = await fetch(webhook, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ text }),
        signal: AbortSignal.timeout(10_000),
    }).catch((error: unknown) => {
        // The address is a secret, so it is not named.
        throw new UserError(`Slack cannot be reached: ${reasonOf(error)}.`);
    });
    if (!response.ok) {
        throw new UserError(`Slack refused the message: ${response.status} ${(await response.text()).slice(0, 100)}`);
    }
}
