/** Where traces are collected and kept. */
export const tracingNamespace = "tracing";

/** The collector. Services send it every trace; it decides which are kept, alike for all spans of one. */
export const traceCollector = {
    name: "otel-collector",
    podLabels: { "app.kubernetes.io/name": "opentelemetry-collector" },
    ports: { grpc: 4317, http: 4318 },
} as const;

/** Share of the traces that are kept. */
export const sampledPercent = 10;

/**
 * What a service is told by its environment to send its traces. All of them: were each service to leave some out by itself, the collector
 * would sample what is left once more. Source: OpenTelemetry, "Environment Variable Specification".
 */
export const traceVariables = {
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://${traceCollector.name}.${tracingNamespace}.svc.cluster.local:${traceCollector.ports.http}`,
    OTEL_EXPORTER_OTLP_PROTOCOL: "http/protobuf",
    OTEL_TRACES_EXPORTER: "otlp",
    OTEL_TRACES_SAMPLER: "parentbased_always_on",
} as const;

/** The store and its query page: `kubectl -n tracing port-forward service/jaeger 16686`. */
export const traceStore = {
    name: "jaeger",
    podLabels: { "app.kubernetes.io/name": "jaeger" },
    queryPort: 16686,
} as const;
