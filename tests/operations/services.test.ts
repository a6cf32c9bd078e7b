import assert from "node:assert/strict";
import { fakeKubernetes } from "./fakeKubernetes";
import { apps, healthyRollout, openMarket, rolloutPath, runReal, scalerPath, workload } from "./market";
import { run } from "./support";

const cluster = fakeKubernetes();

const green = { phase: "Progressing", stableRS: "a", currentPodHash: "b", blueGreen: { activeSelector: "a" } };

/** What the controller makes of a patch. */
function controllerAnswers(status: Record<string, unknown>): void {
    cluster().onChange = ({ method, path: target }) => {
        if (method === "PATCH" && target.startsWith(rolloutPath)) {
            cluster().put(rolloutPath, workload("till", status));
        }
    };
}

describe("npm run promote", () => {
    const args = ["promote", "dev", "market"];

    it("lets a new version go on that waits for somebody, and waits until it is healthy", async () => {
        openMarket(cluster());
        cluster().put(rolloutPath, workload("till", { ...green, phase: "Paused", pauseConditions: [{}] }));
        controllerAnswers({ phase: "Healthy", stableRS: "b", currentPodHash: "b" });
        const { code, stdout, done, stderr } = await runReal(cluster(), args);
        assert.equal(code, 0, stderr);
        assert.deepEqual(done.at(-1), "Switch till to its new version?");
        const [change, ...more] = cluster().changes;
        assert.deepEqual(more, []);
        assert.equal(change?.path, `${rolloutPath}/status`);
        assert.equal(change.contentType, "application/merge-patch+json");
        assert.deepEqual(change.body, { status: { pauseConditions: null } });
        assert.match(stdout, /\nmarket till: Healthy\n$/);
    });

    it("skips the tests only when told to", async () => {
        openMarket(cluster());
        cluster().put(rolloutPath, workload("till", green));
        const { code, stderr } = await runReal(cluster(), args);
        assert.equal(code, 1);
        assert.match(stderr, /^error: The new version of till is being tested or watched \(Progressing\)\./);
        assert.deepEqual(cluster().changes, []);

        controllerAnswers({ phase: "Healthy", stableRS: "b", currentPodHash: "b" });
        assert.equal((await runReal(cluster(), [...args, "till", "--skip-tests", "--yes"])).code, 0);
        assert.deepEqual(
            cluster().changes.map(({ body }) => body),
            [{ status: { promoteFull: true } }],
        );
    });

    it("fails when the new version is given up after all", async () => {
        openMarket(cluster());
        cluster().put(rolloutPath, workload("till", { ...green, pauseConditions: [{}] }));
        controllerAnswers({ ...green, phase: "Degraded", message: "5 % of requests fail" });
        const { code, stderr } = await runReal(cluster(), args);
        assert.equal(code, 1);
        assert.equal(
            stderr,
            "error: till was not replaced: 5 % of requests fail. The earlier version goes on serving.\n",
        );
    });

    for (const command of ["promote", "abort"]) {
        it(`has nothing to do where nothing is replaced: ${command}`, async () => {
            openMarket(cluster());
            const { code, stderr } = await runReal(cluster(), [command, "dev", "market"]);
            assert.equal(code, 1);
            assert.equal(stderr, "error: till is not being replaced: one version serves, and it is Healthy.\n");
        });

        it(`does nothing unless confirmed: ${command}`, async () => {
            openMarket(cluster());
            cluster().put(rolloutPath, workload("till", { ...green, pauseConditions: [{}] }));
            const declined = await runReal(cluster(), [command, "dev", "market"], { answer: false });
            assert.equal(declined.code, 3);
            assert.equal((await runReal(cluster(), [command, "dev", "market"], { isTTY: false })).code, 3);
            assert.deepEqual(cluster().changes, []);
        });

        it(`says without credentials what it would do: ${command}`, async () => {
            const { stdout } = await run([command, "dev", "market"], { project: "market" });
            assert.match(stdout, /\n {2}1\. kubectl patch rollout till --namespace market --subresource status /);
        });
    }
});

