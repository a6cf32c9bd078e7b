import type { Assessment } from "../simulation/assessment";
import type { Difference } from "../simulation/difference/difference";
import type { OutputFile } from "../simulation/outputFile";
import type { Plan } from "../simulation/record";
import { pageParts } from "./pageParts";
import { planFacts } from "./planFacts";

export const reportName = "report.html";

/**
 * The plan as one page that needs nothing else: no server, no network, no file beside it. The page lays out and draws when it is opened;
 * here only its data are written, so a simulation hardly notices.
 *
 * @param difference from the plan that this one was compared with, if with any.
 */
export function reportFile(plan: Plan, assessment: Assessment, difference?: Difference): OutputFile {
    const { script, style, scriptSource, styleSource } = pageParts();
    const policy = `default-src 'none'; script-src ${scriptSource}; style-src ${styleSource}; img-src data:; base-uri 'none'; form-action 'none'`;
    const title = escaped(`${plan.project} · ${plan.stack}`);
    const content = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
<noscript>This page draws itself with the script that it contains. Allow scripts to read it; no request leaves the page.</noscript>
<script type="application/json" id="plan">${embedded(JSON.stringify(planFacts(plan, assessment, difference)))}</script>
<script type="application/x-ndjson" id="inputs">
${embedded(plan.resources.map(({ inputs }) => JSON.stringify(inputs)).join("\n"))}
</script>
<script>${script}</script>
</body>
</html>
`;
    return { path: reportName, content };
}

/** JSON that can stand in a script element: nothing in it can end the element or open a comment. */
function embedded(json: string): string {
    return json.replaceAll("<", "\\u003c");
}

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

function escaped(text: string): string {
    return text.replace(/[&<>"]/g, (character) => entities[character] ?? character);
}
