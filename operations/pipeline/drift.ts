import { changeText, fenced, limited } from "./comment";
import type { Change } from "./changes";
import type { GitHub } from "./github";

/** Label of the issues; GitHub makes it when it is first used. */
const label = "drift";

export function driftTitle(stack: string): string {
    return `Drift in stack ${stack}`;
}

/** What the issue says: what in the cloud is no longer what the last deployment left. */
export function driftBody(stack: string, changes: readonly Change[], runUrl: string | undefined): string {
    return [
        `${changes.length} ${changes.length === 1 ? "resource is" : "resources are"} not as the last deployment of \`${stack}\` left them:`,
        fenced("diff", limited(changes.map(changeText))),
        "`~` was changed, `-` is gone. Somebody or something changed it outside Pulumi.",
        [
            `- To undo it: \`npx pulumi up --stack ${stack} --refresh\``,
            `- To keep it: write it into the program or \`Pulumi.${stack}.yaml\`, then \`npx pulumi refresh --stack ${stack}\``,
        ].join("\n"),
        ...(runUrl === undefined
            ? []
            : [`Seen by ${runUrl}. This issue is kept up to date and closed when nothing differs.`]),
    ].join("\n\n");
}

interface Issue {
    readonly number: number;
    readonly title: string;
    readonly pull_request?: unknown;
}

/** Opens, updates or closes the issue about a stack's drift, and says what it did. */
export async function reportDrift(
    github: GitHub,
    stack: string,
    changes: readonly Change[],
    runUrl: string | undefined,
): Promise<string> {
    const title = driftTitle(stack);
    const open = await github.list<Issue>(`/issues?state=open&labels=${label}`);
    const issue = open.find((each) => each.title === title && each.pull_request === undefined);
    if (changes.length === 0) {
        if (issue === undefined) {
            return "nothing differs, and no issue is open";
        }
        await github.send("POST", `/issues/${issue.number}/comments`, { body: "Nothing differs any more." });
        await github.send("PATCH", `/issues/${issue.number}`, { state: "closed", state_reason: "completed" });
        return `nothing differs any more; issue ${issue.number} is closed`;
    }
    const body = driftBody(stack, changes, runUrl);
    if (issue === undefined) {
        const { number } = await github.send<Issue>("POST", "/issues", { title, body, labels: [label] });
        return `issue ${number} is opened`;
    }
    await github.send("PATCH", `/issues/${issue.number}`, { body });
    return `issue ${issue.number} is updated`;
}
