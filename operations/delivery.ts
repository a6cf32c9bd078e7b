import { stringify } from "yaml";
import { readConfiguration } from "../simulation/configuration";
import { UserError } from "../simulation/failure";
import type { Context } from "./command";

/** Settings of a system, as they stand below its name in a stack's file. */
export type SystemLines = Readonly<Record<string, unknown>>;

/** Where Argo CD reads from. */
export interface Delivery {
    readonly repositoryUrl: string;
    readonly revision: string;
    readonly path: string;
}

/** Where Argo CD reads a system from, or undefined where Pulumi applies it. The defaults are those of config/schema.ts. */
export function deliveredFromGit(
    { stack, around }: Pick<Context, "stack" | "around">,
    system: string,
): Delivery | undefined {
    const { values } = readConfiguration(around.root, stack);
    const systems = JSON.parse(values["platform:systems"] ?? "{}") as Record<string, { delivery?: string } | undefined>;
    const delivery = JSON.parse(values["platform:delivery"] ?? "{}") as Partial<Delivery>;
    return systems[system]?.delivery === "argocd"
        ? { repositoryUrl: "the repository", revision: "main", path: "deploy", ...delivery }
        : undefined;
}

/**
 * Argo CD sets back within minutes whatever is changed by hand, so it is not even tried: the way is said that changes it in git.
 *
 * @param settings what has to stand in the stack's file for it.
 */
export function refuseDeliveredFromGit(
    { stack, around, file }: Context,
    system: string,
    { what, settings, back }: { readonly what: string; readonly settings: SystemLines; readonly back?: SystemLines },
): void {
    const delivery = deliveredFromGit({ stack, around }, system);
    if (delivery === undefined) {
        return;
    }
    const { repositoryUrl, revision, path } = delivery;
    const indented = (lines: SystemLines): string[] =>
        stringify({ "platform:systems": { [system]: lines } })
            .trimEnd()
            .split("\n")
            .map((line) => `       ${line}`);
    throw new UserError(
        [
            `${system} is delivered by Argo CD from git, which would set this back within minutes. ${what}, by git:`,
            `  1. In ${file.name}, beside what stands there:`,
            ...indented(settings),
            `  2. npm run deploy -- ${stack}, which writes the manifests to ${path}/.`,
            `  3. Commit ${path}/ to ${revision} of ${repositoryUrl}. Argo CD applies it within three minutes.`,
            ...(back === undefined ? [] : ["To end it, the same with:", ...indented(back)]),
        ].join("\n"),
    );
}
