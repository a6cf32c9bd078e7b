import assert from "node:assert/strict";
import { maxConnections } from "../../components/database/maxConnections";
import { simulateStack, type ResourceGraph } from "../harness";
import { amounts, assertHardened, probePaths, SystemView, type PolicySpec, type ServiceSpec } from "./systemView";

/** Everything that systems.md asks of system 2, in every environment it runs in. docs/systems.md points at the same places. */

const api = "api-python";

for (const stack of ["dev", "staging", "prod", "local"]) {
    const onAws = stack !== "local";

    describe(`employee-management in ${stack}`, () => {
        let graph: ResourceGraph;
        let view: SystemView;
        before(async () => {
            graph = await simulateStack(stack);
            view = new SystemView(graph, "employee-management", `employee-mgmt-${stack}`);
        });

        it("lives in the namespace of its environment", () => {
            graph.object("Namespace", `employee-mgmt-${stack}`);
        });

        it("listens on port 8000 behind Service port 80, where a client stays with its pod for three hours", () => {
            assert.deepEqual(
                view.container(api).ports.map((port) => port.containerPort),
                [8000],
            );
            const { ports, sessionAffinity, sessionAffinityConfig } = view.spec<ServiceSpec>("Service", api);
            assert.deepEqual(
                ports.map(({ port, targetPort }) => [port, targetPort]),
                [[80, 8000]],
            );
            assert.equal(sessionAffinity, "ClientIP");
            assert.deepEqual(sessionAffinityConfig, { clientIP: { timeoutSeconds: 10_800 } });
        });

        it("is probed at /api/v1/health", () => {
            assert.deepEqual(probePaths(view.container(api)), Array(3).fill("/api/v1/health"));
        });

        it("scales from 3 to 10 pods by CPU and memory, with the exact behaviour of its document", () => {
            const { scaleTargetRef, ...scaling } = view.spec<Record<string, unknown>>("HorizontalPodAutoscaler", api);
            const usage = (name: string, averageUtilization: number): object => ({
                type: "Resource",
                resource: { name, target: { type: "Utilization", averageUtilization } },
            });
            assert.equal((scaleTargetRef as { kind: string }).kind, stack === "prod" ? "Rollout" : "Deployment");
            assert.deepEqual(scaling, {
                minReplicas: 3,
                maxReplicas: 10,
                metrics: [usage("cpu", 70), usage("memory", 80)],
                behavior: {
                    scaleUp: {
                        stabilizationWindowSeconds: 0,
                        // "At most 4 pods": the smaller of the two counts.
                        selectPolicy: "Min",
                        policies: [
                            { type: "Percent", value: 100, periodSeconds: 30 },
                            { type: "Pods", value: 4, periodSeconds: 30 },
                        ],
                    },
                    scaleDown: {
                        stabilizationWindowSeconds: 300,
                        selectPolicy: "Min",
                        policies: [
                            { type: "Percent", value: 50, periodSeconds: 60 },
                            { type: "Pods", value: 2, periodSeconds: 60 },
                        ],
                    },
                },
            });
        });

        it("requests 100m and 256Mi, may use 500m and 512Mi, and runs as user 1000", () => {
            assert.equal(amounts(view.container(api)), "100m/256Mi 500m/512Mi");
            assertHardened(view.pod(api), 1000);
        });

        it("has PostgreSQL 16 with 20 GiB, and in prod two replicas that it reads from", () => {
            const { DATABASE_HOST: write, DATABASE_READ_HOST: read } = view.settings(api);
            if (stack === "dev" || stack === "local") {
                const { template, volumeClaimTemplates } = view.spec<{
                    template: { spec: { containers: { image: string }[] } };
                    volumeClaimTemplates: { spec: { resources: { requests: { storage: string } } } }[];
                }>("StatefulSet", "postgres");
                assert.match(template.spec.containers[0]?.image ?? "", /postgres:16\.\d+/);
                assert.deepEqual(
                    volumeClaimTemplates.map((claim) => claim.spec.resources.requests.storage),
                    ["20Gi"],
                );
                assert.equal(read, write);
                return;
            }
            const { inputs } = graph.one("aws:rds/instance:Instance", "employee-management-postgres-server-instance");
            assert.deepEqual([inputs.engine, inputs.engineVersion, inputs.allocatedStorage], ["postgres", "16", 20]);
            const replicas = view
                .ofType("aws:rds/instance:Instance")
                .filter((each) => each.inputs.replicateSourceDb !== undefined);
            assert.equal(replicas.length, stack === "prod" ? 2 : 0);
            assert.equal(read === write, stack !== "prod", `${read} and ${write}`);
        });

        it("opens 10 to 20 connections in each pod, and its database takes all of them", () => {
            const { DB_POOL_MIN, DB_POOL_MAX } = view.settings(api);
            assert.deepEqual([DB_POOL_MIN, DB_POOL_MAX], ["10", "20"]);
            if (stack === "dev" || stack === "local") {
                const { template } = view.spec<{ template: unknown }>("StatefulSet", "postgres");
                assert.match(JSON.stringify(template), /max_connections=220/);
                return;
            }
            const { parameters } = graph.one(
                "aws:rds/parameterGroup:ParameterGroup",
                "employee-management-postgres-server-parameters-postgres16",
            ).inputs as { parameters: { name: string; value: string }[] };
            const { instanceClass } = graph.one(
                "aws:rds/instance:Instance",
                "employee-management-postgres-server-instance",
            ).inputs as { instanceClass: string };
            const raised = parameters.find(({ name }) => name === "max_connections")?.value;
            const accepted = Number(raised ?? maxConnections("postgres", instanceClass));
            // In prod green stands beside blue; ten are for others.
            const pods = stack === "prod" ? 20 : 10;
            assert.ok(accepted >= pods * 20 + 10, String(accepted));
        });

        it("has Redis 7 with 512 MB, and keeps what it finds for 300 seconds", () => {
            assert.equal(view.settings(api).CACHE_TTL_SECONDS, "300");
            if (stack === "dev" || stack === "local") {
                const { template } = view.spec<{ template: { spec: { containers: { image: string }[] } } }>(
                    "StatefulSet",
                    "redis",
                );
                assert.match(template.spec.containers[0]?.image ?? "", /redis:7\.\d+/);
                const config = graph.object("ConfigMap", "redis-config", view.namespace).inputs.data;
                assert.match(JSON.stringify(config), /maxmemory 512mb/);
            } else {
                const { inputs } = graph.one(
                    "aws:elasticache/replicationGroup:ReplicationGroup",
                    "employee-management-redis-server-group",
                );
                assert.deepEqual([inputs.engine, inputs.engineVersion], ["redis", "7.1"]);
            }
        });

        it("keeps settings and feature flags in a ConfigMap, and may read its own ConfigMaps and Secrets only", () => {
            const settings = view.settings(api);
            assert.equal(settings.FEATURE_SELF_SERVICE, String(stack !== "prod"));
            assert.equal(settings.LOG_FORMAT, "json");
            const { rules } = graph.object("Role", api, view.namespace).inputs as { rules: unknown[] };
            const configMap = view.container(api).envFrom[0]?.configMapRef.name;
            assert.deepEqual(rules, [
                { apiGroups: [""], resources: ["configmaps"], resourceNames: [configMap], verbs: ["get"] },
                {
                    apiGroups: [""],
                    resources: ["secrets"],
                    resourceNames: ["api-python-secrets", "postgres-credentials", "redis-credentials"],
                    verbs: ["get"],
                },
            ]);
            assert.equal(view.pod(api).serviceAccountName, api);
        });

        it("denies every flow that is not declared", () => {
            const denied = { podSelector: {}, policyTypes: ["Ingress", "Egress"] };
            assert.deepEqual(view.spec("NetworkPolicy", "default-deny"), denied);
            const { egress } = view.spec<PolicySpec>("NetworkPolicy", api);
            const ports = egress.flatMap((rule) => rule.ports.map(({ port }) => port)).sort((a, b) => a - b);
            // Stores; where there is one, the collector of traces and the agent that gives AWS credentials.
            assert.deepEqual(ports, onAws ? [80, 4318, 5432, 6379] : [5432, 6379]);
        });

        it("traces a tenth of the requests to Jaeger through the collector, where there is one", () => {
            const settings = view.settings(api);
            if (!onAws) {
                assert.equal(settings.OTEL_SDK_DISABLED, "true");
                return;
            }
            assert.deepEqual(
                [settings.OTEL_TRACES_SAMPLER, settings.OTEL_TRACES_SAMPLER_ARG],
                ["parentbased_traceidratio", "0.1"],
            );
            assert.equal(settings.OTEL_EXPORTER_OTLP_ENDPOINT, "http://otel-collector.tracing.svc.cluster.local:4318");
            graph.object("Namespace", "tracing");
        });

        it("replaces versions blue-green in prod: test, switch, watch five minutes, and back by itself", () => {
            if (stack !== "prod") {
                assert.equal(
                    view.spec<{ strategy: { type: string } }>("Deployment", api).strategy.type,
                    "RollingUpdate",
                );
                return;
            }
            const { strategy, progressDeadlineAbort } = view.spec<{
                progressDeadlineAbort: boolean;
                strategy: { blueGreen: Record<string, unknown> };
            }>("Rollout", api);
            const { blueGreen } = strategy;
            assert.deepEqual(
                [blueGreen.activeService, blueGreen.previewService, blueGreen.autoPromotionEnabled],
                [api, "api-python-preview", true],
            );
            assert.ok(Number(blueGreen.scaleDownDelaySeconds) > 300, "blue has to outlive the watch");
            assert.equal(progressDeadlineAbort, true);
            const smoke = JSON.stringify(view.spec("AnalysisTemplate", "api-python-smoke-test"));
            assert.ok(smoke.includes("http://api-python-preview:80/api/v1/health"), smoke);
            const { metrics } = view.spec<{
                metrics: { name: string; interval: string; count: number; successCondition: string }[];
            }>("AnalysisTemplate", "api-python-watch");
            const conditions = Object.fromEntries(metrics.map((each) => [each.name, each.successCondition]));
            assert.match(conditions["error-rate"] ?? "", /<= 5$/);
            assert.match(conditions["latency-p95"] ?? "", /<= 1$/);
            for (const { count, interval } of metrics) {
                assert.deepEqual([count, interval], [10, "30s"]);
            }
        });

        if (onAws) {
            onTheEdge(
                () => view,
                stack === "prod" ? "employee-mgmt.example.com" : `employee-mgmt.${stack}.example.com`,
            );
            observed(() => view, stack);
        }
    });
}

