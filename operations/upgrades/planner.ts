import { minorOf } from "../../config/kubernetesUpgrade";
import { databaseMajors, followsControlPlane, kubernetesSupportEnds, mostNodeSkew } from "./compatibility";
import type { UpgradeState } from "./state";

/** One thing that changes, in the order in which it has to. */
export interface UpgradeStep {
    readonly kind: "backup" | "chart" | "eks-addon" | "control-plane" | "nodes" | "database";
    readonly name: string;
    readonly from: string;
    readonly to: string;
    /** Which deployment it belongs to, from 1 on: Kubernetes goes up one minor version with each. */
    readonly deployment: number;
    /** What it means to what runs. */
    readonly effect: string;
}

export interface UpgradePlan {
    readonly steps: readonly UpgradeStep[];
    /** What cannot be done at all. */
    readonly problems: readonly string[];
    /** What has to be looked at, or will have to be soon. */
    readonly notes: readonly string[];
}

/**
 * The steps from what runs to what is wanted.
 *
 * Charts and the add-ons that serve every version go first, while the old control plane still runs. Then, for each minor version: the
 * control plane, the add-ons that belong to it, the nodes. Databases come last, each by itself, after a backup.
 *
 * @param today decides which ends of support are near.
 */
export function planUpgrade(current: UpgradeState, target: UpgradeState, today: string): UpgradePlan {
    const minors = minorsBetween(current.kubernetes, target.kubernetes);
    const last = Math.max(1, minors.length);
    const databases = changed(
        current.databases,
        target.databases,
        (a, b) => a.engine === b.engine && a.version === b.version,
    );
    const steps: UpgradeStep[] = [
        ...(databases.length > 0
            ? [step("backup", "every database", "", "", 1, "none; npm run backup waits until it is complete")]
            : []),
        ...changed(current.charts, target.charts).map(({ name, from, to }) =>
            step("chart", name, from, to, 1, "its pods are replaced one by one; read its release notes first"),
        ),
        ...changed(current.eksAddons, target.eksAddons)
            .filter(({ name }) => !followsControlPlane.has(name))
            .map(({ name, from, to }) => step("eks-addon", name, from, to, 1, "its pods are replaced node by node")),
        ...minors.flatMap((minor, index) => minorSteps(current, target, minor, index, minors)),
        ...imageSteps(current, target, minors.length, last),
        ...databases.map(({ name, from, to }) =>
            step(
                "database",
                name,
                `${from.engine} ${from.version}`,
                `${to.engine} ${to.version}`,
                last,
                "does not answer for minutes, and its replicas with it; there is no way back but a restore",
            ),
        ),
    ];
    return {
        steps,
        problems: [
            ...kubernetesProblems(current, target),
            ...databases.flatMap(({ name, from, to }) => databaseProblems(name, from, to)),
        ],
        notes: notesOf(current, target, steps, today),
    };
}

function step(
    kind: UpgradeStep["kind"],
    name: string,
    from: string,
    to: string,
    deployment: number,
    effect: string,
): UpgradeStep {
    return { kind, name, from, to, deployment, effect };
}

interface Change<T> {
    readonly name: string;
    readonly from: T;
    readonly to: T;
}

