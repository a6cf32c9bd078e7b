import assert from "node:assert/strict";
import type { AddonStep } from "../../../components/addons/definition";
import { tracing } from "../../../components/addons/tracing";
import { traceCollector } from "../../../components/addons/tracingNames";
import { context } from "./fixture";

/** A member deep inside an object. */
function at(value: unknown, path: string): unknown {
    return path
        .split("/")
        .reduce<unknown>((found, key) => (found as Record<string, unknown> | undefined)?.[key], value);
}

const [jaeger] = tracing.before as readonly [Extract<AddonStep, { step: "chart" }>];
const collector = tracing.values(context);
const store = jaeger.values(context);
const pipeline = at(collector, "alternateConfig/service/pipelines/traces");

describe("tracing", () => {
    it("leaves out nothing that services decided to record", () => {
        assert.ok(!JSON.stringify(collector).includes("sampl"));
    });

    it("refuses what does not fit before it does anything else with it", () => {
        assert.deepEqual(at(pipeline, "processors"), ["memory_limiter", "k8sattributes", "batch"]);
    });

    it("takes in OTLP by gRPC and by HTTP where services are told to send it", () => {
        const protocols = at(collector, "alternateConfig/receivers/otlp/protocols");
        assert.match(String(at(protocols, "grpc/endpoint")), /:4317$/);
        assert.match(String(at(protocols, "http/endpoint")), /:4318$/);
        assert.equal(traceCollector.endpoint, "http://otel-collector.tracing.svc.cluster.local:4318");
        assert.equal(traceCollector.port, 4318);
        assert.equal(collector.fullnameOverride, "otel-collector");
    });

    it("hands them to Jaeger", () => {
        assert.deepEqual(at(pipeline, "exporters"), ["otlp"]);
        assert.equal(at(collector, "alternateConfig/exporters/otlp/endpoint"), "jaeger.tracing.svc.cluster.local:4317");
        assert.equal(store.fullnameOverride, "jaeger");
        assert.equal(at(store, "userconfig/receivers/otlp/protocols/grpc/endpoint"), "0.0.0.0:4317");
    });

    it("keeps them on a volume for a week, written by one process at a time", () => {
        const badger = at(store, "userconfig/extensions/jaeger_storage/backends/volume/badger");
        assert.deepEqual(badger, {
            directories: { keys: "/badger/keys", values: "/badger/values" },
            ephemeral: false,
            ttl: { spans: "168h" },
        });
        assert.deepEqual(at(store, "jaeger/strategy"), { type: "Recreate" });
        assert.equal(at(store, "jaeger/replicas"), 1);
        const [claim] = store.extraObjects as unknown[];
        const [volume] = at(store, "jaeger/extraVolumes") as unknown[];
        assert.equal(at(claim, "metadata/name"), at(volume, "persistentVolumeClaim/claimName"));
    });

    it("is reached from inside the cluster alone, and Jaeger by the collector and Prometheus", () => {
        assert.deepEqual(collector.service, { type: "ClusterIP" });
        assert.deepEqual(at(collector, "networkPolicy/allowIngressFrom"), [{ namespaceSelector: {} }]);
        const policy = (store.extraObjects as unknown[])[1];
        assert.deepEqual(at(policy, "spec/podSelector/matchLabels"), { "app.kubernetes.io/name": "jaeger" });
        const [traces, metrics] = at(policy, "spec/ingress") as { ports: { port: number }[] }[];
        assert.deepEqual([traces?.ports[0]?.port, metrics?.ports[0]?.port], [4317, 8888]);
        assert.deepEqual(at(policy, "spec/policyTypes"), ["Ingress", "Egress"]);
        assert.equal(at(policy, "spec/egress"), undefined);
    });

    it("may read which pod a span came from, and nothing else", () => {
        assert.deepEqual(
            (at(collector, "clusterRole/rules") as { resources: string[]; verbs: string[] }[]).map(
                ({ resources, verbs }) => [resources, verbs],
            ),
            [
                [
                    ["pods", "namespaces"],
                    ["get", "list", "watch"],
                ],
                [["replicasets"], ["get", "list", "watch"]],
            ],
        );
        assert.equal(at(store, "jaeger/serviceAccount/automountServiceAccountToken"), false);
    });
});
