import type { TracingContext } from "../context";
import type { TracingSpec } from "./spec";

/** Who a service is, as its spans say. */
export interface TracedService {
    readonly name: string;
    readonly namespace: string;
    readonly environment: string;
    readonly version: string;
}

/** Share of requests that is recorded unless a service says otherwise. */
const defaultSamplePercent = 10;

/** Names of the variables that are set. */
export const tracingVariableNames = [
    "OTEL_SDK_DISABLED",
    "OTEL_SERVICE_NAME",
    "OTEL_RESOURCE_ATTRIBUTES",
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    "OTEL_EXPORTER_OTLP_PROTOCOL",
    "OTEL_TRACES_SAMPLER",
    "OTEL_TRACES_SAMPLER_ARG",
] as const;

/**
 * The variables by which every OpenTelemetry SDK is configured. A request is recorded by all services it passes, or by none: whoever
 * sees it first decides. Where nothing takes spans, the SDK is told to do nothing, so that no service logs failed exports.
 * Source: OpenTelemetry specification, "Environment variable specification".
 */
export function tracingSettings(
    spec: TracingSpec | undefined,
    service: TracedService,
    tracing: TracingContext | undefined,
): Record<string, string> {
    if (spec === undefined) {
        return {};
    }
    if (tracing === undefined) {
        return { OTEL_SDK_DISABLED: "true" };
    }
    const attributes = {
        "service.namespace": service.namespace,
        "service.version": service.version,
        "deployment.environment.name": service.environment,
    };
    return {
        OTEL_SERVICE_NAME: service.name,
        OTEL_RESOURCE_ATTRIBUTES: Object.entries(attributes)
            .map(([key, value]) => `${key}=${encodeURIComponent(value)}`)
            .join(","),
        OTEL_EXPORTER_OTLP_ENDPOINT: tracing.endpoint,
        OTEL_EXPORTER_OTLP_PROTOCOL: tracing.protocol,
        OTEL_TRACES_SAMPLER: "parentbased_traceidratio",
        OTEL_TRACES_SAMPLER_ARG: String((spec.samplePercent ?? defaultSamplePercent) / 100),
    };
}
