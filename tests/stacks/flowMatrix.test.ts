import assert from "node:assert/strict";
import { tracingNamespace } from "../../components/addons/tracingNames";
import { linkerdNamespace } from "../../components/apiService/mesh";
import { gatewayNamespace, proxyPodLabels } from "../../components/gateway/names";
import { monitoringNamespace, prometheusPodLabels } from "../../components/observability/names";
import { declaredFlows, ends, type Flow } from "../../components/system/flowMatrix";
import { traceCollector } from "../../components/addons/tracingNames";
import { plannedStack } from "../../docs/plannedStack";
import { simulateStack, stackNames, type ResourceGraph } from "../harness";
import { addressIn, Reach, type Endpoint, type Pod } from "./reach";

/**
 * Every ordered pair of pods and other ends, on every port that anybody listens on: what the rendered policies let pass is exactly what the
 * declarations ask for. The kubelet is not among them: traffic between a node and its own pods is always allowed.
 */

const chartPods: Readonly<Record<string, Pod>> = {
    [ends.dns]: { namespace: "kube-system", name: "dns", labels: { "k8s-app": "kube-dns" } },
    [ends.prometheus]: { namespace: monitoringNamespace, name: "prometheus", labels: prometheusPodLabels },
    [ends.gateway]: { namespace: gatewayNamespace, name: "envoy", labels: proxyPodLabels },
    [ends.collector]: { namespace: tracingNamespace, name: "collector", labels: traceCollector.podLabels },
    [ends.meshControlPlane]: { namespace: linkerdNamespace, name: "control-plane", labels: {} },
    // Neighbours that nobody declared.
    "monitoring/stranger": { namespace: monitoringNamespace, name: "stranger", labels: {} },
    "default/stranger": { namespace: "default", name: "stranger", labels: {} },
};

/** Addresses that are no pods', by where they are. */
function addresses(graph: ResourceGraph): Record<string, Endpoint> {
    const subnet = (tier: string, otherwise: string): Endpoint => {
        const found = graph.ofType("aws:ec2/subnet:Subnet").find(({ name }) => name.startsWith(`network-${tier}-`));
        return addressIn(typeof found?.inputs.cidrBlock === "string" ? found.inputs.cidrBlock : otherwise);
    };
    return {
        [ends.loadBalancer]: subnet("public", "198.18.0.0/24"),
        [ends.managedStores]: subnet("data", "198.18.1.0/24"),
        [ends.internet]: { address: "93.184.215.14" },
        [ends.podIdentity]: { address: "169.254.170.23" },
        "instance metadata": { address: "169.254.169.254" },
        "nodes and API server": subnet("private", "10.99.0.0/24"),
        "a neighbour's network": { address: "192.168.7.7" },
    };
}

/** A flow to any address is one to each that is not link-local; one from anybody is one from each that there is. */
function expand(flow: Flow, others: Readonly<Record<string, Endpoint>>): Flow[] {
    const names = Object.keys(others);
    const isLinkLocal = (name: string): boolean => {
        const end = others[name];
        return end !== undefined && "address" in end && end.address.startsWith("169.254.");
    };
    if (flow.to === ends.anywhere) {
        return names.filter((name) => !isLinkLocal(name)).map((to) => ({ ...flow, to }));
    }
    return flow.from === ends.anybody ? names.map((from) => ({ ...flow, from })) : [flow];
}

const text = (from: string, to: string, port: number): string => `${from} → ${to}:${port}`;

for (const stack of stackNames()) {
    describe(`the flow matrix of the ${stack} stack`, () => {
        let reach: Reach;
        let all: Readonly<Record<string, Endpoint>>;
        let own: readonly string[];
        let declared: readonly Flow[];

        before(async () => {
            const { systems, surroundings, platformStack } = plannedStack(process.cwd(), stack);
            const graph = await simulateStack(stack);
            // A team's stack brings no policies of its platform's namespaces, and no subnets.
            const platform = platformStack === undefined ? graph : await simulateStack(platformStack);
            reach = new Reach(graph, { pods: [], policies: [] });
            const pods = Object.fromEntries(reach.pods.map((pod) => [`${pod.namespace}/${pod.name}`, pod]));
            const outside = addresses(platform);
            const namespaces = new Set(
                systems.flatMap(({ namespace, declaration }) => [
                    namespace,
                    ...Object.values(declaration.services).flatMap((each) => each.namespace ?? []),
                ]),
            );
            own = Object.keys(pods).filter((name) => namespaces.has(name.split("/")[0] ?? ""));
            all = { ...Object.fromEntries(own.map((name) => [name, pods[name] as Pod])), ...chartPods, ...outside };
            declared = systems
                .flatMap((system) => declaredFlows(system, surroundings))
                .flatMap((flow) => expand(flow, outside));
        });

        it("is about every pod of the systems, and names no other", () => {
            const named = new Set(declared.flatMap(({ from, to }) => [from, to]));
            assert.deepEqual(
                [...named].filter((name) => !(name in all)),
                [],
            );
            assert.deepEqual(
                own.filter((name) => !named.has(name)),
                [],
            );
            assert.ok(own.length >= 3);
        });

        it("holds every pod in both directions", () => {
            for (const name of own) {
                const end = all[name] as Endpoint;
                assert.ok(reach.isHeld("Ingress", end) && reach.isHeld("Egress", end), name);
            }
        });

        it("is exactly what the rendered policies let pass", () => {
            const listening = reach.pods.flatMap(({ ports = {} }) => Object.values(ports));
            const ports = [...new Set([22, 53, 80, 443, ...listening, ...declared.map(({ port }) => port)])];
            const passing = new Set<string>();
            for (const [from, caller] of Object.entries(all)) {
                for (const [to, called] of Object.entries(all)) {
                    // What is between two others is not the systems' business; a pod reaches itself without any network.
                    if (from === to || (!own.includes(from) && !own.includes(to))) {
                        continue;
                    }
                    for (const port of ports) {
                        if (reach.stoppedBy(caller, called, port) === undefined) {
                            passing.add(text(from, to, port));
                        }
                    }
                }
            }
            const wanted = new Set(declared.map(({ from, to, port }) => text(from, to, port)));
            assert.deepEqual(
                {
                    notDeclared: [...passing].filter((flow) => !wanted.has(flow)),
                    stopped: [...wanted].filter((flow) => !passing.has(flow)),
                },
                { notDeclared: [], stopped: [] },
            );
            assert.ok(passing.size > own.length);
        });

        it("lets every pod resolve names by UDP, and speak UDP to nobody else", () => {
            for (const from of own) {
                for (const [to, end] of Object.entries(all)) {
                    const stopped = reach.stoppedBy(all[from] as Endpoint, end, 53, "UDP");
                    assert.ok(to === from || (stopped === undefined) === (to === ends.dns), text(from, to, 53));
                }
            }
        });
    });
}
