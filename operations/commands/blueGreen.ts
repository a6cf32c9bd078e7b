import { UserError } from "../../simulation/failure";
import type { Command, Context, Outcome, Positional } from "../command";
import { rolloutOf, rolloutState, watchRollout } from "../rollouts";
import { requireSystem } from "../versions";
import { isService, serviceOf, workloadPath, workloadsOf, type Workload } from "../workloads";

const positionals: readonly Positional[] = [{ name: "stack" }, { name: "system" }, { name: "service", optional: true }];

export const promote: Command = {
    name: "promote",
    positionals,
    text: "Switches a service that is being replaced blue-green to its new version, and\nwaits until the replacement is over. A new version that is still being tested\nor watched has to pass first, unless --skip-tests is given.",
    options: { "skip-tests": { type: "boolean", text: "do not wait for smoke test and watch" } },
    confirmed: "A promotion",
    run: runPromote,
};

export const abort: Command = {
    name: "abort",
    positionals,
    text: "Gives up the blue-green replacement of a service: the old version serves on, or\nagain. Pulumi.<stack>.yaml goes on naming the new one: roll back afterwards.",
    confirmed: "An abort",
    run: runAbort,
};

/** The patches are those of the plugin `kubectl argo rollouts` (its `promote` and `abort`, Argo Rollouts 1.8). */
const patches = {
    goOn: { status: { pauseConditions: null } },
    skipTests: { status: { promoteFull: true } },
    abort: { status: { abort: true } },
} as const;

async function runPromote(context: Context): Promise<Outcome> {
    const { operation, mode, screen } = context;
    const rollout = await rolloutFor(context);
    const result = { service: rollout.name, namespace: rollout.namespace };
    const skip = operation.values["skip-tests"] === true;
    const patch = skip ? patches.skipTests : patches.goOn;
    if (!mode.real) {
        tellPatch(context, rollout, patch);
        screen.write("  2. Wait until the new version is healthy, and fail when it is given up.\n");
        return { result };
    }
    const { replacing, waiting, phase, message } = rolloutState(await rolloutOf(rollout, context));
    if (!replacing) {
        throw new UserError(`${rollout.name} is not being replaced: one version serves, and it is ${phase}.`);
    }
    if (!waiting && !skip) {
        throw new UserError(
            `The new version of ${rollout.name} is being tested or watched (${phase}${message === "" ? "" : `: ${message}`}). ` +
                "It is promoted by itself when it passes; --skip-tests does not wait for that.",
        );
    }
    await context.confirm(`Switch ${rollout.name} to its new version${skip ? " untested" : ""}?`);
    await (await context.cluster()).patch(`${workloadPath(rollout)}/status`, "merge", patch);
    await watchRollout(rollout, context);
    return { result };
}

/** Seconds between two looks, and how often the controller is given time to give up: two minutes. */
const lookSeconds = 3;
const mostLooks = 40;

async function runAbort(context: Context): Promise<Outcome> {
    const { stack, mode, around, screen } = context;
    const rollout = await rolloutFor(context);
    const result = { service: rollout.name, namespace: rollout.namespace };
    if (!mode.real) {
        tellPatch(context, rollout, patches.abort);
        screen.write("  2. Wait until the service leads to the old version.\n");
        return { result };
    }
    const { replacing, phase } = rolloutState(await rolloutOf(rollout, context));
    if (!replacing) {
        throw new UserError(`${rollout.name} is not being replaced: one version serves, and it is ${phase}.`);
    }
    await context.confirm(`Give up the new version of ${rollout.name}?`);
    await (await context.cluster()).patch(`${workloadPath(rollout)}/status`, "merge", patches.abort);
    for (let looks = 0; looks < mostLooks; looks++) {
        if (servesStable((await rolloutOf(rollout, context)).status)) {
            screen.write(`${rollout.name} serves its old version.\n`);
            screen.write(
                `${context.file.name} names the new one. To go back there, too: npm run rollback -- ${stack} ${rollout.system}\n`,
            );
            return { result };
        }
        await around.pause(lookSeconds);
    }
    throw new UserError(
        `${rollout.name} did not go back to its old version within ${(lookSeconds * mostLooks) / 60} minutes: look at the Rollout's events.`,
    );
}

/** Whether the address leads to the version that was proven. */
function servesStable(status: Readonly<Record<string, unknown>> = {}): boolean {
    const { stableRS, blueGreen } = status as { stableRS?: string; blueGreen?: { activeSelector?: string } };
    return stableRS !== undefined && blueGreen?.activeSelector === stableRS;
}

async function rolloutFor({ operation, file, plan }: Context): Promise<Workload> {
    const { system = "", service } = operation.words;
    requireSystem(file, system);
    const all = workloadsOf(await plan(), system).filter(isService);
    const rollouts = all.filter(({ kind }) => kind === "Rollout");
    if (rollouts.length === 0) {
        throw new UserError(
            `No service of ${system} is replaced blue-green in this stack: they are rolled, which \`kubectl rollout\` shows.`,
        );
    }
    return serviceOf(rollouts, system, service);
}

function tellPatch({ screen }: Context, rollout: Workload, patch: unknown): void {
    screen.write(`${rollout.name} in ${rollout.namespace}, what each step would do:\n`);
    screen.write(
        `  1. kubectl patch rollout ${rollout.name} --namespace ${rollout.namespace} --subresource status --type merge --patch '${JSON.stringify(patch)}'\n`,
    );
}
