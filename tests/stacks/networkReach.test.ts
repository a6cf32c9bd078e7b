import assert from "node:assert/strict";
import { argoRollouts } from "../../components/addons/argoRollouts";
import { otlpPorts, traceCollector, traceStore, tracingNamespace } from "../../components/addons/tracingNames";
import { controlPlanePorts, linkerdNamespace, proxyMetricsPort } from "../../components/apiService/mesh";
import { gatewayClassName, gatewayNamespace } from "../../components/gateway/names";
import { monitoringNamespace, prometheusPodLabels } from "../../components/observability/names";
import type { PlannedSystem } from "../../components/system/declaration";
import { plannedStack } from "../../docs/plannedStack";
import { simulateStack, type ResourceGraph } from "../harness";
import { addressIn, objects, Reach, selects, type Endpoint, type Pod, type Policy } from "./reach";

/** Pods of charts, with the labels that the charts give them. */
const prometheus: Pod = { namespace: monitoringNamespace, name: "prometheus", labels: prometheusPodLabels };
const collector: Pod = {
    namespace: tracingNamespace,
    name: "collector",
    labels: {
        "app.kubernetes.io/name": "opentelemetry-collector",
        "app.kubernetes.io/instance": "tracing",
        component: "standalone-collector",
    },
};
const jaeger: Pod = {
    namespace: tracingNamespace,
    name: traceStore.name,
    labels: { "app.kubernetes.io/name": "jaeger", "app.kubernetes.io/instance": traceStore.name },
};
const rolloutsController: Pod = {
    namespace: argoRollouts.namespace,
    name: "argo-rollouts",
    labels: { "app.kubernetes.io/name": "argo-rollouts", "app.kubernetes.io/component": "rollouts-controller" },
};
const envoyLabels = {
    "app.kubernetes.io/name": "envoy",
    "app.kubernetes.io/component": "proxy",
    "app.kubernetes.io/managed-by": "envoy-gateway",
    "gateway.envoyproxy.io/owning-gatewayclass": gatewayClassName,
};
const envoy: Pod = { namespace: gatewayNamespace, name: "envoy", labels: envoyLabels };
const meshController: Pod = {
    namespace: linkerdNamespace,
    name: "linkerd-destination",
    labels: { "linkerd.io/control-plane-component": "destination" },
};
const dns: Pod = { namespace: "kube-system", name: "coredns", labels: { "k8s-app": "kube-dns" } };
const chartPods = [prometheus, collector, jaeger, rolloutsController, envoy, meshController, dns];

const internet: Endpoint = { address: "93.184.215.14" };
const ports = { postgres: 5432, mysql: 3306, redis: 6379 } as const;

/** The policies that the charts of tracing make: the collector's from its settings (opentelemetry-collector 0.170), Jaeger's as it is. */
function chartPolicies(graph: ResourceGraph): Policy[] {
    const releases = graph.ofType("kubernetes:helm.sh/v3:Release").map(({ inputs }) => inputs);
    const valuesOf = (chart: string): Record<string, never> =>
        (releases.find((release) => release.chart === chart)?.values ?? {}) as Record<string, never>;
    const { networkPolicy, ports: settings } = valuesOf("opentelemetry-collector") as unknown as {
        networkPolicy: { enabled: boolean; allowIngressFrom: never[] };
        ports: Record<string, { enabled: boolean }>;
    };
    assert.ok(networkPolicy.enabled && settings.metrics?.enabled);
    const { extraObjects } = valuesOf("jaeger") as unknown as {
        extraObjects: { kind: string; spec: Policy["spec"] }[];
    };
    return [
        {
            namespace: tracingNamespace,
            spec: {
                podSelector: { matchLabels: { ...collector.labels } },
                ingress: [
                    {
                        from: networkPolicy.allowIngressFrom,
                        ports: [otlpPorts.grpc, otlpPorts.http, 8888].map((port) => ({ port, protocol: "TCP" })),
                    },
                ],
            } as unknown as Policy["spec"],
        },
        ...extraObjects
            .filter(({ kind }) => kind === "NetworkPolicy")
            .map(({ spec }) => ({ namespace: tracingNamespace, spec })),
    ];
}

/** The addresses of the subnets of a tier. */
function subnets(graph: ResourceGraph, tier: string): Endpoint[] {
    const found = graph.ofType("aws:ec2/subnet:Subnet").filter(({ name }) => name.startsWith(`network-${tier}-`));
    assert.ok(found.length > 0);
    return found.map(({ inputs }) => addressIn(String(inputs.cidrBlock)));
}

