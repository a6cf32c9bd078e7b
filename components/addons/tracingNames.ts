import type { TracingContext } from "../context";

/** Where traces are collected and kept. */
export const tracingNamespace = "tracing";

/** Ports of OTLP, by protocol. Source: OpenTelemetry Protocol specification. */
export const otlpPorts = { grpc: 4317, http: 4318 } as const;

/** Name of the collector and of its Service. */
export const collectorName = "otel-collector";

/** What services build on. They choose which requests they record; the collector keeps all that it gets. */
export const traceCollector = {
    endpoint: `http://${collectorName}.${tracingNamespace}.svc.cluster.local:${otlpPorts.http}`,
    protocol: "http/protobuf",
    port: otlpPorts.http,
    namespace: tracingNamespace,
    podLabels: { "app.kubernetes.io/name": "opentelemetry-collector" },
} as const satisfies TracingContext;

/** The store and its query page: `kubectl -n tracing port-forward service/jaeger 16686`. */
export const traceStore = {
    name: "jaeger",
    podLabels: { "app.kubernetes.io/name": "jaeger" },
    queryPort: 16686,
} as const;
