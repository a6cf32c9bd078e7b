import assert from "node:assert/strict";
import { simulateStack, type ResourceGraph } from "../harness";
import { assertOnSharedGateway } from "./sharedGateway";
import {
    amounts,
    assertHardened,
    probePaths,
    secretKeysOf,
    SystemView,
    type PolicySpec,
    type ServiceSpec,
} from "./systemView";

/** Everything that systems.md asks of system 5, in every environment it runs in. docs/systems.md points at the same places. */

const services = ["frontend", "product-api", "order-api"] as const;
const ports = { frontend: 3000, "product-api": 5000, "order-api": 5001 } as const;

for (const stack of ["dev", "staging", "prod", "local"]) {
    const onAws = stack !== "local";
    const inCluster = stack === "dev" || stack === "local";

    describe(`techcommerce in ${stack}`, () => {
        let graph: ResourceGraph;
        let view: SystemView;
        before(async () => {
            graph = await simulateStack(stack);
            view = new SystemView(graph, "techcommerce", "techcommerce");
        });

        for (const service of services) {
            it(`runs ${service} on port ${ports[service]} behind Service port 80, as user 1001`, () => {
                const container = view.container(service);
                assert.equal(container.ports[0]?.containerPort, ports[service]);
                const { type, ports: served } = view.spec<ServiceSpec>("Service", service);
                assert.equal(type, "ClusterIP");
                assert.deepEqual(
                    served.map(({ port, targetPort }) => [port, targetPort]),
                    [[80, ports[service]]],
                );
                assert.deepEqual(probePaths(container), ["/health", "/ready", "/health"]);
                assert.equal(amounts(container), "250m/256Mi 500m/512Mi");
                assertHardened(view.pod(service), 1001);
            });
        }

        it("has 3 pods of the frontend, 2 of order-api, and 2 to 10 of product-api at 70 % of the CPU", () => {
            const replicas = (service: string): number | undefined =>
                view.spec<{ replicas?: number }>("Deployment", service).replicas;
            assert.deepEqual(services.map(replicas), [3, undefined, 2]);
            assert.deepEqual(view.names("HorizontalPodAutoscaler"), ["product-api"]);
            const { minReplicas, maxReplicas, metrics } = view.spec<{
                minReplicas: number;
                maxReplicas: number;
                metrics: unknown;
            }>("HorizontalPodAutoscaler", "product-api");
            assert.deepEqual([minReplicas, maxReplicas], [2, 10]);
            const target = { type: "Utilization", averageUtilization: 70 };
            assert.deepEqual(metrics, [{ type: "Resource", resource: { name: "cpu", target } }]);
        });

        it("has one public endpoint, the frontend", () => {
            if (stack === "dev") {
                assert.deepEqual(view.names("HTTPRoute"), ["frontend"]);
                return;
            }
            const { type, ports: open } = view.spec<ServiceSpec>("Service", "frontend-public");
            assert.equal(type, onAws ? "LoadBalancer" : "NodePort");
            assert.deepEqual(
                open.map(({ port, targetPort }) => [port, targetPort]),
                [[onAws ? 443 : 80, 3000]],
            );
            assert.deepEqual(
                view.names("Service").filter((name) => name.endsWith("-public")),
                ["frontend-public"],
            );
        });

        it("has a PostgreSQL that both APIs use, and the frontend does not", () => {
            if (inCluster) {
                view.spec("StatefulSet", "postgres");
            } else {
                const { inputs } = graph.one("aws:rds/instance:Instance", "techcommerce-postgres-server-instance");
                assert.deepEqual([inputs.engine, inputs.dbName], ["postgres", "techcommerce"]);
            }
            const databasePorts = (service: string): boolean =>
                view
                    .spec<PolicySpec>("NetworkPolicy", service)
                    .egress.some((rule) => rule.ports.some(({ port }) => port === 5432));
            assert.deepEqual(services.map(databasePorts), [false, true, true]);
        });

        it("keeps credentials and the API key in Secrets, and settings in ConfigMaps", () => {
            assert.deepEqual(view.secretVariables("frontend"), {});
            for (const service of ["product-api", "order-api"]) {
                assert.deepEqual(view.secretVariables(service), {
                    DATABASE_PASSWORD: "postgres-credentials/password",
                    API_KEY: "techcommerce-secrets/API_KEY",
                });
                const settings = view.settings(service);
                assert.equal(settings.DATABASE_NAME, "techcommerce");
                assert.ok(!Object.keys(settings).some((name) => /PASSWORD|API_KEY/.test(name)));
            }
            assert.deepEqual(secretKeysOf(view, "techcommerce-secrets"), ["API_KEY"]);
            const { PRODUCT_API_URL, ORDER_API_URL } = view.settings("frontend");
            assert.deepEqual([PRODUCT_API_URL, ORDER_API_URL], ["http://product-api", "http://order-api"]);
        });

        it("pulls its images by the Secret of a private registry, where the stack has one", () => {
            const pulling = services.map((service) => view.pod(service).imagePullSecrets);
            if (!onAws) {
                assert.deepEqual(pulling, [undefined, undefined, undefined]);
                return;
            }
            assert.deepEqual(pulling, Array(3).fill([{ name: "registry-credentials" }]));
            assert.deepEqual(secretKeysOf(view, "registry-credentials"), ["password", "username"]);
            const { target } = view.spec<{ target: { template: { type: string } } }>(
                "ExternalSecret",
                "registry-credentials",
            );
            assert.equal(target.template.type, "kubernetes.io/dockerconfigjson");
        });

        if (onAws) {
            it("is reached through a network load balancer with TLS", () => {
                if (stack === "dev") {
                    assertOnSharedGateway(view, "frontend", "techcommerce", "shop.dev.example.com");
                    return;
                }
                const { annotations } = graph.object("Service", "frontend-public", "techcommerce").inputs.metadata as {
                    annotations: Record<string, string>;
                };
                const prefix = "service.beta.kubernetes.io/aws-load-balancer";
                assert.equal(annotations[`${prefix}-scheme`], "internet-facing");
                assert.equal(annotations[`${prefix}-nlb-target-type`], "ip");
                assert.match(annotations[`${prefix}-ssl-cert`] ?? "", /^arn:aws:acm:/);
                assert.equal(
                    annotations["external-dns.alpha.kubernetes.io/hostname"],
                    stack === "prod" ? "shop.example.com" : `shop.${stack}.example.com`,
                );
            });

            for (const service of services) {
                it(`alerts about ${service}: restarts > 3 in 10 m, responses > 2 s, errors > 5 %`, () => {
                    const limits = ["PodRestarting", "HighResponseTime", "HighErrorRate"].map((name) => {
                        const alert = view.alert(name, service);
                        return [/[<>] [\d.]+$/.exec(alert.expr)?.[0], alert.for ?? "0m"];
                    });
                    assert.deepEqual(limits, [
                        ["> 3", "0m"],
                        ["> 2", "5m"],
                        ["> 0.05", "5m"],
                    ]);
                    assert.match(view.alert("PodRestarting", service).expr, /\[10m\]/);
                });
            }

            it("alerts about a disk that is more than 85 % full", function () {
                if (!inCluster) {
                    // Storage of RDS grows by itself.
                    const { inputs } = graph.one("aws:rds/instance:Instance", "techcommerce-postgres-server-instance");
                    assert.ok(Number(inputs.maxAllocatedStorage) > Number(inputs.allocatedStorage));
                    return;
                }
                assert.match(view.alert("VolumeNearlyFull", "postgres").expr, /> 0\.85$/);
            });
        } else {
            it("needs no AWS at all", () => {
                assert.deepEqual(
                    graph.all.filter(({ type }) => type.startsWith("aws:")),
                    [],
                );
            });
        }
    });
}
