import { readConfiguration } from "../../simulation/configuration";
import { UserError } from "../../simulation/failure";
import { pathOf, type Cluster, type ClusterObject } from "../cluster";
import type { Command, Context, Outcome } from "../command";
import { refuseDeliveredFromGit } from "../delivery";
import { usageError } from "../failures";
import {
    applyQuery,
    debugPatch,
    debugTargets,
    emptyPatch,
    endCompanions,
    endJob,
    endName,
    levelVariable,
    managerQuery,
    restartPatch,
    settingsPatch,
    type DebugTarget,
    type Ending,
} from "../logLevel";
import { requireSystem } from "../versions";
import { workloadPath, workloadsOf } from "../workloads";

export const debug: Command = {
    name: "debug",
    positionals: [
        { name: "state", choices: ["on", "off"] },
        { name: "stack" },
        { name: "system" },
        { name: "minutes", optional: true },
    ],
    text: "Sets LOG_LEVEL of a system's services to DEBUG for a limited time, 30 minutes by\ndefault, and back. Their pods are replaced one by one, both times, and those of\na blue-green service neither tested nor switched. A Job in the cluster ends it,\nalso when this machine is off by then; `off` ends it earlier.",
    run: runDebug,
};

const defaultMinutes = 30;
/** A day. What has to stay longer belongs into the configuration. */
const mostMinutes = 1440;

async function runDebug(context: Context): Promise<Outcome> {
    const { operation, file } = context;
    const { state, system = "", minutes: text } = operation.words;
    requireSystem(file, system);
    const minutes = text === undefined ? defaultMinutes : /^\d{1,4}$/.test(text) ? Number(text) : 0;
    if (minutes < 1 || minutes > mostMinutes) {
        throw usageError(`"${text}" is no number of minutes from 1 to ${mostMinutes}.`);
    }
    if (state === "off" && text !== undefined) {
        throw usageError("`debug off` takes effect now, so it takes no minutes.");
    }
    refuseDeliveredFromGit(context, system, {
        what: "Its log level changes",
        settings: { logLevel: "DEBUG" },
        back: { logLevel: levelIn(context, system) },
    });
    const plan = await context.plan();
    const targets = debugTargets(plan, workloadsOf(plan, system));
    if (targets.length === 0) {
        throw new UserError(
            `No service of ${system} has a ${levelVariable} that can be changed while it runs. ` +
                `In ${file.name}: systems.${system}.logLevel: DEBUG, then deploy.`,
        );
    }
    return state === "on" ? switchOn(context, targets, minutes) : switchOff(context, targets);
}

/** What stands in the stack's file, or the default of config/schema.ts. */
function levelIn({ around, stack }: Context, system: string): string {
    const { values } = readConfiguration(around.root, stack);
    const systems = JSON.parse(values["platform:systems"] ?? "{}") as Record<string, { logLevel?: string } | undefined>;
    return systems[system]?.logLevel ?? "INFO";
}

async function switchOn(context: Context, targets: readonly DebugTarget[], minutes: number): Promise<Outcome> {
    const { mode, around, screen } = context;
    const until = new Date(around.now().getTime() + minutes * 60_000);
    const result = { services: targets.map(nameOf), until: until.toISOString() };
    if (!mode.real) {
        screen.write("What each step would do:\n");
        endingsOf(targets).forEach(({ namespace, name }) =>
            screen.write(`  - Start the Job ${namespace}/${name}, which ends it at ${until.toISOString()}.\n`),
        );
        targets.forEach((target) =>
            screen.write(`  - Set ${levelVariable}=${target.level} ${placeOf(target)} ${nameOf(target)}.\n`),
        );
        return { result };
    }
    const cluster = await context.cluster();
    for (const ending of endingsOf(targets)) {
        await startEnd(cluster, context, ending, until);
    }
    for (const target of targets) {
        await (target.settings === undefined
            ? cluster.patch(workloadPath(target.workload) + applyQuery, "apply", debugPatch(target))
            : restartWith(cluster, context, target, target.level));
        screen.write(`${nameOf(target)}: ${levelVariable}=${target.level}\n`);
    }
    screen.write(`It ends by itself at ${until.toISOString()}.\n`);
    return { result };
}

