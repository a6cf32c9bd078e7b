import { readConfiguration } from "../simulation/configuration";
import type { OtherStack } from "./surroundings";

/** What Pulumi keeps in the state of a stack that reads the outputs of another. */
const referenceType = "pulumi:pulumi:StackReference";

/**
 * The stacks that deploy into a stack's cluster, by what was deployed of them: a stack that is destroyed has no reference any more. The
 * organization is left out of the comparison, because a backend of one's own has none; at worst, a namesake elsewhere is named, too.
 */
export function tenantsOf(root: string, stack: string, others: readonly OtherStack[]): string[] {
    const { project } = readConfiguration(root, stack);
    const isReferred = (name: unknown): boolean =>
        typeof name === "string" && name.split("/").slice(-2).join("/") === `${project}/${stack.split("/").at(-1)}`;
    return others
        .filter(({ resources }) =>
            resources.some(({ type, inputs }) => type === referenceType && isReferred(inputs.name)),
        )
        .map(({ name }) => name)
        .sort();
}

/** Why a platform is not destroyed, and what has to be done first. */
export function tenantsText(stack: string, tenants: readonly string[]): string {
    return [
        `Other stacks deploy into the cluster of ${stack}, so nothing is destroyed: ${tenants.join(", ")}.`,
        "Their load balancers and volumes would be left behind and keep the network from going. First:",
        ...tenants.map((tenant) => `  npm run destroy -- ${tenant}`),
    ].join("\n");
}