interface Target {
    readonly monitor: string;
    readonly pod: Pod;
    readonly port: number;
}

/** What Prometheus is told to scrape by the monitors in the plan. */
function targets({ graph, pods }: Reach): Target[] {
    return objects(graph, "ServiceMonitor").flatMap(({ metadata, spec }) => {
        const endpoints = spec.endpoints as { port: string }[];
        const found = objects(graph, "Service")
            .filter((service) => service.metadata.namespace === metadata.namespace)
            .filter((service) => selects(spec.selector as never, service.metadata.labels ?? {}))
            .flatMap((service) =>
                pods
                    .filter((pod) => pod.namespace === metadata.namespace)
                    .filter((pod) => selects({ matchLabels: service.spec.selector } as never, pod.labels))
                    .flatMap((pod) =>
                        endpoints.map(({ port: wanted }) => {
                            const { targetPort } = (
                                service.spec.ports as { name: string; targetPort: number | string }[]
                            ).find(({ name }) => name === wanted) ?? { targetPort: Number.NaN };
                            const port = typeof targetPort === "string" ? pod.ports?.[targetPort] : targetPort;
                            return { monitor: `${metadata.namespace}/${metadata.name}`, pod, port: port ?? Number.NaN };
                        }),
                    ),
            );
        assert.ok(found.length > 0, `${metadata.namespace}/${metadata.name} finds no pod`);
        return found;
    });
}

