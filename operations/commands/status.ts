import { kubernetesObjects } from "../../simulation/manifests";
import { styled } from "../../simulation/terminal";
import { firingAlerts, type Alert } from "../alerts";
import { pathOf, withLabels, type Cluster, type ClusterObject } from "../cluster";
import { exitCodes, type Command, type Context, type Outcome } from "../command";
import { usageError } from "../failures";
import {
    autoscalerHealth,
    externalSecretProblems,
    podProblems,
    versionOf,
    workloadHealth,
    type Health,
} from "../health";
import { requireSystem, versionsIn } from "../versions";
import { workloadPath, workloadsOf, type Workload } from "../workloads";

export const status: Command = {
    name: "status",
    positionals: [{ name: "stack" }, { name: "system", optional: true }],
    text: "Shows what runs in a stack: versions, pods, autoscalers, blue-green\nreplacements, external secrets and the alerts that fire. Everything that is\nnot as it should be is listed at the end, and makes the exit code 4.",
    options: { wait: { type: "string", value: "SECONDS", text: "look again for so long, until all is well" } },
    run: runStatus,
};

/** One system as it is. */
interface SystemStatus {
    readonly system: string;
    /** By the configuration. */
    readonly version: string;
    readonly workloads: readonly WorkloadStatus[];
    readonly externalSecrets: { readonly synced: number; readonly all: number };
    readonly problems: readonly string[];
}

interface WorkloadStatus {
    readonly namespace: string;
    readonly kind: Workload["kind"];
    readonly name: string;
    readonly version: string;
    readonly state: string;
}

/** Seconds between two looks. */
const lookSeconds = 5;

async function runStatus(context: Context): Promise<Outcome> {
    const { operation, file, mode, around, screen } = context;
    const { system } = operation.words;
    if (system !== undefined) {
        requireSystem(file, system);
    }
    const seconds = waitSeconds(operation.values.wait);
    if (!mode.real) {
        return simulated(context, system);
    }
    const start = around.now().getTime();
    for (;;) {
        const looked = await look(context, system);
        const done = looked.problems.length === 0;
        if (done || around.now().getTime() - start >= seconds * 1000) {
            show(context, looked);
            return { result: { ...looked }, code: done ? exitCodes.done : exitCodes.unhealthy };
        }
        screen.write(`Not yet: ${looked.problems.join("; ")}.\n`);
        await around.pause(lookSeconds);
    }
}

const mostSeconds = 3600;

function waitSeconds(text: unknown): number {
    const seconds = text === undefined ? 0 : /^\d{1,4}$/.test(text as string) ? Number(text) : NaN;
    if (!(seconds <= mostSeconds)) {
        throw usageError(`--wait is "${text as string}", but must be seconds, at most ${mostSeconds}.`);
    }
    return seconds;
}

async function simulated({ file, screen, plan }: Context, system: string | undefined): Promise<Outcome> {
    const workloads = workloadsOf(await plan(), system);
    const versions = versionsIn(file);
    screen.write("What would be looked at, each in the cluster and against the configuration:\n");
    for (const name of new Set(workloads.map((each) => each.system))) {
        screen.write(`  ${name} ${versions[name] ?? ""}\n`);
        for (const each of workloads.filter((workload) => workload.system === name)) {
            const scaled = each.autoscaled ? ", with its autoscaler" : "";
            screen.write(`    ${each.kind} ${each.namespace}/${each.name} ${versionOf(each.object) ?? ""}${scaled}\n`);
        }
    }
    screen.write("  and their pods, external secrets, and the alerts that fire.\n");
    return { result: { workloads: workloads.map(({ object: _, ...workload }) => workload) } };
}

interface Look {
    readonly systems: readonly SystemStatus[];
    /** Alerts that fire; null where Prometheus cannot be asked. */
    readonly alerts: readonly Alert[] | null;
    readonly notes: readonly string[];
    readonly problems: readonly string[];
}

async function look(context: Context, system: string | undefined): Promise<Look> {
    const { file } = context;
    const cluster = await context.cluster();
    const workloads = workloadsOf(await context.plan(), system);
    const versions = versionsIn(file);
    const names = [...new Set(workloads.map((workload) => workload.system))];
    const systems = await Promise.all(
        names.map((name) =>
            systemStatus(
                context,
                cluster,
                name,
                versions[name] ?? "",
                workloads.filter((each) => each.system === name),
            ),
        ),
    );
    const namespaces = system === undefined ? undefined : new Set(workloads.map(({ namespace }) => namespace));
    const { alerts, notes } = await alertsOf(context, cluster, namespaces);
    const critical = (alerts ?? []).filter(({ severity }) => severity === "critical");
    return {
        systems,
        alerts,
        notes,
        problems: [
            ...systems.flatMap(({ problems }) => problems),
            ...critical.map(
                ({ name, namespace }) => `${name} fires${namespace === undefined ? "" : ` in ${namespace}`}`,
            ),
        ],
    };
}

