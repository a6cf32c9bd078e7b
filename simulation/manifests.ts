import { autoName } from "./cloud";
import { distinct, fileName, type OutputFile } from "./outputFile";
import type { Plan, PlannedResource } from "./record";
import { yamlText } from "./yamlText";

type Members = Readonly<Record<string, unknown>>;

/** A Kubernetes object as it would be applied. */
export interface KubernetesObject {
    readonly apiVersion: string;
    readonly kind: string;
    readonly metadata: {
        readonly name: string;
        readonly namespace?: string;
        readonly labels?: Readonly<Record<string, string>>;
        readonly annotations?: Readonly<Record<string, string>>;
    };
    readonly [member: string]: unknown;
}

/** Every Kubernetes object of a plan. Releases of Helm charts are not among them: their objects are Helm's. */
export function kubernetesObjects(plan: Plan): KubernetesObject[] {
    return plan.resources.filter(isObject).map(objectOf);
}

/** One file for each object, in a directory for each namespace. `kubectl apply -R -f` takes them in the right order. */
export function manifestFiles(objects: readonly KubernetesObject[]): OutputFile[] {
    return distinct(
        objects.map((object) => {
            const { apiVersion, kind, metadata } = object;
            // The underscore sorts before every letter: namespaces are there before what is in them.
            const directory = metadata.namespace ?? "_cluster";
            return {
                path: `manifests/${fileName(directory)}/${fileName(`${kind}-${metadata.name}`)}.yaml`,
                content: manifestText(object),
                identity: `${apiVersion} ${metadata.name}`,
            };
        }),
    );
}

const texts = new WeakMap<KubernetesObject, string>();

/** An object as YAML. It is written once: the object's own file and its system's directory hold the same text. */
export function manifestText(object: KubernetesObject): string {
    let text = texts.get(object);
    if (text === undefined) {
        text = yamlText(object);
        texts.set(object, text);
    }
    return text;
}

/** A patch describes a part of an object that something else owns, so it is none. */
function isObject({ type, inputs }: PlannedResource): boolean {
    return (
        type.startsWith("kubernetes:") &&
        !type.endsWith("Patch") &&
        typeof inputs.apiVersion === "string" &&
        typeof inputs.kind === "string"
    );
}

function objectOf({ type, name, inputs }: PlannedResource): KubernetesObject {
    // What starts with two underscores, and the status, is bookkeeping of the provider and the cluster.
    const members = Object.entries(inputs).filter(
        ([key]) => key !== "status" && key !== "metadata" && !key.startsWith("__"),
    );
    const object: Record<string, unknown> = {
        apiVersion: inputs.apiVersion,
        kind: inputs.kind,
        metadata: metadataOf((inputs.metadata ?? {}) as Members, autoName(type, name)),
        ...Object.fromEntries(members),
    };
    if (inputs.kind === "Secret" && isMembers(object.data)) {
        object.data = base64Members(object.data);
    }
    return object as unknown as KubernetesObject;
}

/** Metadata without the annotations that only Pulumi's provider reads. */
function metadataOf(metadata: Members, nameByDefault: string): Members {
    const { annotations, ...others } = metadata;
    const kept = Object.entries(isMembers(annotations) ? annotations : {}).filter(
        ([key]) => !key.startsWith("pulumi.com/"),
    );
    return {
        name: nameByDefault,
        ...(kept.length > 0 && { annotations: Object.fromEntries(kept) }),
        ...others,
    };
}

/** `data` of a Secret has to be base64, also where the value is a mask. */
function base64Members(data: Members): Members {
    return Object.fromEntries(
        Object.entries(data).map(([key, value]) => [key, Buffer.from(String(value)).toString("base64")]),
    );
}

function isMembers(value: unknown): value is Members {
    return value !== null && typeof value === "object" && !Array.isArray(value);
}
