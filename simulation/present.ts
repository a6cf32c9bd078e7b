import { dollars, duration } from "./amounts";
import type { SimulationArguments } from "./arguments";
import type { Assessment } from "./assessment";
import { componentsText } from "./components";
import type { Cost } from "./cost/cost";
import type { Difference } from "./difference/difference";
import type { OutputFile } from "./outputFile";
import { policyText } from "./policyTable";
import type { Plan } from "./record";
import { countsOf, countsText, endpointsText, outputsText } from "./summary";
import { styled, type Terminal } from "./terminal";
import type { Timeline } from "./timeline/timeline";
import { treeText } from "./tree";

/** Everything that a run has to show. */
export interface Presented extends Pick<SimulationArguments, "full" | "format"> {
    readonly plan: Plan;
    readonly assessment: Assessment;
    /** Where the files are, as it is shown. */
    readonly directory: string;
    readonly files: readonly OutputFile[];
    /** From what the plan is compared with, if with anything. */
    readonly difference?: Difference;
}

/** What `npm start` prints: text for people, JSON for programs, or Markdown for a pull request. */
export async function present(shown: Presented, terminal: Terminal): Promise<string> {
    const { format, difference, full } = shown;
    if (format === "json") {
        return `${JSON.stringify(document(shown), null, 2)}\n`;
    }
    if (difference === undefined) {
        return overview(shown, terminal);
    }
    // Loaded only when asked for: most runs compare with nothing.
    if (format === "markdown") {
        const { differenceMarkdown } = await import("./difference/markdown");
        return differenceMarkdown(difference);
    }
    const { differenceText } = await import("./difference/text");
    return `${differenceText(difference, terminal, full)}\n\n${whereText(shown)}\n`;
}

function overview(shown: Presented, terminal: Terminal): string {
    const { plan, full } = shown;
    const { cost, timeline, policies } = shown.assessment;
    const heading = styled(terminal, "bold", `Previewing update (${plan.stack}), simulated:`);
    const tree = full ? treeText(plan, terminal) : componentsText(plan, cost, terminal);
    const sections = [
        countsText(plan, terminal, full),
        endpointsText(plan, terminal),
        outputsText(plan, terminal, full),
        costText(cost, terminal),
        timeText(timeline, terminal),
        policyText(policies, terminal),
        whereText(shown),
    ];
    return `${heading}\n${tree}\n\n${sections.filter((section) => section !== "").join("\n\n")}\n`;
}

function costText(
    { region, monthly, fixed, usage, bySystem, unpriced }: Cost,
    terminal: Pick<Terminal, "colors">,
): string {
    if (region === undefined) {
        return "";
    }
    const width = Math.max(0, ...bySystem.map(({ name }) => name.length));
    return [
        `${styled(terminal, "bold", "Cost:")} ${dollars(monthly)} a month at list price in ${region}`,
        `    ${dollars(fixed)} for what exists, ${dollars(usage)} for assumed use; ${unpriced.length} unpriced`,
        ...unpriced.map(({ name, item }) => `    unpriced: ${name}, ${item}`),
        ...bySystem.map(({ name, monthly: part }) => `    ${name.padEnd(width)}  ${dollars(part).padStart(9)}`),
    ].join("\n");
}

/** How many parts of the chain that decides the duration are named. */
const namedParts = 4;

function timeText({ seconds, criticalPath }: Timeline, terminal: Pick<Terminal, "colors">): string {
    const longest = [...criticalPath].sort((a, b) => b.seconds - a.seconds).slice(0, namedParts);
    return [
        `${styled(terminal, "bold", "Time:")} about ${duration(seconds)} for the first pulumi up`,
        ...longest.map(({ name, seconds: part }) => `    ${duration(part).padStart(6)}  ${name}`),
    ].join("\n");
}

function whereText({ directory, files }: Presented): string {
    const report = files.find(({ path }) => path === "report.html");
    return [
        ...(report === undefined ? [] : [`Report: ${directory}/${report.path}`]),
        `Files: ${directory} (${files.length})`,
    ].join("\n");
}

/** The document of `--json`. Members are added, never renamed: programs read it. */
function document({ plan, assessment, directory, files, difference }: Presented): unknown {
    const { monthly, fixed, usage, region, bySystem, byComponent, unpriced } = assessment.cost;
    const { seconds, criticalPath } = assessment.timeline;
    const { counts, findings, excepted } = assessment.policies;
    return {
        project: plan.project,
        stack: plan.stack,
        resources: { create: plan.resources.length, byType: Object.fromEntries(countsOf(plan)) },
        endpoints: plan.outputs.endpoints ?? {},
        cost: { currency: "USD", region: region ?? null, monthly, fixed, usage, bySystem, byComponent, unpriced },
        time: {
            seconds,
            criticalPath: criticalPath.map(({ urn, name, type, start, seconds: part }) => ({
                urn,
                name,
                type,
                start,
                seconds: part,
            })),
        },
        policies: { counts, findings, excepted },
        files: { directory, count: files.length },
        ...(difference !== undefined && { difference }),
    };
}
