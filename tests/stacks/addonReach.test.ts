import assert from "node:assert/strict";
import { simulateStack } from "../harness";
import { otlpPorts, traceCollector, traceStore, tracingNamespace } from "../../components/addons/tracingNames";
import { prometheusPodLabels } from "../../components/observability/names";
import { objects, Reach, type Endpoint, type Pod } from "./reach";

/** What the pods of a namespace accept and open, as somebody read it from the charts: ports by who is at the other end. */
interface Flows {
    readonly fromAnywhere?: readonly number[];
    readonly fromPrometheus?: readonly number[];
    /** From pods of any namespace, but from no other address. */
    readonly fromPods?: readonly number[];
    readonly toAnywhere?: readonly number[];
    readonly toAnywhereByUdp?: readonly number[];
    readonly toPrometheus?: readonly number[];
    readonly toPodIdentity?: readonly number[];
    /** Whether its own pods may be opened; what lets them in is the chart's. */
    readonly toOwn?: boolean;
}

const api = [443, 6443];

const expected: Readonly<Record<string, Flows>> = {
    "argo-rollouts": { fromPrometheus: [8090], toAnywhere: api, toPrometheus: [9090] },
    argocd: { toAnywhere: [22, ...api], toOwn: true },
    "aws-load-balancer-controller": {
        fromAnywhere: [9443],
        fromPrometheus: [8080, 9443],
        toAnywhere: api,
        toPodIdentity: [80],
    },
    "cert-manager": {
        fromAnywhere: [10250],
        fromPrometheus: [9402, 10250],
        toAnywhere: [53, 80, ...api],
        toAnywhereByUdp: [53],
        toPodIdentity: [80],
    },
    "cluster-autoscaler": { fromPrometheus: [8085], toAnywhere: api, toPodIdentity: [80] },
    "external-dns": { fromPrometheus: [7979], toAnywhere: api, toPodIdentity: [80] },
    "external-secrets": {
        fromAnywhere: [10250],
        fromPrometheus: [8080, 10250],
        toAnywhere: api,
        toPodIdentity: [80],
    },
    logging: { fromPrometheus: [2020], toAnywhere: api, toPodIdentity: [80] },
    tracing: { fromPods: [4317, 4318], fromPrometheus: [4317, 4318], toAnywhere: api },
    reloader: { fromPrometheus: [9090], toAnywhere: api },
    "vertical-pod-autoscaler": { toAnywhere: api },
};

/** Labels of the pods that the flows are about, where not all pods of a namespace are alike. */
const labelsIn: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    [tracingNamespace]: traceCollector.podLabels,
};

const ports = [
    22, 53, 80, 443, 2020, 4317, 4318, 5432, 6379, 6443, 7979, 8000, 8080, 8085, 8090, 9090, 9402, 9443, 10250,
];

const internet: Endpoint = { address: "93.184.215.14" };
const podIdentity: Endpoint = { address: "169.254.170.23" };
const prometheus: Pod = { namespace: "monitoring", name: "prometheus", labels: prometheusPodLabels };
const dns: Pod = { namespace: "kube-system", name: "coredns", labels: { "k8s-app": "kube-dns" } };
const stranger: Pod = { namespace: "techcommerce", name: "stranger", labels: {} };

for (const stack of ["dev", "staging", "prod"]) {
    describe(`the namespaces of add-ons of the ${stack} stack`, () => {
        let reach: Reach;
        let namespaces: readonly string[];
        before(async () => {
            const graph = await simulateStack(stack);
            reach = new Reach(graph, { pods: [], policies: [] });
            const all = objects(graph, "Namespace").map(({ metadata }) => metadata.name);
            namespaces = all.filter((name) => expected[name] !== undefined);
        });

        it("are closed but for exactly what the charts' pods need", () => {
            assert.ok(namespaces.length >= 8, namespaces.join(", "));
            for (const namespace of namespaces) {
                const flows = expected[namespace] ?? {};
                const pod: Pod = {
                    namespace,
                    name: "any",
                    labels: labelsIn[namespace] ?? { "app.kubernetes.io/name": namespace },
                };
                const passing = (from: Endpoint, to: Endpoint, protocol: "TCP" | "UDP" = "TCP"): number[] =>
                    ports.filter((port) => reach.stoppedBy(from, to, port, protocol) === undefined);
                const open: Readonly<Record<string, unknown>> = {
                    fromAnywhere: passing(internet, pod),
                    fromStranger: passing({ ...stranger, namespace: "elsewhere" }, pod),
                    fromPrometheus: passing(prometheus, pod),
                    toAnywhere: passing(pod, internet),
                    toAnywhereByUdp: passing(pod, internet, "UDP"),
                    toStranger: passing(pod, stranger),
                    toPrometheus: passing(pod, prometheus),
                    toPodIdentity: passing(pod, podIdentity).filter((port) => port === 80),
                    toOwn: reach.stoppedBy(pod, pod, 8081) !== "egress",
                    toDns: [passing(pod, dns), passing(pod, dns, "UDP")],
                };
                assert.deepEqual(
                    open,
                    {
                        fromAnywhere: flows.fromAnywhere ?? [],
                        fromStranger: flows.fromPods ?? flows.fromAnywhere ?? [],
                        fromPrometheus: flows.fromPrometheus ?? [],
                        toAnywhere: flows.toAnywhere ?? [],
                        toAnywhereByUdp: flows.toAnywhereByUdp ?? [],
                        toStranger: [],
                        toPrometheus: flows.toPrometheus ?? [],
                        toPodIdentity: flows.toPodIdentity ?? [],
                        toOwn: flows.toOwn ?? false,
                        toDns: [[53], [53]],
                    },
                    namespace,
                );
            }
        });

        it("let traces go to their store, which calls nobody", () => {
            const collector: Pod = { namespace: tracingNamespace, name: "collector", labels: traceCollector.podLabels };
            const store: Pod = { namespace: tracingNamespace, name: "store", labels: traceStore.podLabels };
            assert.equal(
                reach.stoppedBy(collector, store, otlpPorts.grpc) === "egress",
                !namespaces.includes("tracing"),
            );
            for (const to of [internet, dns, prometheus, collector]) {
                assert.deepEqual(
                    ports.filter((port) => reach.stoppedBy(store, to, port) !== "egress"),
                    [],
                );
            }
        });

        it("give a pod that is taken over no way into a system, and a pod of a system none to a controller's metrics", () => {
            for (const namespace of namespaces) {
                const pod: Pod = { namespace, name: "any", labels: {} };
                for (const other of reach.pods.filter((each) => each.namespace !== namespace)) {
                    for (const port of Object.values(other.ports ?? {})) {
                        assert.notEqual(reach.stoppedBy(pod, other, port), undefined, `${namespace} → ${other.name}`);
                    }
                }
            }
        });
    });
}
