import assert from "node:assert/strict";
import fc from "fast-check";
import { minorOf, upgradeProblem } from "../../../config/kubernetesUpgrade";
import { databaseEngines, kubernetesVersions } from "../../../config/supportedVersions";
import { databaseMajors, kubernetesSupportEnds } from "../../../operations/upgrades/compatibility";
import { planUpgrade } from "../../../operations/upgrades/planner";
import { upgradeStateOf, type UpgradeState } from "../../../operations/upgrades/state";
import { simulateStack } from "../../harness";

const running: UpgradeState = {
    kubernetes: "1.34",
    nodeGroups: { general: { version: "1.34", image: "AL2023_ARM_64_STANDARD" } },
    eksAddons: { "kube-proxy": "v1.34.6", coredns: "v1.12.4", "vpc-cni": "v1.22.3" },
    charts: { "cert-manager": "v1.20.0", "external-secrets": "2.9.0" },
    databases: { orders: { engine: "postgres", version: "15" } },
};
const today = "2026-11-28";

const steps = (target: UpgradeState, current = running): string[] =>
    planUpgrade(current, target, today).steps.map(
        ({ deployment, kind, name, from, to }) => `${deployment} ${kind} ${name} ${from} → ${to}`,
    );

describe("the steps of an upgrade", () => {
    it("are none where everything is as it is wanted", () => {
        assert.deepEqual(planUpgrade(running, running, today).steps, []);
    });

    it("go up one minor version with each deployment: control plane, what belongs to it, nodes", () => {
        const target = {
            ...running,
            kubernetes: "1.36",
            nodeGroups: { general: { version: "1.36", image: "AL2023_ARM_64_STANDARD" } },
            eksAddons: { "kube-proxy": "v1.36.0", coredns: "v1.14.3", "vpc-cni": "v1.22.4" },
        };
        assert.deepEqual(steps(target), [
            "1 eks-addon vpc-cni v1.22.3 → v1.22.4",
            "1 control-plane Kubernetes 1.34 → 1.35",
            "1 eks-addon coredns v1.12.4 → that of 1.35",
            "1 eks-addon kube-proxy v1.34.6 → that of 1.35",
            "1 nodes general 1.34 → 1.35",
            "2 control-plane Kubernetes 1.35 → 1.36",
            "2 eks-addon coredns that of 1.35 → v1.14.3",
            "2 eks-addon kube-proxy that of 1.35 → v1.36.0",
            "2 nodes general 1.35 → 1.36",
        ]);
    });

    it("begin with a backup and end with the databases, and charts come before the control plane", () => {
        const target = {
            ...running,
            kubernetes: "1.35",
            charts: { "cert-manager": "v1.21.1", "external-secrets": "2.9.0" },
            databases: { orders: { engine: "postgres", version: "17" } },
        };
        const kinds = planUpgrade(running, target, today).steps.map(({ kind }) => kind);
        assert.equal(kinds[0], "backup");
        assert.equal(kinds.at(-1), "database");
        assert.ok(kinds.indexOf("chart") < kinds.indexOf("control-plane"));
    });

    it("replace nodes of another image family", () => {
        const target = { ...running, nodeGroups: { general: { version: "1.34", image: "AL2023_x86_64_STANDARD" } } };
        assert.deepEqual(steps(target), ["1 nodes general AL2023_ARM_64_STANDARD → AL2023_x86_64_STANDARD"]);
    });

    it("never skip a minor version and never mix two in one deployment, whatever the distance", () => {
        fc.assert(
            fc.property(fc.integer({ min: 30, max: 45 }), fc.integer({ min: 0, max: 6 }), (from, distance) => {
                const plan = planUpgrade(
                    { ...running, kubernetes: `1.${from}` },
                    { ...running, kubernetes: `1.${from + distance}` },
                    today,
                );
                const planes = plan.steps.filter(({ kind }) => kind === "control-plane");
                assert.deepEqual(
                    planes.map(({ to, deployment }) => [to, deployment]),
                    Array.from({ length: distance }, (_, index) => [`1.${from + index + 1}`, index + 1]),
                );
                for (const { from: before, to } of planes) {
                    assert.equal((minorOf(to) ?? 0) - (minorOf(before) ?? 0), 1);
                }
            }),
        );
    });
});