describe("npm run abort", () => {
    const args = ["abort", "dev", "market", "till"];

    it("gives a replacement up and waits until the old version serves", async () => {
        openMarket(cluster());
        cluster().put(rolloutPath, workload("till", { ...green, blueGreen: { activeSelector: "b" } }));
        let looks = 0;
        const { code, stdout, stderr } = await runReal(cluster(), args, {
            onPause: () => void (++looks === 2 && cluster().put(rolloutPath, workload("till", green))),
        });
        assert.equal(code, 0, stderr);
        assert.deepEqual(
            cluster().changes.map(({ path: target, body }) => [target, body]),
            [[`${rolloutPath}/status`, { status: { abort: true } }]],
        );
        assert.match(stdout, /\ntill serves its old version\.\nPulumi\.dev\.yaml names the new one\./);
    });

    it("does not wait for ever", async () => {
        openMarket(cluster());
        cluster().put(rolloutPath, workload("till", { ...green, blueGreen: { activeSelector: "b" } }));
        const { code, stderr } = await runReal(cluster(), args);
        assert.equal(code, 1);
        assert.match(stderr, /^error: till did not go back to its old version within 2 minutes/);
    });

    it("knows only services that are replaced blue-green", async () => {
        const { code, stderr } = await run(["abort", "dev", "market", "fish"], { project: "market" });
        assert.equal(code, 2);
        assert.equal(stderr, 'error: market has no service "fish". It runs: till.\n');
    });
});

describe("npm run deploy of a service that is replaced blue-green", () => {
    const args = ["deploy", "dev", "market=2.0.0", "--yes"];

    it("is over when the new version is healthy", async () => {
        openMarket(cluster());
        // The controller has not seen the change yet: what it says is about the version before.
        cluster().put(rolloutPath, { ...healthyRollout, metadata: { name: "till", generation: 2 } });
        let looks = 0;
        const { code, stdout, stderr } = await runReal(cluster(), args, {
            onPause: () => void (++looks === 3 && cluster().put(rolloutPath, healthyRollout)),
        });
        assert.equal(code, 0, stderr);
        assert.equal(looks, 3);
        assert.match(stdout, /\nmarket till: Progressing\nmarket till: Healthy\n/);
        assert.match(stdout, /\n {2}blue-green {5}15 s\n/);
    });

    it("fails when the new version is given up, and says how to go back", async () => {
        openMarket(cluster());
        cluster().put(rolloutPath, workload("till", { ...green, phase: "Degraded", message: "smoke test failed" }));
        const { code, stderr } = await runReal(cluster(), args);
        assert.equal(code, 1);
        assert.match(
            stderr,
            /^error: till was not replaced: smoke test failed\..*\n.*npm run rollback -- dev market\n$/,
        );
    });
});

describe("npm run scale", () => {
    it("changes the bounds of an autoscaler and waits for the pods", async () => {
        openMarket(cluster());
        let looks = 0;
        const { code, stdout, stderr } = await runReal(cluster(), ["scale", "dev", "market", "fruit", "3-8"], {
            onPause: () =>
                void (
                    ++looks === 2 &&
                    cluster().put(`${apps}/deployments/fruit`, workload("fruit", { replicas: 3, readyReplicas: 3 }))
                ),
        });
        assert.equal(code, 0, stderr);
        assert.deepEqual(
            cluster().changes.map(({ path: target, body }) => [target, body]),
            [[scalerPath, { spec: { minReplicas: 3, maxReplicas: 8 } }]],
        );
        assert.match(
            stdout,
            /\nfruit: 2 to 6 → 3 to 8 pods\nThey are ready, after 6 s\. To keep it, in Pulumi\.dev\.yaml: systems\.market\.services\.fruit: \{ minReplicas: 3, maxReplicas: 8 \}\n$/,
        );
    });

    it("changes the number of pods where no autoscaler decides on it", async () => {
        openMarket(cluster());
        assert.equal((await runReal(cluster(), ["scale", "dev", "market", "fish", "2"])).code, 0);
        assert.deepEqual(cluster().changed, [`PATCH ${apps}/deployments/fish`]);
        assert.deepEqual(cluster().changes[0]?.body, { spec: { replicas: 2 } });
    });

    it("fails with a hint when the pods do not come", async () => {
        openMarket(cluster());
        const { code, stderr } = await runReal(cluster(), ["scale", "dev", "market", "fish", "4"]);
        assert.equal(code, 1);
        assert.match(stderr, /^error: Of fish, 2 pods are ready after 5 min 0 s, not 4\. Is there room\?/);
    });

    const mistakes: readonly (readonly [args: readonly string[], code: number, message: RegExp])[] = [
        [["market", "fish", "0"], 2, /^error: "0" is no number of pods/],
        [["market", "fruit", "5-3"], 2, /^error: "5-3" is no number of pods/],
        [["market", "fruit", "many"], 2, /^error: "many" is no number of pods/],
        [["market", "fish", "2-5"], 2, /^error: fish has no autoscaler, so it needs one number, not 2-5\.\n$/],
        [["market", "ledger", "2"], 2, /^error: market has no service "ledger"\. It runs: fish, fruit, till\.\n$/],
        [
            ["harbour", "fish", "2"],
            1,
            /^error: harbour is delivered by Argo CD from git[^]*\n {6,}harbour:\n +services:\n +fish:\n +minReplicas: 2\n +maxReplicas: 2\n {2}2\. npm run deploy -- dev/,
        ],
    ];
    for (const [args, expected, message] of mistakes) {
        it(`refuses ${args.join(" ")}`, async () => {
            const { code, stderr } = await runReal(cluster(), ["scale", "dev", ...args]);
            assert.equal(code, expected);
            assert.match(stderr, message);
            assert.deepEqual(cluster().changes, []);
        });
    }
});

