import { changeKinds, dataLosses, type Change, type ChangeKind, type StackChanges } from "./changes";
import type { GitHub } from "./github";

/** How our comment is found again. Nobody sees it. */
const marker = "<!-- platform: preview -->";

/** Source: GitHub refuses a comment of more than 65,536 characters; some are left for the frame. */
const longestComment = 60_000;
const longestList = 60;

const signs: Readonly<Record<ChangeKind, string>> = { create: "+", update: "~", replace: "!", delete: "-" };

/** The comment on a pull request: what it changes, stack by stack. */
export function commentBody(stacks: readonly StackChanges[], { sha }: { readonly sha: string }): string {
    const shown = [...stacks].sort((a, b) => (a.stack < b.stack ? -1 : 1));
    const changed = shown.filter(({ changes }) => changes.length > 0);
    const real = shown.filter(({ mode }) => mode === "real").map(({ stack }) => stack);
    const mode =
        real.length === 0
            ? "Mode: simulation (no credentials; the program was run before and after the change and compared)."
            : real.length === shown.length
              ? "Mode: real (`pulumi preview`)."
              : `Mode: real (\`pulumi preview\`) for ${real.join(", ")}, simulation for the others.`;
    return fitting([
        marker,
        `## ${changed.length === 0 ? "Nothing changes in any stack" : `${changed.length} of ${shown.length} stacks change`}`,
        `${mode} Commit ${sha.slice(0, 8)}.`,
        table(shown),
        ...shown.flatMap(({ stack, failure }) =>
            failure === undefined ? [] : [`**${stack} could not be previewed:**\n\n${fenced("text", [failure])}`],
        ),
        ...refusalsText(shown),
        ...lossesText(shown),
        ...shown.flatMap(findingsText),
        ...changed.map(detailsText),
    ]);
}

function table(stacks: readonly StackChanges[]): string {
    const rows = stacks.map((each) => {
        const counts = changeKinds.map((kind) => each.changes.filter((change) => change.kind === kind).length);
        const findings = each.findings === undefined ? "not checked" : String(each.findings.length);
        return `| ${[each.stack, ...counts, findings, costText(each)].join(" | ")} |`;
    });
    return [
        "| stack | create | update | replace | delete | policy findings | cost a month |",
        "| --- | --- | --- | --- | --- | --- | --- |",
        ...rows,
    ].join("\n");
}

function costText({ monthlyCost: cost }: StackChanges): string {
    if (cost === undefined) {
        return "not estimated";
    }
    const difference = Math.round(cost.after - cost.before);
    const sign = difference > 0 ? "+" : difference < 0 ? "−" : "±";
    return `${sign}$${Math.abs(difference)} (now $${Math.round(cost.after)})`;
}

function refusalsText(stacks: readonly StackChanges[]): string[] {
    const lines = stacks.flatMap(({ stack, refusals = [] }) => refusals.map((refusal) => `${stack}: ${refusal}`));
    return lines.length === 0
        ? []
        : [`### Cannot be deployed\n\nThe check fails until this is changed.\n\n${fenced("text", limited(lines))}`];
}

function lossesText(stacks: readonly StackChanges[]): string[] {
    const lines = stacks.flatMap((each) => dataLosses(each).map((loss) => `${each.stack}: ${changeText(loss)}`));
    return lines.length === 0
        ? []
        : [
              `### Data would be lost\n\nThese hold what nobody can make again. The check fails unless the pull request has the label \`${overrideLabel}\`.\n\n` +
                  fenced("diff", limited(lines)),
          ];
}

/** The label by which somebody with write access says that a loss of data is wanted. */
export const overrideLabel = "allow-data-loss";

function findingsText({ stack, findings = [] }: StackChanges): string[] {
    const lines = findings.map(({ rule, resource, message }) => `${rule}: ${resource}: ${message}`);
    return lines.length === 0 ? [] : [`### Policy findings in ${stack}\n\n${fenced("text", limited(lines))}`];
}

function detailsText({ stack, changes }: StackChanges): string {
    const order = [...changes].sort((a, b) => rank(a) - rank(b));
    const summary = `${stack}: ${changes.length} ${changes.length === 1 ? "change" : "changes"}`;
    const list = fenced("diff", limited(order.map(changeText)));
    return `<details><summary>${summary}</summary>\n\n${list}\n\n</details>`;
}

/** What loses something comes first. */
function rank({ kind }: Change): number {
    return ["delete", "replace", "update", "create"].indexOf(kind);
}

/** One line for a change. */
export function changeText({ kind, type, name, properties }: Change): string {
    const which = properties.length === 0 || kind === "create" ? "" : ` [${properties.slice(0, 8).join(", ")}]`;
    return `${signs[kind]} ${type} ${name}${which}`;
}

export function limited(lines: readonly string[]): string[] {
    return lines.length <= longestList
        ? [...lines]
        : [...lines.slice(0, longestList), `… and ${lines.length - longestList} more`];
}

/** Text in a fence that nothing in it can end. */
export function fenced(language: string, lines: readonly string[]): string {
    const text = lines.join("\n").replaceAll("```", "'''");
    return `\`\`\`${language}\n${text}\n\`\`\``;
}

/** Details are left out from the end until the whole fits. */
function fitting(parts: readonly string[]): string {
    const whole = `${parts.join("\n\n")}\n`;
    return whole.length <= longestComment || parts.length <= 4
        ? whole.slice(0, longestComment)
        : fitting([...parts.slice(0, -2), "The rest is too long for a comment; the job's summary has it."]);
}

interface Comment {
    readonly id: number;
    readonly body?: string;
    readonly user: { readonly login: string; readonly type: string } | null;
}

/** Writes the comment of a pull request, or edits the one that is there. */
export async function upsertComment(github: GitHub, pullRequest: number, body: string): Promise<"created" | "edited"> {
    const comments = await github.list<Comment>(`/issues/${pullRequest}/comments`);
    // Whoever quotes our comment must not find theirs rewritten.
    const ours = comments.find((comment) => comment.user?.type === "Bot" && comment.body?.startsWith(marker));
    if (ours === undefined) {
        await github.send("POST", `/issues/${pullRequest}/comments`, { body });
        return "created";
    }
    await github.send("PATCH", `/issues/comments/${ours.id}`, { body });
    return "edited";
}