async function switchOff(context: Context, targets: readonly DebugTarget[]): Promise<Outcome> {
    const { mode, screen } = context;
    const result = { services: targets.map(nameOf) };
    if (!mode.real) {
        screen.write("What each step would do:\n");
        targets.forEach((target) => screen.write(`  - Take ${levelVariable} back from ${nameOf(target)}.\n`));
        return { result };
    }
    const cluster = await context.cluster();
    for (const target of targets) {
        await (target.settings === undefined
            ? cluster.patch(workloadPath(target.workload) + applyQuery, "apply", emptyPatch(target.workload))
            : restartWith(cluster, context, target, target.settings.level));
        screen.write(`${nameOf(target)} has its own log level again.\n`);
    }
    // Last: were the Job gone first, an interruption would leave the level with nobody to take it back.
    for (const { namespace, name } of endingsOf(targets)) {
        await cluster.remove(pathOf("batch/v1", "jobs", namespace, name));
    }
    return { result };
}

/** Writes the level where a Rollout's pods read it when they start, and starts them anew. */
async function restartWith(
    cluster: Cluster,
    { around }: Context,
    { workload, settings }: DebugTarget,
    level: string,
): Promise<ClusterObject> {
    const settingsPath = pathOf("v1", "configmaps", workload.namespace, settings?.configMap);
    await cluster.patch(settingsPath + managerQuery, "merge", settingsPatch(level));
    return cluster.patch(workloadPath(workload) + managerQuery, "merge", restartPatch(around.now()));
}

const placeOf = ({ settings }: DebugTarget): string =>
    settings === undefined ? "on" : `in the ConfigMap ${settings.configMap} and restart the pods of the Rollout`;

const nameOf = ({ workload }: DebugTarget): string => `${workload.namespace}/${workload.name}`;

/** One for each namespace, because a Role ends there. */
function endingsOf(targets: readonly DebugTarget[]): Ending[] {
    const namespaces = new Set(targets.map(({ workload }) => workload.namespace));
    return [...namespaces].map((namespace) => {
        const there = targets.filter(({ workload }) => workload.namespace === namespace);
        return {
            namespace,
            name: endName(there[0]?.workload.system ?? ""),
            deployments: there.filter(({ settings }) => settings === undefined).map(({ workload }) => workload.name),
            rollouts: there.flatMap(({ workload, settings }) =>
                settings === undefined ? [] : [{ name: workload.name, ...settings }],
            ),
        };
    });
}

/** Seconds between two looks, and how often: two minutes for the image and perhaps a node. */
const lookSeconds = 2;
const mostLooks = 60;

/** Starts what ends it, and goes on only once that runs: a quota or a missing node must not leave the level on for ever. */
async function startEnd(cluster: Cluster, { around }: Context, ending: Ending, until: Date): Promise<void> {
    const { namespace, name } = ending;
    const jobs = pathOf("batch/v1", "jobs", namespace);
    const job = `${jobs}/${name}`;
    // One that is there counts down to another moment.
    await cluster.remove(job);
    await waitFor(around, async () => (await cluster.get(job)) === undefined, `the earlier Job ${job} is still there`);
    const { metadata } = await cluster.create(jobs, endJob(ending, until));
    for (const { apiVersion, plural, object } of endCompanions(ending, metadata.uid ?? "")) {
        const collection = pathOf(apiVersion, plural, namespace);
        // What the earlier Job owned goes with it, but not at once, and would take this one's name.
        await waitFor(
            around,
            async () => {
                await cluster.remove(`${collection}/${name}`);
                return (await cluster.get(`${collection}/${name}`)) === undefined;
            },
            `the earlier ${plural.slice(0, -1)} is still there`,
        );
        await cluster.create(collection, object);
    }
    await waitFor(
        around,
        async () => {
            const { status = {} } = (await cluster.get<ClusterObject>(job)) ?? {};
            return ((status as { ready?: number }).ready ?? 0) > 0;
        },
        `its pod is not ready: \`kubectl describe job ${name} --namespace ${namespace}\``,
    );
}

async function waitFor(
    { pause }: Pick<Context["around"], "pause">,
    holds: () => Promise<boolean>,
    otherwise: string,
): Promise<void> {
    for (let looks = 0; looks < mostLooks; looks++) {
        if (await holds()) {
            return;
        }
        await pause(lookSeconds);
    }
    throw new UserError(`Debugging was not switched on, because what would end it does not run: ${otherwise}.`);
}
