import type { FakeKubernetes } from "./fakeKubernetes";
import { loggedIn, run, type Result, type World } from "./support";

type Content = Readonly<Record<string, unknown>>;

export const apps = "/apis/apps/v1/namespaces/market";
export const rolloutPath = "/apis/argoproj.io/v1alpha1/namespaces/market/rollouts/till";
export const scalerPath = "/apis/autoscaling/v2/namespaces/market/horizontalpodautoscalers/fruit";

export const labelsOf = (name: string): Record<string, string> => ({
    "app.kubernetes.io/name": name,
    "app.kubernetes.io/part-of": "market",
});

/** A workload in the cluster, of which all pods are ready. */
export function workload(name: string, status: Content = {}, version = "1.0.0"): Content {
    return {
        metadata: { name, namespace: "market", generation: 1, labels: labelsOf(name) },
        spec: {
            replicas: 2,
            template: { spec: { containers: [{ name: "app", image: `market/${name}:${version}` }] } },
        },
        status: { replicas: 2, readyReplicas: 2, updatedReplicas: 2, observedGeneration: 1, ...status },
    };
}

export const healthyRollout = workload("till", { phase: "Healthy", stableRS: "a", currentPodHash: "a" });

/** Puts the market into the cluster, with nothing wrong. */
export function openMarket(cluster: FakeKubernetes): void {
    cluster.put(`${apps}/deployments/fruit`, workload("fruit"));
    cluster.put(`${apps}/deployments/fish`, workload("fish"));
    cluster.put(`${apps}/statefulsets/ledger`, workload("ledger"));
    cluster.put(rolloutPath, healthyRollout);
    cluster.put(scalerPath, {
        metadata: { name: "fruit", namespace: "market" },
        spec: { minReplicas: 2, maxReplicas: 6 },
        status: { currentReplicas: 2, conditions: [{ type: "ScalingActive", status: "True" }] },
    });
    cluster.put("/apis/external-secrets.io/v1/namespaces/market/externalsecrets/keys", {
        metadata: { name: "keys", labels: labelsOf("keys") },
        status: { conditions: [{ type: "Ready", status: "True" }] },
    });
    for (const name of ["fruit-1", "fish-1"]) {
        const service = name.replace(/-1$/, "");
        cluster.put(`/api/v1/namespaces/market/pods/${name}`, {
            metadata: { name, labels: labelsOf(service) },
            spec: { containers: [{ name: "app" }] },
            status: { phase: "Running" },
        });
        cluster.texts.set(`/api/v1/namespaces/market/pods/${name}/log`, `${service} is fresh\n${service} is sold`);
    }
}

/** Runs a command on the market with credentials. */
export function runReal(cluster: FakeKubernetes, args: readonly string[], world: World = {}): Promise<Result> {
    return run(args, {
        project: "market",
        env: loggedIn,
        outputs: { clusterName: "market", kubeconfig: cluster.kubeconfig },
        ...world,
    });
}
