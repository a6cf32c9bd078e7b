import assert from "node:assert/strict";
import * as k8s from "@pulumi/kubernetes";
import { ImageSignaturePolicy } from "../../components/registry/imageSignatures";
import type { KubernetesObject } from "../../simulation/manifests";
import { deploy, simulateStack, stackNames } from "../harness";
import type { LiveObject } from "./client";
import { objectsInOrder } from "./desired";
import { settled, standardClass } from "./surroundings";
import { nameOf, TestCluster } from "./testCluster";
import { changedBy, drain, lack, replicasOf, selects, unreached, violated } from "./workloads";

/** A team's stack needs the one of its platform; every other has the cluster to itself. */
const together = ["prod", "team-shop"];

const groups = [together, ...stackNames().flatMap((stack) => (together.includes(stack) ? [] : [[stack]]))];

/** Who may sign images, as `platform:imageSignatures` says it. */
const signers = {
    "with a key": { publicKey: "-----BEGIN PUBLIC KEY-----\nMFkw\n-----END PUBLIC KEY-----\n" },
    "by a workflow": {
        keyless: {
            issuer: "https://token.actions.githubusercontent.com",
            subject: "https://github.com/your-org/shop/.github/workflows/build.yml@refs/heads/main",
        },
    },
} as const;

const workloadKinds = ["Deployment", "StatefulSet"] as const;

