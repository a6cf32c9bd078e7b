import type { AddonName } from "../../config/schema";
import { tracingNamespace, collectorName, traceCollector } from "../addons/tracingNames";
import { controlPlanePorts, linkerdNamespace, proxyMetricsPort, proxyPort } from "../apiService/mesh";
import type { ServiceSpec } from "../apiService/spec";
import { exporterPort } from "../cache/exporter";
import { cachePort } from "../cache/serverConfig";
import { definitionsBackupName } from "../backup/definitionsNames";
import { engines } from "../database/engines";
import { gatewayNamespace } from "../gateway/names";
import { monitoringNamespace } from "../observability/names";
import type { PlannedSystem } from "./declaration";

/** Connections that a declaration asks for, or that the platform adds for what it declares. All are TCP; DNS is UDP, too. */
export interface Flow {
    /** Who opens the connection: `namespace/name` of a pod, or one of `ends`. */
    readonly from: string;
    readonly to: string;
    readonly port: number;
    readonly why: string;
}

/** Ends of flows that are no pods of a system. */
export const ends = {
    dns: "kube-system/DNS",
    prometheus: `${monitoringNamespace}/Prometheus`,
    gateway: `${gatewayNamespace}/Envoy`,
    collector: `${tracingNamespace}/${collectorName}`,
    meshControlPlane: `${linkerdNamespace}/control plane`,
    /** Application and Network Load Balancers, in the public subnets. */
    loadBalancer: "load balancer",
    /** RDS and ElastiCache, in the data subnets. */
    managedStores: "managed stores",
    /** Where every node answers for EKS Pod Identity, 169.254.170.23. */
    podIdentity: "Pod Identity agent",
    /** Public addresses. */
    internet: "internet",
    /** Every address but link-local ones. The API server and AWS have public and private ones that change, so only the port can be named. */
    anywhere: "any address",
    /** On a cluster without AWS an edge is a port of the nodes, and a request has whatever address the caller has. */
    anybody: "anybody outside the cluster",
} as const;

/** What the platform of a system has, as far as flows depend on it. */
export interface FlowSurroundings {
    readonly onAws: boolean;
    readonly addons: ReadonlySet<AddonName>;
    /** Whether the gateway takes every host, whatever load balancer its service asks for. Default false. */
    readonly gatewayTakesAllHosts?: boolean;
}

/** Every connection that a system's pods may open or accept. Nothing else passes; tests/stacks/flowMatrix.test.ts proves it packet by packet. */
export function declaredFlows(system: PlannedSystem, surroundings: FlowSurroundings): Flow[] {
    const { services } = system.declaration;
    const flows = [
        ...Object.entries(services).flatMap(([name, spec]) => serviceFlows(system, name, spec, surroundings)),
        ...storesOf(system).flatMap((store) => storeFlows(system, store, surroundings)),
        ...definitionsFlows(system, surroundings),
    ];
    const pods = new Set([...flows.flatMap(({ from, to }) => [from, to]), ...storesOf(system).map(({ pod }) => pod)]);
    const own = new Set([system.namespace, ...Object.values(services).flatMap(({ namespace }) => namespace ?? [])]);
    const named = [...pods].filter((pod) => own.has(pod.split("/")[0] ?? ""));
    return [...flows, ...named.map((from) => ({ from, to: ends.dns, port: 53, why: "names" }))];
}

interface Store {
    readonly name: string;
    /** What its pods and helpers are called after. */
    readonly prefix: string;
    readonly pod: string;
    /** Where it answers: its pod, or the data subnets. */
    readonly end: string;
    readonly port: number;
    readonly exporterPort: number;
    readonly isDatabase: boolean;
    readonly isManaged: boolean;
    readonly hasReplicas: boolean;
}

function storesOf({ declaration, namespace, placement }: PlannedSystem): Store[] {
    const isManaged = placement === "managed";
    const store = (name: string, prefix: string): Pick<Store, "name" | "prefix" | "pod" | "end" | "isManaged"> => {
        const pod = isManaged ? `${namespace}/${prefix}-exporter` : `${namespace}/${prefix}`;
        return { name, prefix, pod, end: isManaged ? ends.managedStores : pod, isManaged };
    };
    return [
        ...Object.entries(declaration.databases ?? {}).map(([name, spec]) => ({
            ...store(name, spec.kubernetesName ?? name),
            port: engines[spec.engine].port,
            exporterPort: engines[spec.engine].exporter.port,
            isDatabase: true,
            hasReplicas: (spec.readReplicas ?? 0) > 0,
        })),
        ...Object.entries(declaration.caches ?? {}).map(([name, spec]) => ({
            ...store(name, spec.kubernetesName ?? name),
            port: cachePort,
            exporterPort,
            isDatabase: false,
            hasReplicas: false,
        })),
    ];
}

