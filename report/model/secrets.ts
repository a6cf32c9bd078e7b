import type { Resource } from "./resource";
import type { System } from "./systems";
import { listAt, membersAt, text, textAt } from "./values";

/** A Secret of a system's namespaces, as far as a plan knows it: never what is in it. */
export interface SystemSecret {
    readonly name: string;
    readonly namespace: string;
    readonly keys: readonly string[];
    /** Where its values come from. */
    readonly source: string;
    /** What makes it: an ExternalSecret, a Secret, a Certificate. */
    readonly resource: Resource;
    /** Workloads whose pods read it. */
    readonly readers: readonly Resource[];
}

export function secretsOf(system: System): SystemSecret[] {
    const family = system.resource.family;
    const workloads = family.filter((each) => podSpecOf(each) !== undefined);
    return family
        .flatMap((resource) => described(resource))
        .map((secret) => ({
            ...secret,
            readers: workloads.filter(
                (workload) => workload.namespace === secret.namespace && namesRead(workload).has(secret.name),
            ),
        }))
        .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function described(resource: Resource): Omit<SystemSecret, "readers">[] {
    const { inputs, namespace } = resource;
    const name = textAt(inputs, "metadata", "name");
    switch (resource.kind) {
        case "ExternalSecret": {
            const entries = listAt(inputs, "spec", "data");
            const keys = entries.map((entry) => textAt(entry, "secretKey"));
            const remote =
                textAt(entries[0], "remoteRef", "key") || textAt(inputs, "spec", "dataFrom", 0, "extract", "key");
            return [
                {
                    name: textAt(inputs, "spec", "target", "name") || name,
                    namespace,
                    keys: keys.length > 0 ? keys : Object.keys(membersAt(inputs, "spec", "target", "template", "data")),
                    source: `Secrets Manager: ${remoteName(remote)}`,
                    resource,
                },
            ];
        }
        case "Secret": {
            if (!resource.type.startsWith("kubernetes:core/")) {
                return [];
            }
            const keys = Object.keys({ ...membersAt(inputs, "stringData"), ...membersAt(inputs, "data") });
            return [{ name, namespace, keys, source: "the stack itself", resource }];
        }
        case "Certificate": {
            if (!resource.type.startsWith("kubernetes:cert-manager.io/")) {
                return [];
            }
            const issuer = textAt(inputs, "spec", "issuerRef", "name");
            return [
                {
                    name: textAt(inputs, "spec", "secretName"),
                    namespace,
                    keys: ["tls.crt", "tls.key", "ca.crt"],
                    source: `cert-manager, issuer ${issuer}`,
                    resource,
                },
            ];
        }
        default:
            return [];
    }
}

/** The name in an ARN of Secrets Manager, without the six characters that AWS adds. */
function remoteName(key: string): string {
    return key.replace(/^arn:aws:secretsmanager:[^:]*:[^:]*:secret:/, "").replace(/-[0-9a-f]{6}$/, "");
}

function podSpecOf({ type, inputs }: Resource): Readonly<Record<string, unknown>> | undefined {
    if (!type.startsWith("kubernetes:")) {
        return undefined;
    }
    const spec = membersAt(inputs, "spec", "template", "spec");
    const ofJob = membersAt(inputs, "spec", "jobTemplate", "spec", "template", "spec");
    return "containers" in spec ? spec : "containers" in ofJob ? ofJob : undefined;
}

/** Secrets that a pod has in variables, in files, or pulls its images with. */
function namesRead(workload: Resource): Set<string> {
    const spec = podSpecOf(workload) ?? {};
    const names = new Set<string>();
    for (const container of [...listAt(spec, "initContainers"), ...listAt(spec, "containers")]) {
        for (const variable of listAt(container, "env")) {
            names.add(textAt(variable, "valueFrom", "secretKeyRef", "name"));
        }
        for (const source of listAt(container, "envFrom")) {
            names.add(textAt(source, "secretRef", "name"));
        }
    }
    for (const volume of listAt(spec, "volumes")) {
        names.add(textAt(volume, "secret", "secretName"));
        for (const source of listAt(volume, "projected", "sources")) {
            names.add(textAt(source, "secret", "name"));
        }
    }
    for (const pull of listAt(spec, "imagePullSecrets")) {
        names.add(textAt(pull, "name"));
    }
    names.delete(text(undefined));
    return names;
}
