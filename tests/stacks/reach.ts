import type { types } from "@pulumi/kubernetes";
import type { PlannedResource } from "../../simulation/record";
import type { ResourceGraph } from "../harness";

type PolicySpec = types.output.networking.v1.NetworkPolicySpec;
type Peer = types.output.networking.v1.NetworkPolicyPeer;
type Port = types.output.networking.v1.NetworkPolicyPort;
type PodTemplate = types.output.core.v1.PodTemplateSpec;
type Labels = Readonly<Record<string, string>>;

export interface Policy {
    readonly namespace: string;
    readonly spec: PolicySpec;
}

/** An end of a connection: a pod, or an address that no pod has. */
export interface Pod {
    readonly namespace: string;
    readonly name: string;
    readonly labels: Labels;
    /** Numbers of its named ports. */
    readonly ports?: Readonly<Record<string, number>>;
}
export type Protocol = "TCP" | "UDP";
export type Endpoint = Pod | { readonly address: string };

/**
 * Which packets the network policies of a plan let pass. It knows as much of them as the platform uses; what it does not know makes the
 * test fail. Names are what `kubectl` would show: a pod is called as what makes it.
 */
export class Reach {
    readonly pods: readonly Pod[];
    private readonly policies: readonly Policy[];
    private readonly namespaceLabels: ReadonlyMap<string, Labels>;

    /** @param more pods and policies that charts make, which are not in the plan. */
    constructor(
        readonly graph: ResourceGraph,
        more: { readonly pods: readonly Pod[]; readonly policies: readonly Policy[] },
    ) {
        this.pods = [...graph.all.flatMap(podOf), ...more.pods];
        this.policies = [
            ...objects(graph, "NetworkPolicy").map(({ metadata, spec }) => ({
                namespace: metadata.namespace,
                spec: spec as unknown as PolicySpec,
            })),
            ...more.policies,
        ];
        this.namespaceLabels = new Map(
            objects(graph, "Namespace").map(({ metadata }) => [metadata.name, metadata.labels ?? {}]),
        );
    }

    /** The pod of a name, which may be that of what makes it. */
    pod(namespace: string, name: string): Pod {
        const found = this.pods.filter((pod) => pod.namespace === namespace && pod.name === name);
        if (found[0] === undefined || found.length > 1) {
            throw new Error(`expected one pod ${namespace}/${name}, found ${found.length}`);
        }
        return found[0];
    }

    /** The side that stops a connection, or nothing when it passes: out of the caller, and into the one who is called. */
    stoppedBy(
        from: Endpoint,
        to: Endpoint,
        port: number,
        protocol: Protocol = "TCP",
    ): "egress" | "ingress" | undefined {
        if (!this.passes("Egress", from, to, to, port, protocol)) {
            return "egress";
        }
        return this.passes("Ingress", to, from, to, port, protocol) ? undefined : "ingress";
    }

    /** Whether a pod's traffic in a direction is held to policies at all. */
    isHeld(direction: "Egress" | "Ingress", subject: Endpoint): boolean {
        return "labels" in subject && this.policiesOf(direction, subject).length > 0;
    }

    private policiesOf(direction: "Egress" | "Ingress", subject: Pod): readonly Policy[] {
        return this.policies.filter(
            ({ namespace, spec }) =>
                namespace === subject.namespace &&
                directionsOf(spec).includes(direction) &&
                selects(spec.podSelector, subject.labels),
        );
    }

    private passes(
        direction: "Egress" | "Ingress",
        subject: Endpoint,
        other: Endpoint,
        to: Endpoint,
        port: number,
        protocol: Protocol,
    ): boolean {
        if ("address" in subject) {
            return true;
        }
        const policies = this.policiesOf(direction, subject);
        const rules = policies.flatMap(({ namespace, spec }) =>
            direction === "Egress"
                ? (spec.egress ?? []).map((rule) => ({ peers: rule.to, ports: rule.ports, namespace }))
                : (spec.ingress ?? []).map((rule) => ({ peers: rule.from, ports: rule.ports, namespace })),
        );
        return (
            policies.length === 0 ||
            rules.some(
                ({ peers, ports, namespace }) =>
                    anyOf(peers, (peer) => this.isPeer(peer, namespace, other)) &&
                    anyOf(ports, (each) => isPort(each, to, port, protocol)),
            )
        );
    }