for (const stack of ["dev", "prod"]) {
    describe(`network policies of the ${stack} stack`, () => {
        const { systems, surroundings } = plannedStack(process.cwd(), stack);
        const { gatewayTakesAllHosts = false } = surroundings;
        const environment = stack;
        let reach: Reach;
        before(async () => {
            const graph = await simulateStack(stack);
            reach = new Reach(graph, { pods: chartPods, policies: chartPolicies(graph) });
        });

        const pass = (from: Endpoint, to: Endpoint, port: number): void =>
            assert.equal(reach.stoppedBy(from, to, port), undefined, describeFlow(from, to, port));
        const stop = (from: Endpoint, to: Endpoint, port: number, by?: "egress" | "ingress"): void => {
            const stopped = reach.stoppedBy(from, to, port);
            assert.ok(stopped !== undefined && (by === undefined || stopped === by), describeFlow(from, to, port));
        };
        const service = (system: PlannedSystem, name: string): Pod =>
            reach.pod(system.declaration.services[name]?.namespace ?? system.namespace, name);
        /** Where a store answers: its pod, or any address of the data subnets. */
        const store = (system: PlannedSystem, name: string): Endpoint[] => {
            const { databases = {}, caches = {} } = system.declaration;
            return system.placement === "managed"
                ? subnets(reach.graph, "data")
                : [reach.pod(system.namespace, (databases[name] ?? caches[name])?.kubernetesName ?? name)];
        };
        const portOf = (system: PlannedSystem, name: string): number =>
            ports[system.declaration.databases?.[name]?.engine ?? "redis"];

        for (const system of systems) {
            const { databases = {}, caches = {}, services } = system.declaration;
            const stores = [...Object.keys(databases), ...Object.keys(caches)];
            for (const [name, spec] of Object.entries(services)) {
                const used = (spec.connections ?? []).map((each) => (typeof each === "string" ? each : each.to));
                it(`${system.name}: ${name} reaches the stores and services that it declares, and names; no others`, () => {
                    const pod = service(system, name);
                    for (const each of stores) {
                        store(system, each).forEach((end) =>
                            (used.includes(each) ? pass : stop)(pod, end, portOf(system, each)),
                        );
                    }
                    for (const [other, { port }] of Object.entries(services).filter(([each]) => each !== name)) {
                        const isCalled = spec.calls?.includes(other) ?? false;
                        (isCalled ? pass : stop)(pod, service(system, other), port);
                    }
                    for (const other of systems.filter((each) => each !== system)) {
                        for (const [foreign, { port, allowedCallers = [] }] of Object.entries(
                            other.declaration.services,
                        )) {
                            assert.deepEqual(
                                allowedCallers.filter(({ namespace }) => namespace === pod.namespace),
                                [],
                            );
                            stop(pod, service(other, foreign), port);
                        }
                    }
                    assert.equal(reach.stoppedBy(pod, dns, 53), undefined);
                });
                if (spec.tracing !== undefined) {
                    it(`${system.name}: ${name} reaches the collector of traces, and not what keeps them`, () => {
                        assert.ok(selects({ matchLabels: { ...traceCollector.podLabels } } as never, collector.labels));
                        pass(service(system, name), collector, traceCollector.port);
                        stop(service(system, name), jaeger, otlpPorts.grpc);
                    });
                }
                if (spec.mesh !== undefined) {
                    it(`${system.name}: ${name}'s proxy reaches the mesh's control plane, and Prometheus the proxy`, () => {
                        controlPlanePorts.forEach((port) => pass(service(system, name), meshController, port));
                        pass(prometheus, service(system, name), proxyMetricsPort);
                        stop(envoy, service(system, name), proxyMetricsPort, "ingress");
                    });
                }
                if (spec.edge !== undefined) {
                    const isOnGateway = spec.edge.kind === "gateway" || gatewayTakesAllHosts;
                    it(`${system.name}: ${name} is reached through its ${isOnGateway ? "gateway" : spec.edge.kind} alone`, () => {
                        const pod = service(system, name);
                        const way = isOnGateway ? [envoy] : subnets(reach.graph, "public");
                        way.forEach((from) => pass(from, pod, spec.port));
                        stop(internet, pod, spec.port, "ingress");
                        stop({ ...envoy, namespace: "default" }, pod, spec.port, "ingress");
                        if (isOnGateway) {
                            subnets(reach.graph, "public").forEach((from) => stop(from, pod, spec.port, "ingress"));
                        } else {
                            stop(envoy, pod, spec.port, "ingress");
                        }
                    });
                }
            }
            for (const name of Object.keys(databases)) {
                it(`${system.name}: the backup of ${name} reaches it and S3, and nobody reaches the backup`, () => {
                    const prefix = databases[name]?.kubernetesName ?? name;
                    const backup = reach.pod(system.namespace, `${prefix}-backup`);
                    store(system, name).forEach((end) => pass(backup, end, portOf(system, name)));
                    pass(backup, { address: "52.216.10.1" }, 443);
                    stop(prometheus, backup, 80, "ingress");
                });
            }
        }

        it("let Prometheus reach everything that a monitor in the plan points to", () => {
            const all = targets(reach);
            assert.ok(all.length >= 2 * systems.length);
            for (const { pod, port } of all) {
                assert.ok(port > 0, `${pod.namespace}/${pod.name}`);
                pass(prometheus, pod, port);
                stop({ ...prometheus, namespace: "default" }, pod, port, "ingress");
            }
        });

        it("let Prometheus reach the add-ons that it scrapes", () => {
            pass(prometheus, collector, 8888);
            pass(prometheus, jaeger, 8888);
            pass(prometheus, rolloutsController, 8090);
            pass(collector, jaeger, otlpPorts.grpc);
        });

        it("let the analysis of a rollout ask Prometheus, and no other controller", () => {
            pass(rolloutsController, prometheus, 9090);
            stop({ ...rolloutsController, namespace: "default" }, prometheus, 9090, "ingress");
            stop(meshController, prometheus, 9090, "ingress");
        });

        it("keep the flows that somebody drew by hand", () => {
            const named = (namespace: string, name: string): Pod => reach.pod(namespace, name);
            const [postgres] = systems
                .filter(({ name }) => name === "techcommerce")
                .flatMap((each) => store(each, "postgres"));
            const [redis] = systems
                .filter(({ name }) => name === "user-service")
                .flatMap((each) => store(each, "redis"));
            assert.ok(postgres !== undefined && redis !== undefined);
            pass(envoy, named(`employee-mgmt-${environment}`, "api-python"), 8000);
            pass(named("frontend", "nginx-front"), named("backend", "flask-app"), 5000);
            pass(named("techcommerce", "frontend"), named("techcommerce", "product-api"), 5000);
            pass(named("techcommerce", "frontend"), named("techcommerce", "order-api"), 5001);
            stop(named("techcommerce", "frontend"), postgres, 5432, "egress");
            stop(named("techcommerce", "product-api"), redis, 6379, "egress");
            stop(named("backend", "flask-app"), internet, 443, "egress");
            stop(named("backend", "flask-app"), named("frontend", "nginx-front"), 80, "egress");
        });
    });
}

function describeFlow(from: Endpoint, to: Endpoint, port: number): string {
    const [caller, called] = [from, to].map((end) => ("address" in end ? end.address : `${end.namespace}/${end.name}`));
    return `${caller} → ${called}:${port}`;
}
