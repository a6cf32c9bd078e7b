import { readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { parseAllDocuments } from "yaml";
import type { KubernetesObject } from "../../simulation/manifests";
import { moduleSource } from "./programs";

/** The custom resources of an operator. */
interface Operator {
    /** Its published Go module. The version may be another than the add-on's chart installs: what is published as a module decides. */
    readonly module: string;
    /** File or directory of the module that has the definitions. */
    readonly definitions: string;
}

const operators: readonly Operator[] = [
    { module: "sigs.k8s.io/gateway-api@v1.6.1", definitions: "config/crd/standard" },
    {
        module: "github.com/envoyproxy/gateway@v1.9.0",
        definitions: "charts/gateway-helm/charts/crds/crds/generated",
    },
    { module: "github.com/cert-manager/cert-manager@v1.21.1", definitions: "deploy/crds" },
    { module: "github.com/cert-manager/trust-manager@v0.25.0", definitions: "deploy/crds" },
    { module: "github.com/external-secrets/external-secrets@v1.3.2", definitions: "config/crds/bases" },
    { module: "github.com/argoproj/argo-rollouts@v1.9.0", definitions: "manifests/crds" },
    { module: "github.com/argoproj/argo-cd/v3@v3.4.9", definitions: "manifests/crds" },
    {
        module: "github.com/prometheus-operator/prometheus-operator@v0.85.0",
        definitions: "example/prometheus-operator-crd",
    },
    {
        module: "github.com/kyverno/kyverno@v1.19.0",
        definitions: "config/crds/policies.kyverno.io/policies.kyverno.io_imagevalidatingpolicies.yaml",
    },
    { module: "k8s.io/autoscaler/vertical-pod-autoscaler@v1.7.3", definitions: "deploy/vpa-v1-crd-gen.yaml" },
];

/**
 * Kinds whose definitions no Go module brings here: Linkerd's. They are defined without a schema, so names, metadata and life cycle are
 * checked, and what `spec` says is not.
 */
const withoutSchema: readonly {
    readonly group: string;
    readonly version: string;
    readonly kinds: readonly string[];
}[] = [
    {
        group: "policy.linkerd.io",
        version: "v1alpha1",
        kinds: ["AuthorizationPolicy", "MeshTLSAuthentication", "NetworkAuthentication"],
    },
    { group: "policy.linkerd.io", version: "v1beta3", kinds: ["HTTPRoute", "Server"] },
];

/** The definitions of every custom resource that the stacks use. */
export async function customResourceDefinitions(): Promise<KubernetesObject[]> {
    const published: KubernetesObject[] = [];
    for (const { module, definitions } of operators) {
        const found = definitionsIn(path.join(await moduleSource(module), definitions));
        if (found.length === 0) {
            throw new Error(`${module} has no definitions in ${definitions}`);
        }
        published.push(...found);
    }
    return [...published, ...withoutSchema.flatMap(({ group, version, kinds }) => kinds.map(lenient(group, version)))];
}

function definitionsIn(place: string): KubernetesObject[] {
    const files = statSync(place).isDirectory()
        ? readdirSync(place)
              .filter((name) => name.endsWith(".yaml"))
              .map((name) => path.join(place, name))
        : [place];
    return files
        .flatMap((file) => parseAllDocuments(readFileSync(file, "utf8")).map((document) => document.toJS() as unknown))
        .filter((object): object is KubernetesObject => {
            return (object as Partial<KubernetesObject> | null)?.kind === "CustomResourceDefinition";
        });
}

function lenient(group: string, version: string): (kind: string) => KubernetesObject {
    return (kind) => {
        const singular = kind.toLowerCase();
        const plural = singular.endsWith("y") ? `${singular.slice(0, -1)}ies` : `${singular}s`;
        const schema = { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } };
        return {
            apiVersion: "apiextensions.k8s.io/v1",
            kind: "CustomResourceDefinition",
            metadata: { name: `${plural}.${group}` },
            spec: {
                group,
                scope: "Namespaced",
                names: { kind, plural, singular, listKind: `${kind}List` },
                versions: [{ name: version, served: true, storage: true, schema }],
            },
        };
    };
}
