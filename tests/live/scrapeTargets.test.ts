import { strict as assert } from "node:assert";
import { monitoredEndpoints, type KubernetesObject } from "./scrapeTargets";

const labels = { app: "api" };

/** A service with a monitor, as a stack renders it. */
const objects: readonly KubernetesObject[] = [
    {
        kind: "ServiceMonitor",
        metadata: { name: "api", namespace: "shop" },
        spec: {
            jobLabel: "app",
            selector: { matchLabels: labels },
            endpoints: [{ port: "http", path: "/metrics", interval: "30s" }],
        },
    },
    {
        kind: "Service",
        metadata: { name: "api", namespace: "shop", labels },
        spec: { selector: labels, ports: [{ name: "http", targetPort: 8000 }] },
    },
    {
        kind: "Deployment",
        metadata: { name: "api", namespace: "shop" },
        spec: {
            template: {
                metadata: { labels },
                spec: { containers: [{ name: "app", ports: [{ name: "web", containerPort: 8000 }] }] },
            },
        },
    },
];

/** The same with one object changed. */
function changed(kind: string, change: Readonly<Record<string, unknown>>): KubernetesObject[] {
    return objects.map((each) => (each.kind === kind ? { ...each, ...change } : each));
}

describe("What ServiceMonitors lead to", () => {
    it("has the labels that the Prometheus operator gives it", () => {
        const [endpoint] = monitoredEndpoints(objects);
        assert.deepEqual(endpoint, {
            labels: {
                namespace: "shop",
                service: "api",
                job: "api",
                pod: "api-7c9d5b8f6d-x2k4p",
                container: "app",
            },
            path: "/metrics",
            interval: "30s",
        });
    });

    const metadata = { name: "api", namespace: "shop", labels };
    for (const [what, objectsThere, message] of [
        [
            "a Service of another namespace",
            changed("Service", { metadata: { ...metadata, namespace: "other" } }),
            /no Service/,
        ],
        ["a Service without the label", changed("Service", { metadata: { ...metadata, labels: {} } }), /no Service/],
        [
            "a Service without the port",
            changed("Service", { spec: { selector: labels, ports: [{ name: "grpc", targetPort: 8000 }] } }),
            /no Service/,
        ],
        [
            "a Service that selects no pod",
            changed("Service", { spec: { selector: { app: "web" }, ports: [{ name: "http", targetPort: 8000 }] } }),
            /no pod listens/,
        ],
        [
            "a port that no container listens at",
            changed("Service", { spec: { selector: labels, ports: [{ name: "http", targetPort: 9000 }] } }),
            /no pod listens at port 9000/,
        ],
    ] as const) {
        it(`is nothing behind ${what}, which is an error`, () => {
            assert.throws(() => monitoredEndpoints(objectsThere), message);
        });
    }
});
