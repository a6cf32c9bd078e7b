import { UserError } from "../../simulation/failure";
import { pathOf, type ClusterObject } from "../cluster";
import type { Command, Context, Outcome } from "../command";
import { refuseDeliveredFromGit } from "../delivery";
import { usageError } from "../failures";
import { durationText } from "../phases";
import { requireSystem } from "../versions";
import { serviceOf, workloadPath, workloadsOf, type Workload } from "../workloads";

export const scale: Command = {
    name: "scale",
    positionals: [{ name: "stack" }, { name: "system" }, { name: "service" }, { name: "replicas" }],
    text: "Changes the number of a service's pods now: a number such as 5, or bounds for\nits autoscaler such as 5-20. It waits until as many are ready. The next\ndeployment that changes the service sets it back, so it says what to write into\nPulumi.<stack>.yaml to keep it.",
    run: runScale,
};

interface Bounds {
    readonly min: number;
    readonly max: number;
}

const mostPods = 1000;

/** @param text a number, or two of them with a hyphen between. */
function boundsIn(text: string): Bounds {
    const [, low, high = low] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text) ?? [];
    const [min, max] = [Number(low), Number(high)];
    if (low === undefined || min < 1 || max < min || max > mostPods) {
        throw usageError(
            `"${text}" is no number of pods: write 5, or 5-20 for an autoscaler; at least 1, at most ${mostPods}.`,
        );
    }
    return { min, max };
}

const textOf = ({ min, max }: Bounds): string => (min === max ? String(min) : `${min} to ${max}`);

async function runScale(context: Context): Promise<Outcome> {
    const { operation, file, mode, screen, plan } = context;
    const { system = "", service, replicas = "" } = operation.words;
    requireSystem(file, system);
    const wanted = boundsIn(replicas);
    const workload = serviceOf(workloadsOf(await plan(), system), system, service);
    if (!workload.autoscaled && wanted.min !== wanted.max) {
        throw usageError(`${workload.name} has no autoscaler, so it needs one number, not ${replicas}.`);
    }
    const setting = settingOf(workload, wanted);
    refuseDeliveredFromGit(context, system, {
        what: "The number of its pods changes",
        settings: { services: { [workload.name]: { minReplicas: wanted.min, maxReplicas: wanted.max } } },
    });
    const result = { service: workload.name, namespace: workload.namespace, ...wanted };
    const { path, kind, patch } = patchOf(workload, wanted);
    if (!mode.real) {
        screen.write(`${workload.name} in ${workload.namespace}, what each step would do:\n`);
        screen.write(
            `  1. kubectl patch ${kind} ${workload.name} --namespace ${workload.namespace} --type merge --patch '${JSON.stringify(patch)}'\n`,
        );
        screen.write(`  2. Wait until ${wanted.min} pods are ready.\n`);
        return { result };
    }
    const cluster = await context.cluster();
    const before = await cluster.get<ClusterObject>(path);
    if (before === undefined) {
        throw new UserError(`${workload.namespace} has no ${kind} ${workload.name}: deploy the stack first.`);
    }
    await cluster.patch(path, "merge", patch);
    screen.write(`${workload.name}: ${textOf(currentBounds(before))} → ${textOf(wanted)} pods\n`);
    const seconds = await waitForPods(context, workload, wanted);
    screen.write(`They are ready, after ${durationText(seconds)}. To keep it, in ${file.name}: ${setting}\n`);
    return { result: { ...result, seconds } };
}

function settingOf({ system, name }: Workload, { min, max }: Bounds): string {
    return `systems.${system}.services.${name}: { minReplicas: ${min}, maxReplicas: ${max} }`;
}

function patchOf(
    workload: Workload,
    { min, max }: Bounds,
): { readonly path: string; readonly kind: string; readonly patch: unknown } {
    return workload.autoscaled
        ? {
              path: pathOf("autoscaling/v2", "horizontalpodautoscalers", workload.namespace, workload.name),
              kind: "hpa",
              patch: { spec: { minReplicas: min, maxReplicas: max } },
          }
        : { path: workloadPath(workload), kind: workload.kind.toLowerCase(), patch: { spec: { replicas: min } } };
}

function currentBounds({ spec = {} }: ClusterObject): Bounds {
    const { minReplicas, maxReplicas, replicas } = spec as Partial<Record<string, number>>;
    const one = replicas ?? 1;
    return { min: minReplicas ?? one, max: maxReplicas ?? one };
}

/** Seconds between two looks, and how long new pods may take: a node may have to come first. */
const lookSeconds = 3;
const mostSeconds = 300;

async function waitForPods({ cluster, around }: Context, workload: Workload, { min, max }: Bounds): Promise<number> {
    const start = around.now().getTime();
    const seconds = (): number => Math.round((around.now().getTime() - start) / 1000);
    for (;;) {
        const { status = {} } = (await (await cluster()).get<ClusterObject>(workloadPath(workload))) ?? {};
        const { readyReplicas = 0, replicas = 0 } = status as { readyReplicas?: number; replicas?: number };
        if (readyReplicas >= min && replicas <= max) {
            return seconds();
        }
        if (seconds() >= mostSeconds) {
            throw new UserError(
                `Of ${workload.name}, ${readyReplicas} pods are ready after ${durationText(seconds())}, not ${textOf({ min, max })}. ` +
                    `Is there room? \`kubectl get events --namespace ${workload.namespace}\` says what they wait for: nodes, or the namespace's quota.`,
            );
        }
        await around.pause(lookSeconds);
    }
}
