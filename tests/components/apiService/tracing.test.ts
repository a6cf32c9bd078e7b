import assert from "node:assert/strict";
import type { TracingContext } from "../../../components/context";
import { configMapOf, deployService, manifest } from "./fixture";

const tracing: TracingContext = {
    endpoint: "http://collector.tracing:4318",
    protocol: "http/protobuf",
    port: 4318,
    namespace: "tracing",
    podLabels: { "app.kubernetes.io/name": "collector" },
};

describe("traces of a service", () => {
    it("are a tenth of its requests, sent to the platform's collector", async () => {
        const { data } = configMapOf(await deployService({ tracing: {} }, { tracing }));
        assert.deepEqual(data, {
            OTEL_SERVICE_NAME: "api",
            OTEL_RESOURCE_ATTRIBUTES: "service.namespace=shop,service.version=1.4.2,deployment.environment.name=dev",
            OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector.tracing:4318",
            OTEL_EXPORTER_OTLP_PROTOCOL: "http/protobuf",
            OTEL_TRACES_SAMPLER: "parentbased_traceidratio",
            OTEL_TRACES_SAMPLER_ARG: "0.1",
        });
    });

    it("are as many as the service says", async () => {
        const { data } = configMapOf(await deployService({ tracing: { samplePercent: 100 } }, { tracing }));
        assert.equal(data.OTEL_TRACES_SAMPLER_ARG, "1");
    });

    it("have a way to the collector, and to nothing else there", async () => {
        const { egress } = manifest(await deployService({ tracing: {} }, { tracing }), "NetworkPolicy").spec;
        assert.deepEqual(egress[0], {
            to: [
                {
                    namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "tracing" } },
                    podSelector: { matchLabels: { "app.kubernetes.io/name": "collector" } },
                },
            ],
            ports: [{ protocol: "TCP", port: 4318 }],
        });
    });

    it("are switched off where nobody takes them", async () => {
        const graph = await deployService({ tracing: {} });
        assert.deepEqual(configMapOf(graph).data, { OTEL_SDK_DISABLED: "true" });
        assert.ok(!JSON.stringify(manifest(graph, "NetworkPolicy").spec.egress).includes("tracing"));
    });

    it("are nothing that a service hears of unless it asks", async () => {
        const graph = await deployService({}, { tracing });
        assert.deepEqual(configMapOf(graph).data, {});
        assert.ok(!JSON.stringify(manifest(graph, "NetworkPolicy").spec.egress).includes("tracing"));
    });
});
