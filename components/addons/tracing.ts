import { podsOf } from "../networkPeers";
import { grafanaPodLabels, monitoringNamespace, prometheusPodLabels } from "../observability/names";
import {
    disruptionBudget,
    replicasOf,
    resourcesOf,
    restrictedContainer,
    restrictedPod,
    type AddonDefinition,
    type AddonPod,
    type AddonStep,
} from "./definition";
import { collectorName, otlpPorts, traceCollector, traceStore, tracingNamespace } from "./tracingNames";

const collector: AddonPod = { count: "redundant", cpuMillicores: 50, memoryMiB: 128, memoryLimitMiB: 512 };
const store: AddonPod = { count: "one", cpuMillicores: 50, memoryMiB: 256, memoryLimitMiB: 1024 };

/** Who the images run as. */
const user = 10001;

/** How long a trace can be looked up. Alerts lead to traces of the last hours; older ones are of no use. */
const keptHours = 168;

const volume = { claim: "jaeger-data", path: "/badger", size: "10Gi" } as const;

/** Port of the metrics of both. */
const metricsPort = 8888;

/**
 * Jaeger, with its traces on a volume of its own (Badger): at a tenth of the requests a small platform writes megabytes an hour, which one
 * process and 10 GiB ($0.80 a month) hold for a week. OpenSearch would take two nodes of 2 GiB and an index to look after for the same.
 * While its pod moves, traces wait in the collector or are lost, and nothing else notices.
 */
const jaeger: AddonStep = {
    step: "chart",
    name: traceStore.name,
    namespace: tracingNamespace,
    podSecurity: { level: "restricted" },
    chart: { name: "jaeger", version: "4.11.1", repository: "https://jaegertracing.github.io/helm-charts" },
    values: () => ({
        fullnameOverride: traceStore.name,
        jaeger: {
            // The files belong to one process at a time.
            replicas: 1,
            strategy: { type: "Recreate" },
            resources: resourcesOf(store),
            podSecurityContext: { ...restrictedPod, runAsUser: user, runAsGroup: user, fsGroup: user },
            securityContext: restrictedContainer,
            serviceAccount: { automountServiceAccountToken: false },
            extraVolumes: [
                { name: "data", persistentVolumeClaim: { claimName: volume.claim } },
                { name: "tmp", emptyDir: { sizeLimit: "64Mi" } },
            ],
            extraVolumeMounts: [
                { name: "data", mountPath: volume.path },
                { name: "tmp", mountPath: "/tmp" },
            ],
        },
        userconfig: storeSettings(),
        extraObjects: [claim(), storePolicy()],
    }),
};

/** Jaeger's configuration. Source: the chart's example and cmd/remote-storage/README.md of Jaeger 2. */
function storeSettings(): Record<string, unknown> {
    return {
        service: {
            extensions: ["jaeger_storage", "jaeger_query", "healthcheckv2"],
            pipelines: {
                traces: { receivers: ["otlp"], processors: ["batch"], exporters: ["jaeger_storage_exporter"] },
            },
            telemetry: {
                resource: { "service.name": traceStore.name },
                logs: { level: "info", encoding: "json" },
                metrics: metricsOn("0.0.0.0"),
            },
        },
        extensions: {
            healthcheckv2: { use_v2: true, http: { endpoint: "0.0.0.0:13133" } },
            jaeger_query: { storage: { traces: "volume" }, http: { endpoint: `0.0.0.0:${traceStore.queryPort}` } },
            jaeger_storage: {
                backends: {
                    volume: {
                        badger: {
                            directories: { keys: `${volume.path}/keys`, values: `${volume.path}/values` },
                            ephemeral: false,
                            ttl: { spans: `${keptHours}h` },
                        },
                    },
                },
            },
        },
        receivers: { otlp: { protocols: { grpc: { endpoint: `0.0.0.0:${otlpPorts.grpc}` } } } },
        processors: { batch: {} },
        exporters: { jaeger_storage_exporter: { trace_storage: "volume" } },
    };
}

function metricsOn(host: string): Record<string, unknown> {
    return { level: "normal", readers: [{ pull: { exporter: { prometheus: { host, port: metricsPort } } } }] };
}

/** On the default StorageClass, which is encrypted. It goes with the add-on: traces of a week are no records. */
function claim(): Record<string, unknown> {
    return {
        apiVersion: "v1",
        kind: "PersistentVolumeClaim",
        metadata: { name: volume.claim, namespace: tracingNamespace },
        spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: volume.size } } },
    };
}

/** In come the collector's traces, Prometheus, and Grafana's questions; people come by port-forward, which policies do not apply to. */
function storePolicy(): Record<string, unknown> {
    return {
        apiVersion: "networking.k8s.io/v1",
        kind: "NetworkPolicy",
        metadata: { name: traceStore.name, namespace: tracingNamespace },
        spec: {
            podSelector: { matchLabels: { ...traceStore.podLabels } },
            policyTypes: ["Ingress", "Egress"],
            ingress: [
                {
                    from: [{ podSelector: { matchLabels: { ...traceCollector.podLabels } } }],
                    ports: [{ protocol: "TCP", port: otlpPorts.grpc }],
                },
                {
                    from: [podsOf(monitoringNamespace, prometheusPodLabels)],
                    ports: [{ protocol: "TCP", port: metricsPort }],
                },
                {
                    from: [podsOf(monitoringNamespace, grafanaPodLabels)],
                    ports: [{ protocol: "TCP", port: traceStore.queryPort }],
                },
            ],
            // No `egress`, so nothing goes out.
        },
    };
}

