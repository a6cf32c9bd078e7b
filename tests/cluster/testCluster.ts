import type { KubernetesObject } from "../../simulation/manifests";
import { Client, type LiveObject } from "./client";
import { ControlPlane } from "./controlPlane";
import { customResourceDefinitions } from "./operators";
import { builtPrograms, missingGo } from "./programs";
import { contextVariable, fakeNodes, givenCluster, Provisioner, settled } from "./surroundings";

/** Kinds that come and go by themselves. */
const passing = new Set(["Event", "Lease", "EndpointSlice", "Endpoints", "PodMetrics", "NodeMetrics"]);

/** A cluster with the operators' custom resources, fake nodes and volumes: everything that the stacks expect to be there. */
export class TestCluster {
    private constructor(
        readonly client: Client,
        private readonly provisioner: Provisioner,
        private readonly controlPlane: ControlPlane | undefined,
        private readonly cordoned: readonly LiveObject[],
    ) {}

    /** A kubeconfig for it; undefined when it is a given one, which is left to its owner's. */
    get kubeconfig(): string | undefined {
        return this.controlPlane?.kubeconfig;
    }

    /** Why there can be none on this machine; undefined when there can. */
    static missing(): string | undefined {
        return givenCluster(process.env) === undefined ? missingGo() : undefined;
    }

    static async start(): Promise<TestCluster> {
        const given = givenCluster(process.env);
        if (given === undefined && process.env.KUBECONFIG !== undefined) {
            console.log(`    KUBECONFIG is left alone: it counts where ${contextVariable} names one of its contexts`);
        }
        const own = given === undefined ? await ControlPlane.start(await builtPrograms()) : undefined;
        const client = new Client(own?.access ?? (given as NonNullable<typeof given>));
        try {
            await client.discover();
            // Pods belong on the fake nodes: what they would run does not exist.
            const cordoned = (await client.list("v1", "Node")).filter(
                ({ spec }) => (spec as { unschedulable?: boolean } | undefined)?.unschedulable !== true,
            );
            for (const node of cordoned) {
                await client.merge(node, { spec: { unschedulable: true } });
            }
            for (const definition of await customResourceDefinitions()) {
                await client.apply(definition);
            }
            for (const node of fakeNodes()) {
                await client.apply(node);
                await client.merge(node, { status: node.status }, "/status");
            }
            const cluster = new TestCluster(client, new Provisioner(client), own?.controlPlane, cordoned);
            await settled(() => cluster.unready());
            return cluster;
        } catch (error) {
            client.close();
            await own?.controlPlane.stop();
            throw error;
        }
    }

    async stop(): Promise<void> {
        try {
            await this.provisioner.stop();
            if (this.controlPlane === undefined) {
                for (const node of fakeNodes()) {
                    await this.client.delete(node);
                }
                for (const node of this.cordoned) {
                    await this.client.merge(node, { spec: { unschedulable: null } });
                }
            }
        } finally {
            this.client.close();
            await this.controlPlane?.stop();
        }
    }

    /** The name of every object that there is, but those that come and go by themselves. */
    async inventory(): Promise<string[]> {
        const types = (await this.client.discover()).filter(
            ({ kind, verbs }) => verbs.includes("list") && verbs.includes("delete") && !passing.has(kind),
        );
        const found = await Promise.all(types.map((type) => this.client.listType(type)));
        return [...new Set(found.flat().map(nameOf))].sort();
    }

    private async unready(): Promise<string[]> {
        this.controlPlane?.checkAlive();
        const known = new Set(
            (await this.client.discover()).map(({ api, plural }) => `${plural}.${api.split("/")[2]}`),
        );
        const definitions = await this.client.list("apiextensions.k8s.io/v1", "CustomResourceDefinition");
        const nodes = await this.client.list("v1", "Node");
        return [
            ...definitions
                .filter((each) => !known.has(each.metadata.name))
                .map((each) => `${nameOf(each)} is not served`),
            ...nodes.filter((node) => !isTrue(node, "Ready")).map((node) => `${nameOf(node)} is not ready`),
        ];
    }
}

export function nameOf({ kind, metadata: { namespace, name } }: KubernetesObject): string {
    return `${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`;
}

interface Condition {
    readonly type: string;
    readonly status: string;
    readonly message?: string;
}

export function isTrue({ status }: LiveObject, type: string): boolean {
    const { conditions = [] } = (status ?? {}) as { conditions?: readonly Condition[] };
    return conditions.some((each) => each.type === type && each.status === "True");
}