describe("npm run logs", () => {
    it("shows what the pods of a system print, each line with its pod", async () => {
        openMarket(cluster());
        const { code, stdout, stderr } = await runReal(cluster(), ["logs", "dev", "market", "--since", "10m"]);
        assert.equal(code, 0, stderr);
        const lines = stdout.slice(stdout.indexOf("\n\n") + 2).trimEnd();
        assert.deepEqual(lines.split("\n").sort(), [
            "fish-1 app fish is fresh",
            "fish-1 app fish is sold",
            "fruit-1 app fruit is fresh",
            "fruit-1 app fruit is sold",
        ]);
        assert.ok(
            cluster().reads.includes(
                "/api/v1/namespaces/market/pods/fish-1/log?container=app&timestamps=false&tailLines=100&sinceSeconds=600",
            ),
        );
    });

    it("shows one service alone, also as JSON", async () => {
        openMarket(cluster());
        const { stdout } = await runReal(cluster(), ["logs", "dev", "market", "fish", "--json", "--tail", "5"]);
        assert.deepEqual((JSON.parse(stdout) as { lines: unknown }).lines, [
            { pod: "fish-1", container: "app", line: "fish is fresh" },
            { pod: "fish-1", container: "app", line: "fish is sold" },
        ]);
    });

    it("says without credentials what kubectl would be asked", async () => {
        const args = ["logs", "dev", "market", "fish", "--follow", "--since", "10m"];
        const { code, stdout } = await runReal(cluster(), args, { env: {} });
        assert.equal(code, 0);
        assert.match(
            stdout,
            /1\. kubectl logs --all-containers --prefix --namespace market --selector \S+ --tail 100 --since 600s --follow\n$/,
        );
        assert.deepEqual(cluster().reads, []);
    });

    it("is not silenced by a pod that has none", async () => {
        openMarket(cluster());
        cluster().texts.delete("/api/v1/namespaces/market/pods/fish-1/log");
        const { code, stdout } = await runReal(cluster(), ["logs", "dev", "market"]);
        assert.equal(code, 0);
        assert.match(stdout, /\nfish-1 app \(The API server answers GET .*\/fish-1\/log with 404: /);
        assert.match(stdout, /\nfruit-1 app fruit is sold\n/);
    });

    const mistakes: readonly (readonly [args: readonly string[], message: RegExp])[] = [
        [["meat"], /^error: market runs no "meat"\. It runs: fish, fruit, ledger, till\.\n$/],
        [["--since", "yesterday"], /^error: --since is "yesterday", but must be a time such as /],
        [["--tail", "-1"], /^error: --tail /],
    ];
    for (const [args, message] of mistakes) {
        it(`refuses ${args.join(" ")}`, async () => {
            const { code, stderr } = await runReal(cluster(), ["logs", "dev", "market", ...args]);
            assert.equal(code, 2);
            assert.match(stderr, message);
        });
    }
});
