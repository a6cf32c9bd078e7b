import type { ClusterObject } from "./cluster";

/** How far a blue-green replacement is. */
export interface RolloutState {
    /** In the words of Argo Rollouts: Healthy, Progressing, Paused or Degraded. */
    readonly phase: string;
    readonly message: string;
    /** Whether a new version stands beside the old one. */
    readonly replacing: boolean;
    /** Whether the replacement was given up. */
    readonly aborted: boolean;
}

/** Source: Argo Rollouts, `RolloutStatus`; `stableRS` is the version in use, `currentPodHash` the wanted one. */
export function rolloutState({ metadata, status = {} }: ClusterObject): RolloutState {
    const { phase, message, stableRS, currentPodHash, abort, observedGeneration } = status as {
        readonly phase?: string;
        readonly message?: string;
        readonly stableRS?: string;
        readonly currentPodHash?: string;
        readonly abort?: boolean;
        readonly observedGeneration?: string | number;
    };
    // Until the controller has seen the last change, its status speaks of the one before.
    const seen = observedGeneration === undefined || Number(observedGeneration) >= (metadata.generation ?? 0);
    return {
        phase: seen ? (phase ?? "Progressing") : "Progressing",
        message: message ?? "",
        replacing: !seen || (currentPodHash !== undefined && currentPodHash !== stableRS),
        aborted: abort === true,
    };
}