describe("on a real API server", function () {
    this.timeout("10m");
    let cluster: TestCluster;

    before(async function () {
        const missing = TestCluster.missing();
        if (missing !== undefined) {
            console.log(`    skipped: ${missing}`);
            this.skip();
        }
        this.timeout("25m");
        cluster = await TestCluster.start();
    });
    after(() => (cluster as TestCluster | undefined)?.stop());

    for (const [signer, by] of Object.entries(signers)) {
        it(`takes the policy that only images signed ${signer} may run, field by field`, async () => {
            const graph = await deploy(() => {
                const provider = new k8s.Provider("cluster", {});
                const config = { images: ["ghcr.io/your-org/*"], ...by };
                new ImageSignaturePolicy("image-signatures", { provider, config, dependsOn: [] });
            });
            const [policy, ...others] = objectsInOrder(graph.plan);
            assert.ok(policy !== undefined && others.length === 0);
            await cluster.client.apply(policy);
            assert.equal(await changedBy(cluster.client, policy), undefined);
            const misspelt = { ...policy, spec: { ...(policy.spec as object), matchImageReference: [] } };
            await assert.rejects(cluster.client.apply(misspelt), /matchImageReference/);
            await cluster.client.delete(policy);
        });
    }

    for (const stacks of groups) {
        describe(`what ${stacks.join(" and ")} says`, function () {
            this.bail(true);
            const desired: KubernetesObject[] = [];
            let before: readonly string[] = [];

            /** The objects of a kind that the stacks made, as they are now. */
            const live = async (apiVersion: string, kind: string): Promise<LiveObject[]> => {
                const names = new Set(desired.map(nameOf));
                return (await cluster.client.list(apiVersion, kind)).filter((each) => names.has(nameOf(each)));
            };
            const workloads = async (): Promise<LiveObject[]> =>
                (await Promise.all(workloadKinds.map((kind) => live("apps/v1", kind)))).flat();
            const incomplete = async (): Promise<string[]> =>
                (await workloads()).map(lack).filter((each) => each !== undefined);

            it("is accepted, field by field", async () => {
                if (stacks.includes("local")) {
                    await cluster.client.apply(standardClass);
                }
                before = await cluster.inventory();
                for (const stack of stacks) {
                    desired.push(...objectsInOrder((await simulateStack(stack)).plan));
                }
                const refused: string[] = [];
                for (const object of desired) {
                    await cluster.client.apply(object).catch((error: unknown) => {
                        refused.push(`${nameOf(object)}: ${error instanceof Error ? error.message : String(error)}`);
                    });
                }
                assert.deepEqual(refused, []);
                assert.notEqual(desired.length, 0);
            });

            it("becomes available", async () => {
                assert.notEqual((await workloads()).length, 0);
                await settled(incomplete);
            });

            it("has autoscalers that reach what they scale", async () => {
                assert.notEqual((await live("autoscaling/v2", "HorizontalPodAutoscaler")).length, 0);
                for (const rollout of desired.filter(({ kind }) => kind === "Rollout")) {
                    // Argo Rollouts, which is not here, writes the number of pods into a Rollout that names none; without, it has no scale.
                    await cluster.client.merge(rollout, { spec: { replicas: replicasOf(rollout) } });
                }
                await settled(async () =>
                    (await live("autoscaling/v2", "HorizontalPodAutoscaler"))
                        .map(unreached)
                        .filter((each) => each !== undefined),
                );
            });

            it("has disruption budgets that hold, each over the pods of one workload", async () => {
                const withPods = [...workloadKinds, "Rollout"] as readonly string[];
                const budgets = await live("policy/v1", "PodDisruptionBudget");
                const owners = desired.filter(({ kind }) => withPods.includes(kind));
                for (const { metadata, spec } of budgets) {
                    const { selector } = spec as { selector: { matchLabels?: Record<string, string> } };
                    const found = owners.filter(
                        (each) => each.metadata.namespace === metadata.namespace && selects(selector, each),
                    );
                    assert.equal(
                        found.length,
                        1,
                        `${metadata.namespace}/${metadata.name}: ${found.map(nameOf).join()}`,
                    );
                }
                await settled(async () => violated(await live("policy/v1", "PodDisruptionBudget")));
            });

            it("has quotas that let every workload grow to its largest, and nothing beyond", async () => {
                const autoscalers = await live("autoscaling/v2", "HorizontalPodAutoscaler");
                for (const { metadata, spec } of autoscalers) {
                    const { scaleTargetRef: target, maxReplicas } = spec as {
                        scaleTargetRef: { apiVersion: string; kind: string; name: string };
                        maxReplicas: number;
                    };
                    if (target.kind === "Deployment") {
                        const { namespace } = metadata;
                        const scaled = { ...target, metadata: { name: target.name, namespace } } as KubernetesObject;
                        await cluster.client.merge(scaled, { spec: { replicas: maxReplicas } }, "/scale");
                    }
                }
                await settled(incomplete);
                const quotas = await live("v1", "ResourceQuota");
                assert.notEqual(quotas.length, 0);
                for (const { metadata } of quotas) {
                    await assert.rejects(
                        cluster.client.create(hugePod(metadata.namespace)),
                        /exceeded quota/,
                        metadata.namespace,
                    );
                }
                for (const workload of desired.filter(({ kind }) => kind === "Deployment")) {
                    await cluster.client.merge(workload, { spec: { replicas: replicasOf(workload) } }, "/scale");
                }
                await settled(incomplete);
            });

            it("moves off drained nodes without violating a budget", async () => {
                let moved = 0;
                for (const node of (await cluster.client.list("v1", "Node")).filter(isFake)) {
                    const { evicted, violations } = await drain(cluster.client, node);
                    assert.deepEqual(violations, [], nameOf(node));
                    moved += evicted;
                    await settled(incomplete);
                }
                assert.notEqual(moved, 0);
            });

            it("does not change when it is applied again", async () => {
                const changed = [];
                for (const object of desired) {
                    changed.push(await changedBy(cluster.client, object));
                }
                assert.deepEqual(
                    changed.filter((each) => each !== undefined),
                    [],
                );
            });

            it("leaves nothing behind when it is deleted, but the volumes that are to be kept", async () => {
                for (const object of [...desired].reverse()) {
                    await cluster.client.delete(object);
                    if ("finalizers" in object.metadata) {
                        // The operator, which is not here, takes it off when what it made for the object is gone.
                        await cluster.client.merge(object, { metadata: { finalizers: null } });
                    }
                }
                const there = new Set(before);
                const volumes = await cluster.client.list("v1", "PersistentVolume");
                const kept = volumes.filter(isKept);
                const names = new Set(kept.map(nameOf));
                await settled(async () =>
                    (await cluster.inventory()).filter((each) => !there.has(each) && !names.has(each)),
                );
                const gone = new Set(await cluster.inventory());
                assert.deepEqual(
                    before.filter((each) => !gone.has(each)),
                    [],
                );
                for (const volume of kept) {
                    await cluster.client.delete(volume);
                }
            });
        });
    }
});

const isFake = ({ metadata }: LiveObject): boolean => metadata.annotations?.["kwok.x-k8s.io/node"] === "fake";

const isKept = ({ spec }: LiveObject): boolean =>
    (spec as { persistentVolumeReclaimPolicy?: string }).persistentVolumeReclaimPolicy === "Retain";

/** A hardened pod that asks for more than any quota has. */
function hugePod(namespace: string | undefined): KubernetesObject {
    const amounts = { cpu: "1000", memory: "1000Ti" };
    return {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name: "huge", ...(namespace !== undefined && { namespace }) },
        spec: {
            securityContext: { runAsNonRoot: true, runAsUser: 65534, seccompProfile: { type: "RuntimeDefault" } },
            containers: [
                {
                    name: "huge",
                    image: "registry.example.com/huge:1",
                    resources: { requests: amounts, limits: amounts },
                    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
                },
            ],
        },
    };
}