function onTheEdge(view: () => SystemView, host: string): void {
    it(`answers for ${host} with a certificate by Let's Encrypt`, () => {
        const gateway = view().graph.object("Gateway", api, view().namespace).inputs;
        const { annotations } = gateway.metadata as { annotations: Record<string, string> };
        assert.equal(annotations["cert-manager.io/cluster-issuer"], "letsencrypt");
        const { listeners } = gateway.spec as { listeners: { hostname: string; protocol: string; tls: object }[] };
        assert.deepEqual(
            listeners.map(({ hostname, protocol }) => [hostname, protocol]),
            [[host, "HTTPS"]],
        );
        const { acme } = view().graph.object("ClusterIssuer", "letsencrypt").inputs.spec as {
            acme: { server: string };
        };
        assert.match(acme.server, /^https:\/\/acme-(staging-)?v02\.api\.letsencrypt\.org/);
    });

    it("lets a client make 100 requests a minute, with bodies up to 10 MiB, for 60 seconds each", () => {
        const { rateLimit, requestBuffer } = view().spec<{
            rateLimit: { global: { rules: { clientSelectors: unknown[]; limit: object }[] } };
            requestBuffer: object;
        }>("BackendTrafficPolicy", api);
        for (const { clientSelectors, limit } of rateLimit.global.rules) {
            assert.match(JSON.stringify(clientSelectors), /"type":"Distinct"/);
            assert.deepEqual(limit, { requests: 100, unit: "Minute" });
        }
        assert.deepEqual(requestBuffer, { limit: "10Mi" });
        const { rules } = view().spec<{ rules: { timeouts: object }[] }>("HTTPRoute", api);
        assert.deepEqual(
            rules.map((rule) => rule.timeouts),
            [{ request: "60s" }],
        );
    });

    it("answers pages of its own host (CORS)", () => {
        const { cors } = view().spec<{ cors: { allowOrigins: string[] } }>("SecurityPolicy", api);
        assert.deepEqual(cors.allowOrigins, [`https://${host}`]);
    });

    it("keeps static files and what says that it may be kept in a CDN", () => {
        const { inputs } = view().graph.one(
            "aws:cloudfront/distribution:Distribution",
            "employee-management-cdn-distribution",
        );
        assert.deepEqual(inputs.aliases, [`cdn-${host}`]);
        assert.deepEqual(
            (inputs.orderedCacheBehaviors as { pathPattern: string }[]).map((each) => each.pathPattern),
            ["/static/*"],
        );
        assert.deepEqual((inputs.defaultCacheBehavior as { cachedMethods: string[] }).cachedMethods, ["GET", "HEAD"]);
    });

    it("counts what the CDN asks for against the visitor, and believes nobody but CloudFront about who that is", () => {
        type Policy = { clientIPDetection: { xForwardedFor: { trustedCIDRs: string[] } } };
        const { xForwardedFor } = view().spec<Policy>("ClientTrafficPolicy", api).clientIPDetection;
        // As the simulated AWS answers for the list that CloudFront's addresses are in.
        assert.deepEqual(xForwardedFor.trustedCIDRs, ["130.176.0.0/17", "15.158.0.0/16"]);
    });
}

