import { distinct, fileName, type OutputFile } from "./outputFile";
import type { Plan } from "./record";
import { yamlText } from "./yamlText";

interface Release {
    readonly name?: string;
    readonly namespace?: string;
    readonly chart?: string;
    readonly version?: string;
    readonly repositoryOpts?: { readonly repo?: string };
    readonly values?: unknown;
}

/** The values of every Helm release, in a file that begins with the command that would install the same by hand. */
export function helmFiles(plan: Plan): OutputFile[] {
    const releases = plan.resources.filter(({ type }) => type === "kubernetes:helm.sh/v3:Release");
    return distinct(
        releases.map((resource) => {
            const release = resource.inputs as Release;
            const name = release.name ?? resource.name;
            const namespace = release.namespace ?? "default";
            const path = `helm/${fileName(namespace)}/${fileName(name)}.yaml`;
            const command = [
                `helm upgrade --install ${name} ${release.chart ?? ""}`,
                ...(release.repositoryOpts?.repo === undefined ? [] : [`--repo ${release.repositoryOpts.repo}`]),
                ...(release.version === undefined ? [] : [`--version ${release.version}`]),
                `--namespace ${namespace} --create-namespace`,
                `--values ${path}`,
            ];
            return {
                path,
                content: `# ${command.join(" \\\n#     ")}\n${yamlText(release.values ?? {})}`,
                identity: resource.urn,
            };
        }),
    );
}
