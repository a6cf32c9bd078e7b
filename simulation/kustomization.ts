import { manifestText, type KubernetesObject } from "./manifests";
import { fileName, type OutputFile } from "./outputFile";
import { yamlText } from "./yamlText";

/** What a system's directory holds. */
export const kustomizationEntries: readonly string[] = ["kustomization.yaml", "resources.yaml"];

/** As components/system/systemNamespace.ts sets it. */
const systemLabel = "platform/system";

/**
 * Every system as a kustomize root: `kubectl apply -k out/<stack>/<system>`. Secrets are left out, because their values are masked:
 * whoever applies the rest brings those, or lets the External Secrets Operator do it.
 */
export function kustomizationFiles(objects: readonly KubernetesObject[]): OutputFile[] {
    return [...namespacesBySystem(objects)].flatMap(([system, namespaces]) => {
        const own = objects.filter(
            ({ kind, metadata }) =>
                kind !== "Secret" && namespaces.has(kind === "Namespace" ? metadata.name : (metadata.namespace ?? "")),
        );
        return [
            {
                path: `${fileName(system)}/kustomization.yaml`,
                content: yamlText({
                    apiVersion: "kustomize.config.k8s.io/v1beta1",
                    kind: "Kustomization",
                    resources: ["resources.yaml"],
                }),
            },
            // A namespace comes before what is in it.
            { path: `${fileName(system)}/resources.yaml`, content: inOrder(own).map(manifestText).join("---\n") },
        ];
    });
}

/** The namespaces of each system, which say themselves whose they are. */
function namespacesBySystem(objects: readonly KubernetesObject[]): Map<string, Set<string>> {
    const systems = new Map<string, Set<string>>();
    for (const { kind, metadata } of objects) {
        const system = metadata.labels?.[systemLabel];
        if (kind === "Namespace" && system !== undefined) {
            systems.set(system, (systems.get(system) ?? new Set()).add(metadata.name));
        }
    }
    return systems;
}

function inOrder(objects: readonly KubernetesObject[]): KubernetesObject[] {
    const key = ({ kind, apiVersion, metadata }: KubernetesObject): string =>
        [kind === "Namespace" ? "0" : "1", metadata.namespace ?? "", kind, apiVersion, metadata.name].join("\0");
    return [...objects].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}
