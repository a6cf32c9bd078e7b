import { dollars, duration } from "../amounts";
import { displayType } from "../tree";
import type { Difference, ResourceChange } from "./difference";
import { absent, amountsSentence, countsSentence, valueLength } from "./text";
import { valueTexts } from "./values";

/** GitHub refuses comments beyond 65,536 characters; what is left out is counted. */
const longestComment = 60_000;

const headings: Readonly<Record<ResourceChange["kind"], string>> = {
    replaced: "Replaced",
    removed: "Removed",
    changed: "Changed",
    added: "Added",
};

/** What differs between two plans as a comment of a pull request: the amounts in sight, the resources folded. */
export function differenceMarkdown(difference: Difference): string {
    const { before, after, changes, monthly, seconds } = difference;
    const head = [
        `### Plan of \`${after.name}\` against \`${before.name}\``,
        "",
        `${countsSentence(changes)}, ${difference.unchanged} unchanged.`,
        "",
        `- Cost: ${amountsSentence("a month at list price", monthly, dollars)}`,
        `- Time: ${amountsSentence("to create all of it", seconds, duration)}`,
        ...warning(changes),
        "",
    ].join("\n");
    return `${head}${foldedIn(changes, longestComment - head.length)}`;
}

function warning(changes: readonly ResourceChange[]): string[] {
    const lost = changes.filter(({ kind, stateful }) => stateful && (kind === "replaced" || kind === "removed"));
    return lost.length === 0
        ? []
        : ["", "> [!CAUTION]", `> Holds data: ${lost.map(({ name, kind }) => `\`${name}\` (${kind})`).join(", ")}`];
}

function foldedIn(changes: readonly ResourceChange[], room: number): string {
    let text = "";
    let left = 0;
    for (const kind of ["replaced", "removed", "changed", "added"] as const) {
        const of = changes.filter((change) => change.kind === kind);
        if (of.length === 0) {
            continue;
        }
        const open = `\n<details><summary>${headings[kind]}: ${of.length}</summary>\n\n`;
        const close = "\n</details>\n";
        let body = "";
        for (const change of of) {
            const lines = `${changeLines(change).join("\n")}\n`;
            if (text.length + open.length + body.length + lines.length + close.length > room) {
                left++;
            } else {
                body += lines;
            }
        }
        text += open + body + close;
    }
    return left === 0 ? text : `${text}\n${left} more resources do not fit into a comment.\n`;
}

function changeLines({ type, name, properties, stateful, kind }: ResourceChange): string[] {
    const danger = stateful && (kind === "replaced" || kind === "removed") ? " — **holds data**" : "";
    return [
        `- \`${displayType(type)}\` \`${name}\`${danger}`,
        ...properties.map(({ path, before, after, replaces }) => {
            const [earlier, later] = valueTexts(before, after, valueLength).map(code);
            return `  - \`${path}\`: ${earlier} → ${later}${replaces ? " **replaces**" : ""}`;
        }),
    ];
}

/** A value as code: backticks inside would end it. */
function code(text: string | undefined): string {
    return text === undefined ? absent : `\`${text.replaceAll("`", "ˋ")}\``;
}
