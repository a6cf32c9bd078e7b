import { UserError } from "../simulation/failure";
import type { ClusterObject } from "./cluster";
import type { Context } from "./command";
import { workloadPath, type Workload } from "./workloads";

/** How far a blue-green replacement is. */
export interface RolloutState {
    /** In the words of Argo Rollouts: Healthy, Progressing, Paused or Degraded. */
    readonly phase: string;
    readonly message: string;
    /** Whether a new version stands beside the old one. */
    readonly replacing: boolean;
    /** Whether the replacement was given up. */
    readonly aborted: boolean;
    /** Whether it waits for somebody to promote it. */
    readonly waiting: boolean;
}

/** Source: Argo Rollouts, `RolloutStatus`; `stableRS` is the version in use, `currentPodHash` the wanted one. */
export function rolloutState({ metadata, status = {} }: ClusterObject): RolloutState {
    const { phase, message, stableRS, currentPodHash, abort, pauseConditions, observedGeneration } = status as {
        readonly phase?: string;
        readonly message?: string;
        readonly stableRS?: string;
        readonly currentPodHash?: string;
        readonly abort?: boolean;
        readonly pauseConditions?: readonly unknown[];
        readonly observedGeneration?: string | number;
    };
    // Until the controller has seen the last change, its status speaks of the one before.
    const seen = observedGeneration === undefined || Number(observedGeneration) >= (metadata.generation ?? 0);
    return {
        phase: seen ? (phase ?? "Progressing") : "Progressing",
        message: message ?? "",
        replacing: !seen || (currentPodHash !== undefined && currentPodHash !== stableRS),
        aborted: abort === true,
        waiting: (pauseConditions ?? []).length > 0,
    };
}

/** The Rollout as it is in the cluster. */
export async function rolloutOf(rollout: Workload, { cluster }: Pick<Context, "cluster">): Promise<ClusterObject> {
    const object = await (await cluster()).get<ClusterObject>(workloadPath(rollout));
    if (object === undefined) {
        throw new UserError(`There is no Rollout ${rollout.name} in the namespace ${rollout.namespace}.`);
    }
    return object;
}

/** Seconds between two looks at a Rollout. */
const lookSeconds = 5;

/** Tells how a replacement goes on until it is over; fails when it is given up. */
export async function watchRollout(rollout: Workload, context: Context): Promise<void> {
    const { around, screen } = context;
    let last = "";
    for (;;) {
        const { phase, message, aborted } = rolloutState(await rolloutOf(rollout, context));
        const line = `${rollout.system} ${rollout.name}: ${phase}${message === "" ? "" : `, ${message}`}`;
        if (line !== last) {
            screen.write(`${line}\n`);
            last = line;
        }
        if (phase === "Degraded" || aborted) {
            throw new UserError(
                `${rollout.name} was not replaced: ${message || phase}. The earlier version goes on serving.`,
            );
        }
        if (phase === "Healthy") {
            return;
        }
        await around.pause(lookSeconds);
    }
}
