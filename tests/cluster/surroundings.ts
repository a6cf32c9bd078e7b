import { readFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { parse } from "yaml";
import type { KubernetesObject } from "../../simulation/manifests";
import type { Access, Client, LiveObject } from "./client";

/** Two nodes in each of three zones, so large that any one can be drained. */
export function fakeNodes(): KubernetesObject[] {
    return ["a", "b", "c", "a", "b", "c"].map((zone, index) => {
        const name = `fake-${index}`;
        const capacity = { cpu: "16", memory: "64Gi", pods: "110", "ephemeral-storage": "200Gi" };
        return {
            apiVersion: "v1",
            kind: "Node",
            metadata: {
                name,
                // The annotation is how kwok knows the nodes that are its own, in a cluster that has others.
                annotations: { "kwok.x-k8s.io/node": "fake" },
                labels: {
                    "kubernetes.io/arch": "arm64",
                    "kubernetes.io/hostname": name,
                    "kubernetes.io/os": "linux",
                    "topology.kubernetes.io/region": "us-east-1",
                    "topology.kubernetes.io/zone": `us-east-1${zone}`,
                },
            },
            status: { allocatable: capacity, capacity },
        };
    });
}

/** What kind and minikube have by default; on AWS the platform brings its own classes. */
export const standardClass: KubernetesObject = {
    apiVersion: "storage.k8s.io/v1",
    kind: "StorageClass",
    metadata: { name: "standard", annotations: { "storageclass.kubernetes.io/is-default-class": "true" } },
    provisioner: "rancher.io/local-path",
    reclaimPolicy: "Delete",
    volumeBindingMode: "WaitForFirstConsumer",
};

/** Waits until a question has no complaints left. @throws with those that remain after two minutes. */
export async function settled(question: () => Promise<readonly string[]>, seconds = 120): Promise<void> {
    let complaints: readonly string[] = [];
    for (const until = Date.now() + seconds * 1000; Date.now() < until; await wait(250)) {
        complaints = await question();
        if (complaints.length === 0) {
            return;
        }
    }
    throw new Error(`after ${seconds} s still:\n${complaints.join("\n")}`);
}

const provisionerName = "platform.test/volumes";

/** Does what a volume provisioner does: makes a volume for each claim, and deletes released ones where the class says so. */
export class Provisioner {
    private running = true;
    private readonly loop: Promise<void>;
    private failure: Error | undefined;

    constructor(private readonly client: Client) {
        this.loop = this.run().catch((error: unknown) => {
            this.failure = error instanceof Error ? error : new Error(String(error));
        });
    }

    async stop(): Promise<void> {
        this.running = false;
        await this.loop;
        if (this.failure !== undefined) {
            throw this.failure;
        }
    }

    private async run(): Promise<void> {
        while (this.running) {
            const claims = await this.client.list("v1", "PersistentVolumeClaim");
            const volumes = await this.client.list("v1", "PersistentVolume");
            for (const claim of claims.filter((each) => phaseOf(each) === "Pending")) {
                const volume = await this.volumeFor(claim);
                if (volume !== undefined && !volumes.some(({ metadata }) => metadata.name === volume.metadata.name)) {
                    await this.client.apply(volume);
                }
            }
            for (const volume of volumes.filter((each) => phaseOf(each) === "Released")) {
                const { persistentVolumeReclaimPolicy: policy } = volume.spec as {
                    persistentVolumeReclaimPolicy: string;
                };
                if (policy === "Delete") {
                    await this.client.delete(volume);
                }
            }
            await wait(250);
        }
    }

    /** None before the scheduler has chosen a node for the pod. */
    private async volumeFor(claim: LiveObject): Promise<KubernetesObject | undefined> {
        interface ClaimSpec {
            storageClassName?: string;
            accessModes: string[];
            resources: { requests: { storage: string } };
        }
        const { storageClassName, accessModes, resources } = claim.spec as ClaimSpec;
        const { name, namespace, uid, annotations } = claim.metadata;
        if (annotations?.["volume.kubernetes.io/selected-node"] === undefined) {
            return undefined;
        }
        const classes = await this.client.list("storage.k8s.io/v1", "StorageClass");
        const { reclaimPolicy } = (classes.find(({ metadata }) => metadata.name === storageClassName) ?? {}) as {
            reclaimPolicy?: string;
        };
        return {
            apiVersion: "v1",
            kind: "PersistentVolume",
            metadata: {
                name: `volume-${uid}`,
                // Without it the controller manager takes the volume for one of its own, tries to empty it and calls it failed.
                annotations: { "pv.kubernetes.io/provisioned-by": provisionerName },
            },
            spec: {
                accessModes,
                capacity: resources.requests,
                claimRef: { apiVersion: "v1", kind: "PersistentVolumeClaim", name, namespace, uid },
                hostPath: { path: `/nowhere/${uid}` },
                persistentVolumeReclaimPolicy: reclaimPolicy ?? "Delete",
                storageClassName: storageClassName ?? "",
            },
        };
    }
}

function phaseOf({ status }: LiveObject): string | undefined {
    return (status as { phase?: string } | undefined)?.phase;
}

/** The variable that names the context of a cluster to test on, so that none is used because it happens to be the current one. */
export const contextVariable = "TEST_CLUSTER_CONTEXT";

/**
 * The cluster that `KUBECONFIG` and `TEST_CLUSTER_CONTEXT` name together; undefined when the second is not set.
 *
 * @throws when the context is not there or its server is not on this machine: the test deletes what it finds under its names.
 */
export function givenCluster(environment: Readonly<Record<string, string | undefined>>): Access | undefined {
    const wanted = environment[contextVariable];
    if (wanted === undefined || wanted === "") {
        return undefined;
    }
    const file = environment.KUBECONFIG;
    if (file === undefined || file === "") {
        throw new Error(`${contextVariable} is ${wanted}: needs KUBECONFIG, the file that has this context`);
    }
    interface Named {
        name: string;
        context: { cluster: string; user: string };
        cluster: Record<string, string>;
        user: Record<string, string>;
    }
    const config = parse(readFileSync(file, "utf8")) as Record<"contexts" | "clusters" | "users", Named[] | undefined>;
    const context = config.contexts?.find(({ name }) => name === wanted)?.context;
    const cluster = config.clusters?.find(({ name }) => name === context?.cluster)?.cluster;
    const user = config.users?.find(({ name }) => name === context?.user)?.user;
    if (cluster?.server === undefined || user === undefined) {
        const known = (config.contexts ?? []).map(({ name }) => name).join(", ");
        throw new Error(`${contextVariable} is ${wanted}: ${file} has no such context. It has: ${known}`);
    }
    const { hostname } = new URL(cluster.server);
    if (!["127.0.0.1", "localhost", "[::1]"].includes(hostname)) {
        throw new Error(
            `${contextVariable} is ${wanted}: its API server is ${hostname}; the test deletes what it applies and runs only on 127.0.0.1, localhost or [::1]`,
        );
    }
    const pem = (members: Record<string, string>, name: string): string => {
        const [data, reference] = [members[`${name}-data`], members[name]];
        if (data !== undefined) {
            return Buffer.from(data, "base64").toString("utf8");
        }
        if (reference !== undefined) {
            return readFileSync(path.resolve(path.dirname(file), reference), "utf8");
        }
        throw new Error(`${contextVariable} is ${wanted}: ${file} has no ${name} for it; kind's kubeconfig does`);
    };
    return {
        server: cluster.server.replace(/\/$/, ""),
        authority: pem(cluster, "certificate-authority"),
        credentials:
            user.token === undefined
                ? { certificate: pem(user, "client-certificate"), key: pem(user, "client-key") }
                : { token: user.token },
    };
}
