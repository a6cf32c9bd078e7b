import { readConfiguration } from "../simulation/configuration";
import { UserError } from "../simulation/failure";
import type { Context } from "./command";

/** Argo CD sets back within minutes whatever is changed by hand, so it is not even tried. */
export function refuseDeliveredFromGit({ stack, around, file }: Context, system: string, instead: string): void {
    const { values } = readConfiguration(around.root, stack);
    const systems = JSON.parse(values["platform:systems"] ?? "{}") as Record<string, { delivery?: string } | undefined>;
    if (systems[system]?.delivery === "argocd") {
        throw new UserError(
            `${system} is delivered by Argo CD from git, which would set this back. Change ${file.name} instead: ${instead}`,
        );
    }
}
