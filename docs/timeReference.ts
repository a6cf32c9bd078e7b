import { duration } from "../simulation/amounts";
import { documentedDurations, quickSeconds } from "../simulation/timeline/durations";
import { timelineOf } from "../simulation/timeline/timeline";
import { shownPlans } from "./shownPlans";

/** The page about time: how long the stacks take, why, and what that rests on. */
export async function timeReference(): Promise<string> {
    const stacks = Object.entries(await shownPlans()).map(([stack, plan]) => [stack, timelineOf(plan)] as const);
    return [
        header,
        "## The stacks",
        "",
        "The first `pulumi up` of each, and the chain of resources that decides it; what takes under eight seconds is left out.",
        "",
        ...stacks.map(
            ([stack, { seconds, criticalPath }]) =>
                `- ${stack}: ${duration(seconds)}. ${criticalPath
                    .filter((entry) => entry.seconds >= 8)
                    .map((entry) => `${entry.name} ${duration(entry.seconds)}`)
                    .join(" → ")}`,
        ),
        "",
        "## Creation times",
        "",
        `Usual times, not bounds: AWS promises none. Every other AWS resource takes ${quickSeconds} seconds. A Multi-AZ database takes twice as long.`,
        "EKS add-ons that run on every node are ready in eight seconds where there is none yet.",
        "",
        "| type | time | source |",
        "| --- | --- | --- |",
        ...documentedDurations.map(({ type, seconds, source }) => `| \`${type}\` | ${duration(seconds)} | ${source} |`),
        "",
    ].join("\n");
}

const header = `# Time

How long creating a stack takes, as \`npm start\` predicts it from the plan: everything whose dependencies are there is created at the same
time. This page is generated from \`simulation/timeline/\` by \`npm run docs\`; a test keeps it current. Another test holds the prediction to
1.05 × the chain that cannot be avoided (\`tests/simulation/timeline/unavoidable.ts\`), so that no needless dependency makes it longer.
`;
