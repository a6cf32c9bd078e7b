import { kubernetesObjects, type KubernetesObject } from "../simulation/manifests";
import type { Plan } from "../simulation/record";
import { pathOf } from "./cluster";
import { usageError } from "./failures";

/** What runs pods of a system, by the program. */
export interface Workload {
    readonly system: string;
    readonly kind: "Deployment" | "StatefulSet" | "Rollout";
    readonly namespace: string;
    readonly name: string;
    /** Its role, such as `api` or `database`. */
    readonly component: string;
    /** Whether an autoscaler decides on the number of pods. */
    readonly autoscaled: boolean;
    readonly object: KubernetesObject;
}

const plurals: Readonly<Record<Workload["kind"], string>> = {
    Deployment: "deployments",
    StatefulSet: "statefulsets",
    Rollout: "rollouts",
};

const isKind = (kind: string): kind is Workload["kind"] => Object.hasOwn(plurals, kind);

/** Everything that runs pods of the systems of a stack, in the order of systems and names. */
export function workloadsOf(plan: Plan, system?: string): Workload[] {
    const objects = kubernetesObjects(plan);
    const autoscaled = new Set(
        objects
            .filter(({ kind }) => kind === "HorizontalPodAutoscaler")
            .map(({ metadata, spec }) => {
                const { scaleTargetRef } = spec as { scaleTargetRef: { kind: string; name: string } };
                return keyOf(metadata.namespace, scaleTargetRef.kind, scaleTargetRef.name);
            }),
    );
    return objects
        .flatMap((object): Workload[] => {
            const { kind, metadata } = object;
            const part = metadata.labels?.["app.kubernetes.io/part-of"];
            if (!isKind(kind) || part === undefined || (system !== undefined && part !== system)) {
                return [];
            }
            const namespace = metadata.namespace ?? "default";
            return [
                {
                    system: part,
                    kind,
                    namespace,
                    name: metadata.name,
                    component: metadata.labels?.["app.kubernetes.io/component"] ?? "",
                    autoscaled: autoscaled.has(keyOf(namespace, kind, metadata.name)),
                    object,
                },
            ];
        })
        .sort((a, b) => (`${a.system}/${a.namespace}/${a.name}` < `${b.system}/${b.namespace}/${b.name}` ? -1 : 1));
}

function keyOf(namespace = "default", kind: string, name: string): string {
    return `${namespace}/${kind}/${name}`;
}

/** Where the API server has a workload. */
export function workloadPath({ object, kind, namespace, name }: Workload): string {
    return pathOf(object.apiVersion, plurals[kind], namespace, name);
}

/** Stores keep data; everything else that runs pods is a service, which can be scaled, promoted and debugged. */
const storeComponents: ReadonlySet<string> = new Set(["database", "cache"]);

export const isService = ({ kind, component }: Workload): boolean =>
    kind !== "StatefulSet" && !storeComponents.has(component);

/** The service of that name, or the only one where none is named; fails with those that there are. */
export function serviceOf(workloads: readonly Workload[], system: string, name: string | undefined): Workload {
    const services = workloads.filter((workload) => workload.system === system && isService(workload));
    const found =
        name === undefined && services.length === 1 ? services[0] : services.find((each) => each.name === name);
    if (found === undefined) {
        const names = services.map((each) => each.name).join(", ");
        throw usageError(
            services.length === 0
                ? `${system} runs no service in this stack.`
                : name === undefined
                  ? `Which service? ${system} runs: ${names}.`
                  : `${system} has no service "${name}". It runs: ${names}.`,
        );
    }
    return found;
}