describe("what an upgrade cannot do", () => {
    const problems = (target: Partial<UpgradeState>, current: Partial<UpgradeState> = {}): readonly string[] =>
        planUpgrade({ ...running, ...current }, { ...running, ...target }, today).problems;
    const database = (engine: string, version: string): Partial<UpgradeState> => ({
        databases: { orders: { engine, version } },
    });
    const cases: readonly (readonly [
        what: string,
        target: Partial<UpgradeState>,
        current: Partial<UpgradeState>,
        problem: RegExp | undefined,
    ])[] = [
        ["Kubernetes goes up", { kubernetes: "1.35" }, {}, undefined],
        ["Kubernetes goes down", { kubernetes: "1.33" }, {}, /runs 1\.34 and never goes down/],
        ["PostgreSQL skips a major version", database("postgres", "17"), {}, undefined],
        [
            "PostgreSQL goes down",
            database("postgres", "15"),
            database("postgres", "16"),
            /16 does not become 15 in place, but 17 does/,
        ],
        ["an engine becomes another", database("mysql", "8.4"), {}, /postgres does not become mysql in place/],
        [
            "nodes are too old for the control plane",
            { kubernetes: "1.36" },
            { nodeGroups: { general: { version: "1.31", image: "a" } } },
            /nodes of general run 1\.31/,
        ],
    ];
    for (const [what, target, current, problem] of cases) {
        it(`${problem === undefined ? "does not include that" : "is that"} ${what}`, () => {
            const found = problems(target, current);
            assert.equal(found.length, problem === undefined ? 0 : 1, found.join("\n"));
            if (problem !== undefined) {
                assert.match(found[0] ?? "", problem);
            }
        });
    }
});

describe("what an upgrade points out", () => {
    const notes = (target: Partial<UpgradeState>, day = today): string =>
        planUpgrade(running, { ...running, ...target }, day).notes.join("\n");

    it("is a support that ends soon, and none that ends later", () => {
        assert.match(notes({}), /Standard support of Kubernetes 1\.34 ends on 2026-12-02/);
        assert.doesNotMatch(notes({ kubernetes: "1.36" }), /Standard support of Kubernetes/);
        assert.match(notes({}, "2027-12-20"), /Standard support of orders, postgres 15, ends on 2028-02-29/);
    });

    it("is that nobody has looked at the charts", () => {
        assert.match(notes({ kubernetes: "1.35" }), /No chart changes/);
    });
});

describe("a change of cluster.version", () => {
    const cases: readonly (readonly [current: string, target: string, allowed: boolean])[] = [
        ["1.34", "1.34", true],
        ["1.34", "1.35", true],
        ["v1.35.4-eks-1234", "1.36", true],
        ["1.34", "1.36", false],
        ["1.36", "1.35", false],
        // Nothing runs yet, or it is somebody else's.
        ["", "1.36", true],
        ["1.36", "", true],
    ];
    for (const [current, target, allowed] of cases) {
        it(`from "${current}" to "${target}" is ${allowed ? "fine" : "refused, with what is allowed"}`, () => {
            const problem = upgradeProblem(current, target);
            assert.equal(problem === undefined, allowed, problem);
            if (!allowed) {
                assert.match(
                    problem ?? "",
                    /cluster\.version is 1\.\d+, but the cluster runs 1\.\d+, .*: it must be 1\.\d+ or 1\.\d+$/,
                );
            }
        });
    }
});

describe("the table of compatibility", () => {
    it("knows every version that the configuration takes", () => {
        for (const version of Object.keys(kubernetesVersions)) {
            assert.match(kubernetesSupportEnds(version) ?? "", /^\d{4}-\d\d-\d\d$/);
        }
        for (const [engine, versions] of Object.entries(databaseEngines)) {
            assert.deepEqual(Object.keys(databaseMajors[engine] ?? {}).sort(), Object.keys(versions).sort());
        }
    });

    it("upgrades only to versions that the configuration takes", () => {
        for (const [engine, majors] of Object.entries(databaseMajors)) {
            const known = Object.keys(databaseEngines[engine as keyof typeof databaseEngines]);
            for (const { to } of Object.values(majors)) {
                assert.deepEqual(
                    to.filter((version) => !known.includes(version)),
                    [],
                );
            }
        }
    });
});

it("what prod runs is read from its plan", async () => {
    const { plan } = await simulateStack("prod");
    const state = upgradeStateOf(plan.resources);
    assert.equal(state.kubernetes, "1.36");
    assert.ok(Object.keys(state.charts).length > 10);
    assert.ok(Object.keys(state.eksAddons).includes("kube-proxy"));
    assert.ok(
        Object.values(state.databases).every(({ engine, version }) => databaseMajors[engine]?.[version] !== undefined),
    );
    assert.ok(Object.values(state.nodeGroups).every(({ version }) => version === "1.36"));
});
