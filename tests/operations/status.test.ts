import assert from "node:assert/strict";
import { fakeKubernetes } from "./fakeKubernetes";
import { apps, labelsOf, openMarket, rolloutPath, runReal, scalerPath, workload } from "./market";
import { run } from "./support";

const cluster = fakeKubernetes();
const args = ["status", "dev", "market"];

function prometheusSays(alerts: readonly Readonly<Record<string, unknown>>[]): void {
    cluster().put("/api/v1/namespaces/monitoring/pods/prometheus-0", {
        metadata: { name: "prometheus-0", labels: { "app.kubernetes.io/name": "prometheus" } },
    });
    cluster().answers.set("monitoring/prometheus-0:9090/api/v1/alerts", JSON.stringify({ data: { alerts } }));
}

const alert = (
    alertname: string,
    severity: string,
    namespace = "market",
    state = "firing",
): Record<string, unknown> => ({
    labels: { alertname, severity, namespace },
    annotations: { summary: `what ${alertname} says` },
    state,
    activeAt: "2026-11-21T11:00:00Z",
});

describe("npm run status", () => {
    it("shows every system as it is when all is well, and ends with 0", async () => {
        openMarket(cluster());
        prometheusSays([alert("Watchdog", "none"), alert("Slow", "critical", "market", "pending")]);
        const { code, stdout, stderr } = await runReal(cluster(), args);
        assert.equal(stderr, "");
        assert.equal(code, 0, stdout);
        assert.equal(
            stdout.slice(stdout.indexOf("\n\n") + 2),
            [
                "market 1.0.0",
                "  fish    1.0.0  2/2 ready",
                "  fruit   1.0.0  2/2 ready; autoscaler 2 to 6, at 2",
                "  ledger  1.0.0  2/2 ready",
                "  till    1.0.0  2/2 ready, Healthy",
                "  external secrets: 1 of 1 synced",
                "",
                "Alerts: none fires.",
                "All is well.",
                "",
            ].join("\n"),
        );
        assert.deepEqual(cluster().changes, []);
    });

    const wrongs: readonly (readonly [what: string, change: () => void, problem: string])[] = [
        [
            "a pod is not ready",
            () => cluster().put(`${apps}/deployments/fish`, workload("fish", { readyReplicas: 1 })),
            "market: Deployment fish has 1 of 2 pods ready",
        ],
        [
            "a workload is not there",
            () => void cluster().objects.delete(`${apps}/statefulsets/ledger`),
            "market: StatefulSet ledger is not in the cluster",
        ],
        [
            "another version runs than is configured",
            () => cluster().put(`${apps}/deployments/fish`, workload("fish", {}, "0.9.0")),
            "market: Deployment fish runs 0.9.0, but the configuration says 1.0.0",
        ],
        [
            "a deployment does not get on",
            () =>
                cluster().put(
                    `${apps}/deployments/fish`,
                    workload("fish", { conditions: [{ type: "Progressing", status: "False", message: "timed out" }] }),
                ),
            "market: Deployment fish does not get on: timed out",
        ],
        [
            "a blue-green replacement failed",
            () => cluster().put(rolloutPath, workload("till", { phase: "Degraded", message: "smoke test failed" })),
            "market: Rollout till is Degraded: smoke test failed",
        ],
        [
            "an autoscaler has no metrics",
            () =>
                cluster().put(scalerPath, {
                    metadata: { name: "fruit" },
                    status: { conditions: [{ type: "ScalingActive", status: "False", message: "no metrics" }] },
                }),
            "market: HorizontalPodAutoscaler fruit does not scale: no metrics",
        ],
        [
            "a pod cannot pull its image",
            () =>
                cluster().put("/api/v1/namespaces/market/pods/fish-2", {
                    metadata: { name: "fish-2", labels: labelsOf("fish") },
                    status: {
                        phase: "Pending",
                        containerStatuses: [
                            { name: "app", state: { waiting: { reason: "ImagePullBackOff", message: "not found" } } },
                        ],
                    },
                }),
            "market: Pod fish-2, container app: ImagePullBackOff, not found",
        ],
        [
            "a pod finds no node",
            () =>
                cluster().put("/api/v1/namespaces/market/pods/fish-2", {
                    metadata: { name: "fish-2", labels: labelsOf("fish") },
                    status: {
                        phase: "Pending",
                        conditions: [{ type: "PodScheduled", status: "False", message: "0/3 nodes are available" }],
                    },
                }),
            "market: Pod fish-2 finds no node: 0/3 nodes are available",
        ],
        [
            "a secret does not arrive",
            () =>
                cluster().put("/apis/external-secrets.io/v1/namespaces/market/externalsecrets/keys", {
                    metadata: { name: "keys", labels: labelsOf("keys") },
                    status: { conditions: [{ type: "Ready", status: "False", message: "access denied" }] },
                }),
            "market: ExternalSecret keys is not synced: access denied",
        ],
        ["a critical alert fires", () => prometheusSays([alert("Down", "critical")]), "Down fires in market"],
    ];
    for (const [what, change, problem] of wrongs) {
        it(`ends with 4 and says so when ${what}`, async () => {
            openMarket(cluster());
            prometheusSays([]);
            change();
            const { code, stdout } = await runReal(cluster(), [...args, "--json"]);
            assert.equal(code, 4);
            assert.deepEqual((JSON.parse(stdout) as { problems: string[] }).problems, [problem]);
        });
    }

    it("shows warnings and the alerts of other systems where they belong", async () => {
        openMarket(cluster());
        prometheusSays([alert("Tight", "warning"), alert("Down", "critical", "harbour")]);
        const { code, stdout } = await runReal(cluster(), args);
        assert.equal(code, 0);
        assert.match(stdout, /\nAlert \(warning\): Tight, market, what Tight says\nAll is well\.\n$/);
    });

    it("says when Prometheus cannot be asked, and judges by the rest", async () => {
        openMarket(cluster());
        const { code, stdout } = await runReal(cluster(), args);
        assert.equal(code, 0);
        assert.match(stdout, /\nAlerts: unknown\. There is no Prometheus in the cluster\.\nAll is well\.\n$/);
    });

    it("looks again until all is well, for as long as it is told", async () => {
        openMarket(cluster());
        cluster().put(`${apps}/deployments/fish`, workload("fish", { readyReplicas: 1 }));
        let looks = 0;
        const { code, stdout } = await runReal(cluster(), [...args, "--wait", "60"], {
            onPause: () => void (++looks === 2 && cluster().put(`${apps}/deployments/fish`, workload("fish"))),
        });
        assert.equal(code, 0);
        assert.equal(looks, 2);
        assert.match(stdout, /\nNot yet: market: Deployment fish has 1 of 2 pods ready\.\n/);

        cluster().put(`${apps}/deployments/fish`, workload("fish", { readyReplicas: 1 }));
        assert.equal((await runReal(cluster(), [...args, "--wait", "20"])).code, 4);
    });

    it("says without credentials what it would look at", async () => {
        const { code, stdout } = await run(args, { project: "market" });
        assert.equal(code, 0);
        assert.match(stdout, /\n {4}Deployment market\/fruit 1\.0\.0, with its autoscaler\n/);
        assert.ok(!stdout.includes("harbour"));
    });

    it("refuses a time that is none", async () => {
        const { code, stderr } = await run([...args, "--wait", "soon"], { project: "market" });
        assert.equal(code, 2);
        assert.equal(stderr, 'error: --wait is "soon", but must be seconds, at most 3600.\n');
    });
});
