import assert from "node:assert/strict";
import { boundaryQuota } from "../../../components/addons/boundaries";
import { addonDefinitions } from "../../../components/addons/catalogue";
import { demandOf } from "../../../components/addons/definition";
import { deployAddons } from "./fixture";

interface Named {
    readonly metadata: { readonly name: string; readonly namespace: string };
}

describe("the boundaries of add-ons", () => {
    for (const definition of addonDefinitions.filter(({ flows }) => flows !== undefined)) {
        it(`let ${definition.name} be replaced as a whole at once, with its chart's jobs beside it`, () => {
            for (const replicas of [1, 2]) {
                const quota = boundaryQuota(definition, { replicas });
                const { pods, cpuMillicores, memoryMiB } = demandOf([definition], { replicas }, 0);
                if (quota !== undefined) {
                    assert.ok(Number(quota.pods) >= 2 * pods + 2);
                    assert.ok(Number.parseInt(quota["requests.cpu"] ?? "", 10) >= 2 * cpuMillicores);
                    assert.ok(Number.parseInt(quota["requests.memory"] ?? "", 10) >= 2 * memoryMiB);
                }
            }
        });
    }

    it("hold no quota against what runs on every node", () => {
        const everywhere = addonDefinitions.filter(({ pods }) =>
            Object.values(pods).some(({ count }) => count === "every-node"),
        );
        assert.ok(everywhere.length > 0);
        for (const definition of everywhere) {
            assert.equal(boundaryQuota(definition, { replicas: 2 }), undefined);
        }
    });

    it("are there before the add-on, so that none of its pods ever runs without", async () => {
        const graph = await deployAddons();
        const release = graph.one("kubernetes:helm.sh/v3:Release", "addons-external-secrets");
        const made = ["networking.k8s.io/v1:NetworkPolicy", "core/v1:ResourceQuota", "core/v1:LimitRange"].flatMap(
            (type) =>
                graph
                    .ofType(`kubernetes:${type}`)
                    .filter(({ inputs }) => (inputs as unknown as Named).metadata.namespace === "external-secrets"),
        );
        assert.deepEqual(made.map(({ inputs }) => (inputs as unknown as Named).metadata.name).sort(), [
            "allow-credentials",
            "allow-dns",
            "allow-https",
            "allow-metrics",
            "allow-webhooks",
            "default-deny",
            "limits",
            "quota",
        ]);
        for (const each of made) {
            assert.ok(graph.waitsFor(release, each), each.name);
        }
    });

    it("open nothing to Prometheus where there is none", async () => {
        const graph = await deployAddons({ enabled: { monitoring: false } });
        const open = graph
            .ofType("kubernetes:networking.k8s.io/v1:NetworkPolicy")
            .filter(({ inputs }) => (inputs as unknown as Named).metadata.name === "allow-metrics");
        assert.deepEqual(open, []);
    });
});