/**
 * Traces: an OpenTelemetry collector that services send to, and Jaeger behind it.
 *
 * A tenth of the requests is recorded, and the service that sees a request first decides (head sampling), so what is not kept costs nothing
 * on the way either. The collector leaves nothing out: were it to sample as well, a tenth of a tenth would be left. Deciding at the end
 * of a trace (tail sampling) would keep every failed one, but every service would have to send everything, to one pod that holds it in
 * memory until then.
 */
export const tracing: AddonDefinition = {
    name: "tracing",
    namespace: tracingNamespace,
    podSecurity: { level: "restricted" },
    chart: {
        name: "opentelemetry-collector",
        version: "0.170.0",
        repository: "https://open-telemetry.github.io/opentelemetry-helm-charts",
    },
    pods: { collector, store },
    // The collector asks the API server where a span came from, and writes to the store, which opens nothing. Whom the store lets in, and who
    // reads the metrics of both, is in policies of their own.
    flows: () => ({
        serves: { podLabels: traceCollector.podLabels, ports: [otlpPorts.grpc, otlpPorts.http] },
        callers: traceCollector.podLabels,
        egress: [
            {
                to: [{ podSelector: { matchLabels: { ...traceStore.podLabels } } }],
                ports: [{ protocol: "TCP", port: otlpPorts.grpc }],
            },
        ],
    }),
    before: [jaeger],
    after: ["awsLoadBalancerController"],
    values: (context) => {
        const { maxUnavailable } = disruptionBudget(collector, context);
        return {
            fullnameOverride: collectorName,
            mode: "deployment",
            image: { repository: "otel/opentelemetry-collector-k8s" },
            command: { name: "otelcol-k8s" },
            replicaCount: replicasOf(collector, context),
            resources: resourcesOf(collector),
            podSecurityContext: { ...restrictedPod, runAsUser: user },
            securityContext: restrictedContainer,
            podDisruptionBudget: maxUnavailable === undefined ? { enabled: false } : { enabled: true, maxUnavailable },
            service: { type: "ClusterIP" },
            ports: {
                ...Object.fromEntries(
                    ["jaeger-compact", "jaeger-thrift", "jaeger-grpc", "zipkin"].map((name) => [
                        name,
                        { enabled: false },
                    ]),
                ),
                metrics: { enabled: true },
            },
            // What it adds to a span: which pod it came from. It may read nothing but that.
            clusterRole: {
                create: true,
                rules: [
                    { apiGroups: [""], resources: ["pods", "namespaces"], verbs: ["get", "list", "watch"] },
                    { apiGroups: ["apps"], resources: ["replicasets"], verbs: ["get", "list", "watch"] },
                ],
            },
            alternateConfig: collectorSettings(),
            networkPolicy: { enabled: true, allowIngressFrom: [{ namespaceSelector: {} }] },
            serviceMonitor: { enabled: context.monitoring, metricsEndpoints: [{ port: "metrics", interval: "30s" }] },
        };
    },
};

/** Source: the components' READMEs, OpenTelemetry collector 0.158. */
function collectorSettings(): Record<string, unknown> {
    // The collector fills this in from its environment.
    const host = "${env:MY_POD_IP}";
    return {
        receivers: {
            otlp: {
                protocols: {
                    grpc: { endpoint: `${host}:${otlpPorts.grpc}` },
                    http: { endpoint: `${host}:${otlpPorts.http}` },
                },
            },
        },
        processors: {
            // First: it refuses what would not fit, before anything else is done with it.
            memory_limiter: { check_interval: "1s", limit_percentage: 80, spike_limit_percentage: 25 },
            k8sattributes: {
                pod_association: [{ sources: [{ from: "connection" }] }],
                extract: {
                    metadata: ["k8s.namespace.name", "k8s.pod.name", "k8s.deployment.name", "k8s.node.name"],
                },
            },
            batch: {},
        },
        exporters: {
            otlp: {
                endpoint: `${traceStore.name}.${tracingNamespace}.svc.cluster.local:${otlpPorts.grpc}`,
                // Inside one namespace, to a pod that only the collector reaches.
                tls: { insecure: true },
                retry_on_failure: { max_elapsed_time: "300s" },
            },
        },
        extensions: { health_check: { endpoint: `${host}:13133` } },
        service: {
            extensions: ["health_check"],
            telemetry: { logs: { encoding: "json" }, metrics: metricsOn(host) },
            pipelines: {
                traces: {
                    receivers: ["otlp"],
                    processors: ["memory_limiter", "k8sattributes", "batch"],
                    exporters: ["otlp"],
                },
            },
        },
    };
}