function observed(view: () => SystemView, stack: string): void {
    it("gets recommendations of resources, which nobody applies by himself", () => {
        const { updatePolicy } = view().spec<{ updatePolicy: object }>("VerticalPodAutoscaler", api);
        assert.deepEqual(updatePolicy, { updateMode: "Off" });
    });

    it("is scraped with its stores, the API server, nodes and annotated pods, and rules are looked at every 15 s", () => {
        for (const monitor of [api, ...storeMonitors(stack)]) {
            assert.ok(view().names("ServiceMonitor").includes(monitor), monitor);
        }
        const { values } = view().graph.one("kubernetes:helm.sh/v3:Release", "monitoring-chart").inputs as {
            values: Record<string, { enabled?: boolean; prometheusSpec?: Record<string, unknown> }>;
        };
        for (const part of ["kubeApiServer", "nodeExporter", "kubelet"]) {
            assert.notEqual(values[part]?.enabled, false, part);
        }
        const spec = values.prometheus?.prometheusSpec ?? {};
        assert.equal(spec.evaluationInterval, "15s");
        assert.equal(spec.retention, { dev: "7d", staging: "15d", prod: "30d" }[stack]);
        assert.match(JSON.stringify(spec.additionalScrapeConfigs), /annotated-pods/);
    });

    const alerts: readonly [name: string, component: string, end: string, duration: string][] = [
        ["HighErrorRate", api, "> 0.05", "5m"],
        ["HighResponseTime", api, "> 1", "5m"],
        ["PodDown", api, "== 0", "2m"],
        ["HighCPUUsage", api, "> 0.8", "10m"],
        ["HighMemoryUsage", api, "> 0.9", "5m"],
        ["DatabaseConnectionFailure", api, "> 5", "2m"],
        ["DatabaseDown", "postgres", "== 0", "1m"],
        // The hit rate's target is more than 80 %.
        ["CacheHitRateLow", api, "< 0.8", "10m"],
    ];
    for (const [name, component, end, duration] of alerts) {
        it(`raises ${name} about ${component} (${end}, ${duration})`, () => {
            const alert = view().alert(name, component);
            assert.ok(alert.expr.endsWith(end), alert.expr);
            assert.equal(alert.for, duration);
        });
    }

    it("has dashboards of its performance and its infrastructure", () => {
        const dashboards = view().dashboards();
        const panels = dashboards["API Performance Overview"] ?? [];
        for (const panel of ["Request rate by endpoint", "Latency", "Error rate", "Ready pods"]) {
            assert.ok(panels.includes(panel), `${panel} is not among ${panels.join(", ")}`);
        }
        const infrastructure = dashboards["Pod Resource Usage"] ?? [];
        for (const panel of ["CPU", "Memory", "Network", "Scratch space", "Volumes", "Pods by phase"]) {
            assert.ok(infrastructure.includes(panel), `${panel} is not among ${infrastructure.join(", ")}`);
        }
    });

    it("logs JSON that stays searchable for 37 days and more, which is 7 hot and 30 warm", () => {
        const group = view().graph.one("aws:cloudwatch/logGroup:LogGroup", "employee-management-logs-group").inputs;
        assert.equal(group.name, `/aws/eks/employee-management-${stack}`);
        assert.ok(Number(group.retentionInDays) >= 37, String(group.retentionInDays));
        const { policyDocument } = view().graph.one(
            "aws:cloudwatch/logIndexPolicy:LogIndexPolicy",
            "employee-management-logs-search-indexes",
        ).inputs;
        assert.match(String(policyDocument), /"level"/);
    });

    it("gets its secrets from AWS Secrets Manager, which rotates them", () => {
        const secrets = Object.values(view().secretVariables(api)).map((source) => source.split("/")[0]);
        for (const name of secrets) {
            assert.ok(
                view()
                    .names("ExternalSecret")
                    .includes(name ?? ""),
                name,
            );
        }
        for (const { inputs } of view().ofType("aws:secretsmanager/secretRotation:SecretRotation")) {
            assert.equal((inputs.rotationRules as { automaticallyAfterDays: number }).automaticallyAfterDays, 90);
        }
    });
}

function storeMonitors(stack: string): string[] {
    return stack === "dev" ? ["postgres", "redis"] : ["postgres-exporter", "redis-exporter"];
}