    private isPeer({ ipBlock, namespaceSelector, podSelector }: Peer, own: string, end: Endpoint): boolean {
        // Some network plugins hold blocks against pods as well, others do not: no flow between pods may depend on it.
        if (ipBlock !== undefined) {
            return (
                "address" in end &&
                contains(ipBlock.cidr, end.address) &&
                !(ipBlock.except ?? []).some((cidr) => contains(cidr, end.address))
            );
        }
        if ("address" in end) {
            return false;
        }
        const isThere =
            namespaceSelector === undefined
                ? end.namespace === own
                : selects(namespaceSelector, {
                      ...this.namespaceLabels.get(end.namespace),
                      "kubernetes.io/metadata.name": end.namespace,
                  });
        return isThere && (podSelector === undefined || selects(podSelector, end.labels));
    }
}

interface KubernetesObject {
    readonly kind: string;
    readonly metadata: { readonly name: string; readonly namespace: string; readonly labels?: Labels };
    readonly spec: Readonly<Record<string, unknown>>;
}

/** The Kubernetes objects of a kind. */
export function objects(graph: ResourceGraph, kind: string): KubernetesObject[] {
    return graph.all
        .filter(({ type }) => type.startsWith("kubernetes:"))
        .map(({ inputs }) => inputs as unknown as KubernetesObject)
        .filter((object) => object.kind === kind);
}

/** Whether labels are what a selector asks for. */
export function selects(selector: types.output.meta.v1.LabelSelector | undefined, labels: Labels): boolean {
    if (selector?.matchExpressions !== undefined) {
        throw new Error("matchExpressions are not understood");
    }
    return Object.entries(selector?.matchLabels ?? {}).every(([key, value]) => labels[key] === value);
}

/** The pod that a workload makes. */
function podOf({ inputs }: PlannedResource): Pod[] {
    const { kind, metadata, spec } = inputs as unknown as KubernetesObject;
    const template =
        kind === "CronJob"
            ? (spec.jobTemplate as { spec: { template: PodTemplate } }).spec.template
            : ["Deployment", "StatefulSet", "Rollout", "DaemonSet", "Job"].includes(kind)
              ? (spec.template as PodTemplate)
              : kind === "AnalysisTemplate"
                ? jobOf(spec)
                : undefined;
    if (template === undefined) {
        return [];
    }
    const { name, namespace } = metadata;
    const ports = template.spec.containers.flatMap((container) => container.ports ?? []);
    return [
        {
            name,
            namespace,
            labels: template.metadata?.labels ?? {},
            ports: Object.fromEntries(ports.map((port) => [port.name, port.containerPort])),
        },
    ];
}

/** The pods of a test that Argo Rollouts runs as a Job. */
function jobOf({ metrics }: KubernetesObject["spec"]): PodTemplate | undefined {
    const jobs = (metrics as { provider: { job?: { spec: { template: PodTemplate } } } }[]).map(
        ({ provider }) => provider.job?.spec.template,
    );
    return jobs.find((job) => job !== undefined);
}

/** What a policy is about; without its saying so, it is about what comes in. */
function directionsOf(spec: PolicySpec): string[] {
    return spec.policyTypes ?? ["Ingress", ...(spec.egress === undefined ? [] : ["Egress"])];
}

/** An empty or missing list stands for everything. */
function anyOf<T>(list: readonly T[] | undefined, test: (each: T) => boolean): boolean {
    return list === undefined || list.length === 0 || list.some(test);
}

function isPort({ protocol, port, endPort }: Port, to: Endpoint, wanted: number, spoken: Protocol): boolean {
    if (endPort !== undefined) {
        throw new Error("ranges of ports are not understood");
    }
    const number = typeof port === "string" && "ports" in to ? to.ports?.[port] : port;
    return (protocol ?? "TCP") === spoken && (number === undefined || Number(number) === wanted);
}

function contains(cidr: string, address: string): boolean {
    const [network = "", bits = "32"] = cidr.split("/");
    const size = 2 ** (32 - Number(bits));
    return Math.floor(numberOf(network) / size) === Math.floor(numberOf(address) / size);
}

function numberOf(address: string): number {
    return address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
}

/** An address in a range. */
export function addressIn(cidr: string): Endpoint {
    return { address: (cidr.split("/")[0] ?? "").replace(/\d+$/, "17") };
}