async function alertsOf(
    { plan }: Context,
    cluster: Cluster,
    namespaces: ReadonlySet<string> | undefined,
): Promise<Pick<Look, "alerts" | "notes">> {
    const monitored = kubernetesObjects(await plan()).some(({ kind }) => kind === "PrometheusRule");
    if (!monitored) {
        return { alerts: null, notes: ["Alerts: the stack has no Prometheus."] };
    }
    try {
        return { alerts: await firingAlerts(cluster, namespaces), notes: [] };
    } catch (error) {
        return { alerts: null, notes: [`Alerts: unknown. ${(error as Error).message}`] };
    }
}

async function systemStatus(
    { plan }: Context,
    cluster: Cluster,
    system: string,
    version: string,
    workloads: readonly Workload[],
): Promise<SystemStatus> {
    const looked = await Promise.all(workloads.map((workload) => workloadStatus(cluster, workload)));
    const namespaces = [...new Set(workloads.map(({ namespace }) => namespace))];
    const pods = await inNamespaces(cluster, namespaces, system, "v1", "pods");
    // Where secrets are generated in the cluster, there are none of another origin.
    const wantsSecrets = kubernetesObjects(await plan()).some(
        ({ kind, metadata }) => kind === "ExternalSecret" && namespaces.includes(metadata.namespace ?? ""),
    );
    const secrets = wantsSecrets
        ? await inNamespaces(cluster, namespaces, system, "external-secrets.io/v1", "externalsecrets")
        : [];
    const unsynced = secrets.flatMap(externalSecretProblems);
    return {
        system,
        version,
        workloads: looked.map(({ shown }) => shown),
        externalSecrets: { synced: secrets.length - unsynced.length, all: secrets.length },
        problems: [...looked.flatMap(({ problems }) => problems), ...pods.flatMap(podProblems), ...unsynced].map(
            (problem) => `${system}: ${problem}`,
        ),
    };
}

async function inNamespaces(
    cluster: Cluster,
    namespaces: readonly string[],
    system: string,
    apiVersion: string,
    plural: string,
): Promise<ClusterObject[]> {
    const labels = withLabels({ "app.kubernetes.io/part-of": system });
    const lists = await Promise.all(namespaces.map((each) => cluster.list(pathOf(apiVersion, plural, each) + labels)));
    return lists.flat();
}

async function workloadStatus(
    cluster: Cluster,
    workload: Workload,
): Promise<{ readonly shown: WorkloadStatus; readonly problems: readonly string[] }> {
    const { namespace, kind, name, autoscaled } = workload;
    const object = await cluster.get<ClusterObject>(workloadPath(workload));
    const healths: Health[] = [workloadHealth(workload, object)];
    if (autoscaled) {
        const scaler = pathOf("autoscaling/v2", "horizontalpodautoscalers", namespace, name);
        healths.push(autoscalerHealth(await cluster.get<ClusterObject>(scaler), name));
    }
    const version = object === undefined ? "" : (versionOf(object as unknown as Record<string, unknown>) ?? "");
    return {
        shown: { namespace, kind, name, version, state: healths.map(({ text }) => text).join("; ") },
        problems: healths.flatMap(({ problems }) => problems),
    };
}

function show({ screen }: Context, { systems, alerts, notes, problems }: Look): void {
    for (const { system, version, workloads, externalSecrets } of systems) {
        screen.write(`${styled(screen, "bold", system)} ${version}\n`);
        const [names, versions] = [widest(workloads, "name"), widest(workloads, "version")];
        for (const each of workloads) {
            screen.write(`  ${each.name.padEnd(names)}  ${each.version.padEnd(versions)}  ${each.state}\n`);
        }
        if (externalSecrets.all > 0) {
            screen.write(`  external secrets: ${externalSecrets.synced} of ${externalSecrets.all} synced\n`);
        }
    }
    screen.write("\n");
    notes.forEach((note) => screen.write(`${note}\n`));
    if (alerts?.length === 0) {
        screen.write("Alerts: none fires.\n");
    }
    for (const { severity, name, namespace = "", summary } of alerts ?? []) {
        screen.write(`Alert (${severity}): ${[name, namespace, summary].filter(Boolean).join(", ")}\n`);
    }
    if (problems.length === 0) {
        screen.write(`${styled(screen, "green", "All is well.")}\n`);
        return;
    }
    screen.write(`${styled(screen, "red", "Not as it should be:")}\n`);
    problems.forEach((problem) => screen.write(`  - ${problem}\n`));
}

function widest(workloads: readonly WorkloadStatus[], member: "name" | "version"): number {
    return Math.max(0, ...workloads.map((each) => each[member].length));
}