function serviceFlows(
    system: PlannedSystem,
    name: string,
    spec: PlannedSystem["declaration"]["services"][string],
    surroundings: FlowSurroundings,
): Flow[] {
    const { onAws, addons } = surroundings;
    const pod = podOf(system, name);
    const to = (end: string, port: number, why: string): Flow => ({ from: pod, to: end, port, why });
    const from = (end: string, why: string, port = spec.port): Flow => ({ from: end, to: pod, port, why });
    const used = (spec.connections ?? []).map((each) => (typeof each === "string" ? each : each.to));
    return [
        ...storesOf(system)
            .filter((store) => used.includes(store.name))
            .map((store) => to(store.end, store.port, `connection to ${store.name}`)),
        ...(spec.calls ?? []).flatMap((called) => callFlows(system, pod, called)),
        ...(spec.outsideCalls ?? []).map(({ namespace, service, port }) =>
            to(`${namespace}/${service}`, port, "call of another system"),
        ),
        ...edgeFlows(spec.edge, surroundings).map((end) => from(end, "edge")),
        ...(spec.metricsPath !== null && addons.has("monitoring") ? [from(ends.prometheus, "metrics")] : []),
        ...(spec.tracing !== undefined && addons.has("tracing")
            ? [to(ends.collector, traceCollector.port, "traces")]
            : []),
        ...(spec.mesh === undefined ? [] : meshFlows(pod, spec, addons)),
        ...(onAws && spec.awsIdentity !== false ? [to(ends.podIdentity, 80, "AWS credentials")] : []),
        ...(spec.readsPods === true ? [443, 6443].map((port) => to(ends.anywhere, port, "API server")) : []),
        ...(spec.internetAccess === true ? [to(ends.internet, 443, "internet access")] : []),
        ...(spec.strategy?.kind === "blue-green"
            ? [{ from: `${pod}-smoke-test`, to: pod, port: spec.port, why: "smoke test" }]
            : []),
    ];
}

/** On AWS, a system that has backups keeps its ConfigMaps and ExternalSecrets beside them. */
function definitionsFlows(system: PlannedSystem, { onAws }: FlowSurroundings): Flow[] {
    const isBackedUp = storesOf(system).some(({ isDatabase, isManaged }) => isDatabase || !isManaged);
    const from = `${system.namespace}/${definitionsBackupName}`;
    return onAws && isBackedUp
        ? [
              { from, to: ends.podIdentity, port: 80, why: "AWS credentials" },
              { from, to: ends.anywhere, port: 443, why: "API server and AWS" },
          ]
        : [];
}

function podOf({ declaration, namespace }: PlannedSystem, service: string): string {
    return `${declaration.services[service]?.namespace ?? namespace}/${service}`;
}

function callFlows(system: PlannedSystem, pod: string, called: string): Flow[] {
    const { port = 0, mesh } = system.declaration.services[called] ?? {};
    const flow = { from: pod, to: podOf(system, called), why: "call" };
    return [{ ...flow, port }, ...(mesh === undefined ? [] : [{ ...flow, port: proxyPort }])];
}

/** In the mesh, whoever may come to the container may come to its proxy as well. */
function meshFlows(pod: string, spec: ServiceSpec, addons: ReadonlySet<AddonName>): Flow[] {
    const scraped = addons.has("monitoring")
        ? [
              ...(spec.metricsPath === null ? [] : [{ port: proxyPort, why: "metrics" }]),
              { port: proxyMetricsPort, why: "metrics of the proxy" },
          ]
        : [];
    return [
        ...controlPlanePorts.map((port) => ({ from: pod, to: ends.meshControlPlane, port, why: "mesh" })),
        ...scraped.map((flow) => ({ from: ends.prometheus, to: pod, ...flow })),
    ];
}

function edgeFlows(
    edge: ServiceSpec["edge"],
    { onAws, addons, gatewayTakesAllHosts = false }: FlowSurroundings,
): string[] {
    if (edge === undefined) {
        return [];
    }
    if (!onAws) {
        return [ends.anybody];
    }
    const isOnGateway = edge.kind === "gateway" || (gatewayTakesAllHosts && edge.host !== undefined);
    return isOnGateway ? (addons.has("envoyGateway") ? [ends.gateway] : []) : [ends.loadBalancer];
}

function storeFlows(
    { namespace }: PlannedSystem,
    { name, prefix, pod, end, port, exporterPort: metrics, isDatabase, isManaged, hasReplicas }: Store,
    { onAws, addons }: FlowSurroundings,
): Flow[] {
    const monitored = addons.has("monitoring");
    // ElastiCache takes its snapshots itself; caches in the cluster are backed up by jobs, as all databases are.
    const workers = [
        ...(isDatabase || !isManaged ? ["backup", "restore"] : []),
        ...(isDatabase && isManaged && hasReplicas ? ["master-login"] : []),
    ];
    return [
        ...(monitored ? [{ from: ends.prometheus, to: pod, port: metrics, why: `metrics of ${name}` }] : []),
        ...(monitored && isManaged ? [{ from: pod, to: end, port, why: `metrics of ${name}` }] : []),
        ...workers.flatMap((worker) => {
            const from = `${namespace}/${prefix}-${worker}`;
            return [
                { from, to: end, port, why: worker },
                ...(onAws
                    ? [
                          { from, to: ends.podIdentity, port: 80, why: "AWS credentials" },
                          { from, to: ends.anywhere, port: 443, why: "AWS" },
                      ]
                    : []),
            ];
        }),
    ];
}
