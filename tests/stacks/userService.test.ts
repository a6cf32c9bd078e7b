import assert from "node:assert/strict";
import { filesOf } from "../../simulation/files";
import { simulateStack, type ResourceGraph } from "../harness";
import {
    amounts,
    assertHardened,
    egressPorts,
    probePaths,
    secretKeysOf,
    SystemView,
    type PolicySpec,
    type ServiceSpec,
} from "./systemView";

/** Everything that systems.md asks of system 3, in every environment it runs in. docs/systems.md points at the same places. */

const api = "user-service";
const namespace = "microservices";

for (const stack of ["dev", "staging", "prod", "local"]) {
    const onAws = stack !== "local";
    const inCluster = stack === "dev" || stack === "local";

    describe(`user-service in ${stack}`, () => {
        let graph: ResourceGraph;
        let view: SystemView;
        before(async () => {
            graph = await simulateStack(stack);
            view = new SystemView(graph, api, namespace);
        });

        it("lives in microservices, with a PostgreSQL and a Redis that others of the namespace share", () => {
            graph.object("Namespace", namespace);
            const settings = view.settings(api);
            assert.deepEqual([settings.POSTGRES_PORT, settings.REDIS_PORT], ["5432", "6379"]);
            if (!inCluster) {
                graph.one("aws:rds/instance:Instance", "user-service-postgres-user-server-instance");
                graph.one("aws:elasticache/replicationGroup:ReplicationGroup", "user-service-redis-server-group");
                return;
            }
            assert.match(settings.POSTGRES_HOST ?? "", /^postgres-user\./);
            assert.match(settings.REDIS_HOST ?? "", /^redis\./);
            for (const [store, port] of [
                ["postgres-user", 5432],
                ["redis", 6379],
            ] as const) {
                assert.equal(view.spec<ServiceSpec>("Service", store).ports[0]?.port, port);
            }
        });

        it("is reached at port 3002, from inside the cluster only", () => {
            const service = view.spec<ServiceSpec>("Service", api);
            assert.equal(service.type, "ClusterIP");
            assert.deepEqual(
                service.ports.map(({ port, targetPort }) => [port, targetPort]),
                [[3002, 3002]],
            );
            assert.ok(!view.names("Service").includes(`${api}-public`));
            assert.deepEqual(view.names("Ingress"), []);
        });

        it("is rolled out pod by pod", () => {
            const { strategy } = view.spec<{ strategy: object }>("Deployment", api);
            assert.deepEqual(strategy, {
                type: "RollingUpdate",
                rollingUpdate: { maxUnavailable: 0, maxSurge: "25%" },
            });
        });

        it("scales from 3 to 15 pods by CPU and memory, slowly down and fast up", () => {
            const { minReplicas, maxReplicas, metrics, behavior } = view.spec<{
                minReplicas: number;
                maxReplicas: number;
                metrics: { resource: { name: string; target: { averageUtilization: number } } }[];
                behavior: object;
            }>("HorizontalPodAutoscaler", api);
            assert.deepEqual([minReplicas, maxReplicas], [3, 15]);
            assert.deepEqual(
                metrics.map(({ resource }) => [resource.name, resource.target.averageUtilization]),
                [
                    ["cpu", 70],
                    ["memory", 80],
                ],
            );
            assert.deepEqual(behavior, {
                scaleUp: {
                    stabilizationWindowSeconds: 0,
                    selectPolicy: "Max",
                    policies: [{ type: "Percent", value: 100, periodSeconds: 15 }],
                },
                scaleDown: {
                    stabilizationWindowSeconds: 300,
                    selectPolicy: "Max",
                    policies: [{ type: "Pods", value: 1, periodSeconds: 60 }],
                },
            });
        });

        it("loses one pod at a time to node upgrades", () => {
            const { maxUnavailable, unhealthyPodEvictionPolicy } = view.spec<Record<string, unknown>>(
                "PodDisruptionBudget",
                api,
            );
            assert.deepEqual([maxUnavailable, unhealthyPodEvictionPolicy], [1, "AlwaysAllow"]);
        });

        it("has the resources, the user and the read-only root of its document", () => {
            assert.equal(amounts(view.container(api), "ephemeral-storage"), "200m/256Mi/1Gi 1000m/1Gi/2Gi");
            assertHardened(view.pod(api), 1001);
        });

        it("is probed at its health paths, and gets 15 of 30 seconds to be forgotten", () => {
            const container = view.container(api);
            assert.deepEqual(probePaths(container), ["/api/health/live", "/api/health/ready", "/api/health/live"]);
            assert.equal(container.lifecycle.preStop.sleep.seconds, 15);
            assert.equal(view.pod(api).terminationGracePeriodSeconds, 30);
        });

        it("may read its ConfigMap, its Secret and the pods", () => {
            const { rules } = graph.object("Role", api, namespace).inputs as { rules: unknown };
            const configMap = view.container(api).envFrom[0]?.configMapRef.name;
            assert.deepEqual(rules, [
                { apiGroups: [""], resources: ["configmaps"], resourceNames: [configMap], verbs: ["get"] },
                {
                    apiGroups: [""],
                    resources: ["secrets"],
                    resourceNames: ["microservices-secrets"],
                    verbs: ["get"],
                },
                { apiGroups: [""], resources: ["pods"], verbs: ["get", "list", "watch"] },
            ]);
            assert.equal(view.pod(api).serviceAccountName, api);
        });

        it("has the settings of its document", () => {
            const settings = view.settings(api);
            const wanted = {
                NODE_ENV: "production",
                LOG_LEVEL: "info",
                LOG_FORMAT: "json",
                POSTGRES_MAX_CONNECTIONS: "20",
                REDIS_KEY_PREFIX: "user-service:",
                CACHE_TTL: "300",
                RATE_LIMIT_MAX: "100",
            };
            for (const [name, value] of Object.entries(wanted)) {
                assert.equal(settings[name], value, name);
            }
        });

        it("gets all its secrets from microservices-secrets, each once", () => {
            const keys = ["ENCRYPTION_KEY", "INTERNAL_API_KEY", "POSTGRES_USER_PASSWORD", "REDIS_PASSWORD"];
            assert.deepEqual(
                view.secretVariables(api),
                Object.fromEntries(keys.map((key) => [key, `microservices-secrets/${key}`])),
            );
            assert.deepEqual(secretKeysOf(view, "microservices-secrets"), keys);
        });

        it("lets the services of its namespace in, and itself out to its stores and what its rights and its mesh need", () => {
            const policy = view.spec<PolicySpec>("NetworkPolicy", api);
            assert.match(JSON.stringify(policy.ingress[0]?.from[0]), /"kubernetes.io\/metadata.name":"microservices"/);
            const mesh = onAws ? ["TCP/8080", "TCP/8086", "TCP/8090"] : [];
            assert.deepEqual(egressPorts(policy), ["TCP/5432", "TCP/6379", ...mesh, "TCP/443", "TCP/6443"]);
        });

        it("takes as many connections of its database as all of its pods may open", () => {
            if (inCluster) {
                const { template } = view.spec<{ template: unknown }>("StatefulSet", "postgres-user");
                assert.match(JSON.stringify(template), /max_connections=320/);
            }
        });

        it("can be applied by kubectl apply -k", () => {
            const files = filesOf(graph.plan).map(({ path }) => path);
            assert.ok(
                files.includes("user-service/kustomization.yaml") && files.includes("user-service/resources.yaml"),
            );
        });

        if (onAws) {
            meshed(() => view);
            observed(() => view, stack);
            backedUp(() => view, stack);
        }
    });
}

