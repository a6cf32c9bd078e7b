import type { ClusterObject } from "./cluster";
import { rolloutState } from "./rollouts";
import type { Workload } from "./workloads";

/** How something is, and what is wrong with it. */
export interface Health {
    /** In a few words, such as `3/3 ready`. */
    readonly text: string;
    /** Sentences; empty when all is well. */
    readonly problems: readonly string[];
}

interface Condition {
    readonly type: string;
    readonly status: string;
    readonly reason?: string;
    readonly message?: string;
}

const conditionsOf = ({ status = {} }: ClusterObject): readonly Condition[] =>
    (status as { conditions?: readonly Condition[] }).conditions ?? [];

/** Image tag of the first container of what runs pods. */
export function versionOf(object: Readonly<Record<string, unknown>>): string | undefined {
    const { spec } = object as { spec?: { template?: { spec?: { containers?: readonly { image?: string }[] } } } };
    const image = spec?.template?.spec?.containers?.[0]?.image ?? "";
    return /:([^:/@]+)(?:@.*)?$/.exec(image)?.[1];
}

/** How a workload is, by its object in the cluster. */
export function workloadHealth(workload: Workload, object: ClusterObject | undefined): Health {
    const what = `${workload.kind} ${workload.name}`;
    if (object === undefined) {
        return { text: "missing", problems: [`${what} is not in the cluster`] };
    }
    const { spec = {}, status = {}, metadata } = object;
    const { replicas: wanted = 1 } = spec as { replicas?: number };
    const {
        readyReplicas: ready = 0,
        updatedReplicas: updated = 0,
        observedGeneration = 0,
    } = status as Partial<Record<string, number>>;
    const stalled = conditionsOf(object).find(({ type, status: is }) => type === "Progressing" && is === "False");
    const problems = [
        ...(ready < wanted ? [`${what} has ${ready} of ${wanted} pods ready`] : []),
        ...(stalled === undefined ? [] : [`${what} does not get on: ${stalled.message ?? stalled.reason ?? ""}`]),
        ...versionProblems(what, workload, object),
    ];
    if (workload.kind === "Rollout") {
        const { phase, message } = rolloutState(object);
        const bad = phase === "Degraded" ? [`${what} is Degraded: ${message}`] : [];
        return { text: `${ready}/${wanted} ready, ${phase}`, problems: [...problems, ...bad] };
    }
    const rolling = Number(observedGeneration) < (metadata.generation ?? 0) || updated < wanted;
    return { text: `${ready}/${wanted} ready${rolling ? `, ${updated} updated` : ""}`, problems };
}

/** An image with another tag than the configuration says: a deployment that did not get there, or a change by hand. */
function versionProblems(what: string, workload: Workload, object: ClusterObject): string[] {
    const [wanted, actual] = [versionOf(workload.object), versionOf(object as unknown as Record<string, unknown>)];
    return wanted === actual
        ? []
        : [`${what} runs ${actual ?? "no image"}, but the configuration says ${wanted ?? "none"}`];
}

/** How an autoscaler is. */
export function autoscalerHealth(object: ClusterObject | undefined, name: string): Health {
    if (object === undefined) {
        return { text: "no autoscaler", problems: [`HorizontalPodAutoscaler ${name} is not in the cluster`] };
    }
    const { minReplicas = 1, maxReplicas = 1 } = (object.spec ?? {}) as Partial<Record<string, number>>;
    const { currentReplicas = 0 } = (object.status ?? {}) as { currentReplicas?: number };
    const inactive = conditionsOf(object).find(
        ({ type, status }) => (type === "ScalingActive" || type === "AbleToScale") && status === "False",
    );
    return {
        text: `autoscaler ${minReplicas} to ${maxReplicas}, at ${currentReplicas}${currentReplicas >= maxReplicas ? ", its most" : ""}`,
        problems:
            inactive === undefined
                ? []
                : [`HorizontalPodAutoscaler ${name} does not scale: ${inactive.message ?? inactive.reason ?? ""}`],
    };
}

interface ContainerStatus {
    readonly name: string;
    readonly state?: { readonly waiting?: { readonly reason?: string; readonly message?: string } };
}

/** Reasons of a container that is on its way, and so is no problem by itself. */
const underway: ReadonlySet<string> = new Set(["ContainerCreating", "PodInitializing"]);

/** What keeps a pod from running. */
export function podProblems({ metadata, status = {} }: ClusterObject): string[] {
    const {
        phase,
        containerStatuses = [],
        initContainerStatuses = [],
    } = status as {
        readonly phase?: string;
        readonly containerStatuses?: readonly ContainerStatus[];
        readonly initContainerStatuses?: readonly ContainerStatus[];
    };
    const waiting = [...initContainerStatuses, ...containerStatuses].flatMap(({ name, state }) => {
        const { reason, message } = state?.waiting ?? {};
        return reason === undefined || underway.has(reason)
            ? []
            : [`Pod ${metadata.name}, container ${name}: ${reason}${message === undefined ? "" : `, ${message}`}`];
    });
    const unscheduled = conditionsOf({ metadata, status }).find(
        ({ type, status: is }) => type === "PodScheduled" && is === "False",
    );
    return phase === "Pending" && unscheduled !== undefined
        ? [`Pod ${metadata.name} finds no node: ${unscheduled.message ?? unscheduled.reason ?? ""}`, ...waiting]
        : waiting;
}

/** Whether a secret arrives from the external store. */
export function externalSecretProblems(object: ClusterObject): string[] {
    const ready = conditionsOf(object).find(({ type }) => type === "Ready");
    return ready?.status === "True"
        ? []
        : [
              `ExternalSecret ${object.metadata.name} is not synced: ${ready?.message ?? ready?.reason ?? "it was never tried"}`,
          ];
}