/** What is there before and after, but not the same. What comes or goes is no upgrade. */
function changed<T>(
    before: Readonly<Record<string, T>>,
    after: Readonly<Record<string, T>>,
    same: (a: T, b: T) => boolean = (a, b) => a === b,
): Change<T>[] {
    return Object.entries(after)
        .flatMap(([name, to]) => {
            const from = before[name];
            return from === undefined || same(from, to) ? [] : [{ name, from, to }];
        })
        .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The minor versions on the way, the last one included. */
function minorsBetween(current = "", target = ""): string[] {
    const [from, to] = [minorOf(current), minorOf(target)];
    return from === undefined || to === undefined || to <= from
        ? []
        : Array.from({ length: to - from }, (_, index) => `1.${from + index + 1}`);
}

function minorSteps(
    current: UpgradeState,
    target: UpgradeState,
    minor: string,
    index: number,
    minors: readonly string[],
): UpgradeStep[] {
    const deployment = index + 1;
    const before = index === 0 ? (current.kubernetes ?? "") : (minors[index - 1] ?? "");
    const isLast = deployment === minors.length;
    const bound = [...followsControlPlane].filter((name) => current.eksAddons[name] !== undefined).sort();
    return [
        step(
            "control-plane",
            "Kubernetes",
            before,
            minor,
            deployment,
            "the API server is replaced in about ten minutes; what runs goes on; there is no way back",
        ),
        ...bound.map((name) =>
            step(
                "eks-addon",
                name,
                index === 0 ? (current.eksAddons[name] ?? "") : `that of ${before}`,
                isLast ? (target.eksAddons[name] ?? "") : `that of ${minor}`,
                deployment,
                "its pods are replaced node by node",
            ),
        ),
        ...Object.keys(target.nodeGroups)
            .filter((name) => current.nodeGroups[name] !== undefined)
            .sort()
            .map((name) =>
                step(
                    "nodes",
                    name,
                    before,
                    minor,
                    deployment,
                    "nodes are replaced one by one; pods are evicted within their disruption budgets",
                ),
            ),
    ];
}

/** Other image families, where the minor version stays: with another one, the nodes are replaced anyway. */
function imageSteps(current: UpgradeState, target: UpgradeState, minors: number, deployment: number): UpgradeStep[] {
    return changed(current.nodeGroups, target.nodeGroups, (a, b) => a.image === b.image)
        .filter(() => minors === 0)
        .map(({ name, from, to }) =>
            step(
                "nodes",
                name,
                from.image,
                to.image,
                deployment,
                "a new group is made beside the old one and pods move over",
            ),
        );
}

function kubernetesProblems(current: UpgradeState, target: UpgradeState): string[] {
    const [from, to] = [minorOf(current.kubernetes ?? ""), minorOf(target.kubernetes ?? "")];
    const behind = Object.entries(current.nodeGroups).flatMap(([name, { version }]) => {
        const minor = minorOf(version);
        return minor !== undefined && to !== undefined && to - minor > mostNodeSkew + 1
            ? [`The nodes of ${name} run ${version}: replace them before the control plane is ${target.kubernetes}`]
            : [];
    });
    return [
        ...(from !== undefined && to !== undefined && to < from
            ? [`Kubernetes runs ${current.kubernetes} and never goes down, but cluster.version is ${target.kubernetes}`]
            : []),
        ...behind,
    ];
}

function databaseProblems(
    name: string,
    from: { readonly engine: string; readonly version: string },
    to: { readonly engine: string; readonly version: string },
): string[] {
    if (from.engine !== to.engine) {
        return [
            `${name}: ${from.engine} does not become ${to.engine} in place: dump it, and load it into a new database`,
        ];
    }
    const reachable = databaseMajors[from.engine]?.[from.version]?.to;
    return reachable === undefined || reachable.includes(to.version)
        ? []
        : [
              `${name}: ${from.engine} ${from.version} does not become ${to.version} in place` +
                  (reachable.length === 0 ? "" : `, but ${reachable.join(" or ")} does`),
          ];
}

/** Days before the end of support that are near enough to say so. */
const nearDays = 120;

function notesOf(current: UpgradeState, target: UpgradeState, steps: readonly UpgradeStep[], today: string): string[] {
    const near = (end: string): boolean => Date.parse(end) - Date.parse(today) < nearDays * 86_400_000;
    const wanted = target.kubernetes ?? "";
    const ends = kubernetesSupportEnds(wanted);
    const databases = Object.entries(target.databases).flatMap(([name, { engine, version }]) => {
        const end = databaseMajors[engine]?.[version]?.standardSupportEnds;
        return end !== undefined && near(end)
            ? [`Standard support of ${name}, ${engine} ${version}, ends on ${end}.`]
            : [];
    });
    const appeared = Object.keys(target.charts).filter((name) => current.charts[name] === undefined);
    return [
        ...(ends !== undefined && near(ends)
            ? [
                  `Standard support of Kubernetes ${wanted} ends on ${ends}; after it the control plane costs six times as much.`,
              ]
            : []),
        ...databases,
        ...(appeared.length > 0 ? [`New, so nothing is upgraded: ${appeared.sort().join(", ")}.`] : []),
        ...(steps.some(({ kind }) => kind === "control-plane") && steps.every(({ kind }) => kind !== "chart")
            ? ["No chart changes: whether each supports the new version, its own documentation says."]
            : []),
    ];
}