function meshed(view: () => SystemView): void {
    it("is in the mesh, where identities of its namespace alone are answered", () => {
        const { annotations } = view().template(api).metadata;
        assert.equal(annotations["linkerd.io/inject"], "enabled");
        const { accessPolicy, port } = view().spec<{ accessPolicy: string; port: number }>("Server", api);
        assert.deepEqual([accessPolicy, port], ["deny", 3002]);
        assert.deepEqual(view().spec("MeshTLSAuthentication", `${api}-callers`), {
            identityRefs: [{ kind: "Namespace", name: namespace }],
        });
        const { targetRef } = view().spec<{ targetRef: { name: string } }>("AuthorizationPolicy", `${api}-callers`);
        assert.equal(targetRef.name, `${api}-all`);
    });
}

function observed(view: () => SystemView, stack: string): void {
    it("gets recommendations of resources", () => {
        assert.ok(view().names("VerticalPodAutoscaler").includes(api));
    });

    it("is scraped every 15 seconds", () => {
        const { endpoints } = view().spec<{ endpoints: { interval: string }[] }>("ServiceMonitor", api);
        assert.deepEqual(
            endpoints.map(({ interval }) => interval),
            ["15s"],
        );
    });

    const rules: readonly [what: string, name: string, component: string, expr: RegExp, duration: string][] = [
        ["CPU > 80 %", "HighCPUUsage", api, /> 0\.8$/, "5m"],
        ["memory > 85 %", "HighMemoryUsage", api, /> 0\.85$/, "5m"],
        // Whole restarts in ten minutes: more than 0.1 a minute is more than one.
        ["restarts > 0.1 a minute", "PodRestarting", api, /\[10m\]\) > 1$/, "0m"],
        ["service down", "ServiceDown", api, /up\{.*\}\) == 0$/, "1m"],
        ["p95 > 1 s", "HighResponseTime", api, /p95.* > 1$/, "5m"],
        ["errors > 5 %", "HighErrorRate", api, /> 0\.05$/, "5m"],
        ["database connection failures", "DatabaseConnectionFailure", api, /db_connection_errors_total/, "2m"],
        ["Redis connection failures", "CacheConnectionFailure", api, /redis_connection_errors_total/, "2m"],
        ["cache hit rate < 70 %", "CacheHitRateLow", api, /< 0\.7$/, "10m"],
        [
            "batch failures > 0.1 a minute",
            "OperationFailing",
            api,
            /60 \* .*user_batch_operations_total\{.*status="failed"\}.* > 0\.1/,
            "5m",
        ],
    ];
    for (const [what, name, component, expr, duration] of rules) {
        it(`alerts about ${what}, after ${duration}`, () => {
            const alert = view().alert(name, component);
            assert.match(alert.expr, expr);
            assert.equal(alert.for ?? "0m", duration);
        });
    }

    it("is measured by the metrics of its document", () => {
        const text = JSON.stringify(view().graph.ofType("kubernetes:monitoring.coreos.com/v1:PrometheusRule"));
        for (const metric of [
            "http_requests_total",
            "http_request_duration_seconds_bucket",
            "user_cache_hits_total",
            "user_batch_operations_total",
            "user_database_connections_active",
        ]) {
            assert.ok(text.includes(`${metric}{`), metric);
        }
    });

    it("has a dashboard of requests, latency, errors, cache, CPU, memory and its batches", () => {
        const panels = Object.values(view().dashboards()).flat();
        for (const panel of [
            "Request rate",
            "Latency",
            "Error rate",
            "Cache hit rate",
            "CPU",
            "Memory",
            "Operations: batch",
        ]) {
            assert.ok(panels.includes(panel), `${panel} is not among ${panels.join(", ")}`);
        }
    });

    it("logs to a group in which requests are found by their correlation id", () => {
        const { logGroupName, policyDocument } = view().graph.one(
            "aws:cloudwatch/logIndexPolicy:LogIndexPolicy",
            "user-service-logs-search-indexes",
        ).inputs;
        assert.equal(logGroupName, `/aws/eks/user-service-${stack}`);
        assert.match(String(policyDocument), /"correlation_id"/);
    });
}

function backedUp(view: () => SystemView, stack: string): void {
    it("is backed up, where RDS is to any point in time", () => {
        const jobs = view().names("CronJob");
        assert.ok(jobs.includes("postgres-user-backup") && jobs.includes("postgres-user-restore"), jobs.join(", "));
        if (stack !== "dev") {
            const { inputs } = view().graph.one(
                "aws:rds/instance:Instance",
                "user-service-postgres-user-server-instance",
            );
            assert.equal(inputs.backupRetentionPeriod, stack === "prod" ? 35 : 7);
        }
    });
}
