import assert from "node:assert/strict";
import fc from "fast-check";
import type { BlueGreenStrategy, ConnectionSpec, ScalingSpec, ServiceSpec } from "../../../components/apiService/spec";
import { minimumRequests, serviceProblems, type KnownParts } from "../../../components/apiService/validation";
import { userManagement } from "../../../stacks/userManagement";
import { minimal } from "./fixture";

const host = "api.example.com";
const scaling = (change: Partial<ScalingSpec>): Pick<ServiceSpec, "replicas"> => ({
    replicas: { min: 2, max: 4, ...change },
});

const blueGreen = (change: Partial<BlueGreenStrategy>): Pick<ServiceSpec, "strategy"> => ({
    strategy: { kind: "blue-green", smokeTest: { path: "/health" }, ...change },
});

describe("problems of a service", () => {
    it("has none with an image and a port", () => {
        assert.deepEqual(serviceProblems("api", minimal), []);
    });

    it("has none as user-management declares it", () => {
        const { services } = userManagement.declare({
            environment: "prod",
            settings: {
                version: "1.0.0",
                host,
                logLevel: "INFO",
                databaseInstances: {},
                delivery: "pulumi",
                images: "declared",
                services: {},
            },
            addons: new Set(),
        });
        for (const [name, spec] of Object.entries(services)) {
            assert.deepEqual(serviceProblems(name, spec), []);
        }
    });

    const rejected: readonly (readonly [Partial<ServiceSpec>, string, RegExp])[] = [
        [{ image: "ghcr.io/your-org/api:1.0.0" }, "image", /no tag or digest/],
        [{ image: "ghcr.io/your-org/api@sha256:abc" }, "image", /no tag or digest/],
        [{ image: "ghcr.io/Your Org/api" }, "image", /image repository/],
        [{ image: "" }, "image", /image repository/],
        [{ port: 0 }, "port", /from 1 to 65535/],
        [{ port: 80.5 }, "port", /whole number/],
        [{ servicePort: 70000 }, "servicePort", /from 1 to 65535/],
        [{ replicas: 0 }, "replicas", /from 1 to 1000/],
        [scaling({ min: 5 }), "replicas.min", /at most replicas.max, which is 4/],
        [scaling({ min: 0 }), "replicas.min", /from 1 to 1000/],
        [scaling({ cpuPercent: 0 }), "replicas.cpuPercent", /from 1 to 100/],
        [scaling({ memoryPercent: 101 }), "replicas.memoryPercent", /from 1 to 100/],
        [scaling({ scaleUp: { policies: [] } }), "replicas.scaleUp.policies", /at least one policy/],
        [
            scaling({ scaleDown: { policies: [{ type: "Pods", value: 0, periodSeconds: 60 }] } }),
            "replicas.scaleDown.policies.0.value",
            /from 1 to/,
        ],
        [
            scaling({ scaleUp: { policies: [{ type: "Pods", value: 1, periodSeconds: 3600 }] } }),
            "replicas.scaleUp.policies.0.periodSeconds",
            /from 1 to 1800/,
        ],
        [
            scaling({
                scaleUp: {
                    stabilizationWindowSeconds: 4000,
                    policies: [{ type: "Pods", value: 1, periodSeconds: 60 }],
                },
            }),
            "replicas.scaleUp.stabilizationWindowSeconds",
            /from 0 to 3600/,
        ],
        [{ resources: { requests: { cpu: "much", memory: "1Gi" } } }, "resources.requests.cpu", /Kubernetes quantity/],
        [{ resources: { limits: { cpu: "1", memory: "0" } } }, "resources.limits.memory", /above zero/],
        [
            { resources: { requests: { cpu: "1", memory: "256Mi" } } },
            "resources.requests.cpu",
            /at most resources.limits.cpu, which is 500m/,
        ],
        [
            {
                resources: {
                    requests: { cpu: "1", memory: "1Gi", ephemeralStorage: "2Gi" },
                    limits: { cpu: "1000m", memory: "1024Mi" },
                },
            },
            "resources.requests.ephemeralStorage",
            /which is 1Gi/,
        ],
        [{ runAsUser: 0 }, "runAsUser", /from 1/],
        [{ probes: "health" }, "probes", /starts with \//],
        [{ probes: { readiness: { path: "ready" } } }, "probes.readiness.path", /starts with \//],
        [
            { probes: { readiness: { path: "/ready" }, liveness: { path: "/live", periodSeconds: 0 } } },
            "probes.liveness.periodSeconds",
            /from 1/,
        ],
        [{ preStopSeconds: 45 }, "preStopSeconds", /less than gracePeriodSeconds, which is 45/],
        [{ gracePeriodSeconds: 15 }, "preStopSeconds", /less than gracePeriodSeconds, which is 15/],
        [{ preStopSeconds: -1 }, "preStopSeconds", /from 0/],
        [
            { edge: { kind: "alb", host, deregistrationDelaySeconds: 15 } },
            "edge.deregistrationDelaySeconds",
            /less than preStopSeconds, which is 15/,
        ],
        [{ edge: { kind: "alb", host }, preStopSeconds: 0 }, "edge.deregistrationDelaySeconds", /less than preStop/],
        [{ edge: { kind: "alb", host: "localhost" } }, "edge.host", /host name/],
        [{ edge: { kind: "alb", host: "https://api.example.com" } }, "edge.host", /host name/],
        [{ edge: { kind: "gateway", host: "*.example.com" } }, "edge.host", /host name/],
        [{ edge: { kind: "gateway", host, requestsPerMinute: 0 } }, "edge.requestsPerMinute", /from 1/],
        [{ edge: { kind: "gateway", host, timeoutSeconds: 3601 } }, "edge.timeoutSeconds", /from 1 to 3600/],
        [{ edge: { kind: "gateway", host, maxBodyMiB: 101 } }, "edge.maxBodyMiB", /from 1 to 100/],
        [{ edge: { kind: "gateway", host, cors: { origins: [] } } }, "edge.cors.origins", /at least one/],
        [{ edge: { kind: "gateway", host, cors: { origins: ["app"] } } }, "edge.cors.origins.0", /an origin/],
        [
            { edge: { kind: "gateway", host, cors: { origins: ["*"], credentials: true } } },
            "edge.cors.credentials",
            /every page could act/,
        ],
        [
            { edge: { kind: "gateway", host, cors: { origins: ["*"], maxAgeSeconds: 86_401 } } },
            "edge.cors.maxAgeSeconds",
            /from 0 to 86400/,
        ],
        [{ edge: { kind: "nlb", host: "localhost" } }, "edge.host", /host name/],
        [{ edge: { kind: "nlb", deregistrationDelaySeconds: 15 } }, "edge.deregistrationDelaySeconds", /less than/],
        [{ edge: { kind: "nlb", host }, sessionAffinitySeconds: 60 }, "sessionAffinitySeconds", /TLS listener/],
        [blueGreen({ smokeTest: { path: "health" } }), "strategy.smokeTest.path", /starts with \//],
        [blueGreen({ smokeTest: { path: [] } }), "strategy.smokeTest.path", /at least one/],
        [blueGreen({ smokeTest: { path: "/", timeoutSeconds: 0 } }), "strategy.smokeTest.timeoutSeconds", /from 5/],
        [blueGreen({ watchMinutes: 0 }), "strategy.watchMinutes", /from 1/],
        [blueGreen({ watchMinutes: 1.5 }), "strategy.watchMinutes", /whole number/],
        [blueGreen({ errorRatePercent: 100 }), "strategy.errorRatePercent", /less than 100/],
        [blueGreen({ latencyP95Seconds: 0 }), "strategy.latencyP95Seconds", /more than 0/],
        [blueGreen({ scaleDownDelaySeconds: 300 }), "strategy.scaleDownDelaySeconds", /more than 300/],
        [{ ...blueGreen({}), metricsPath: null }, "metricsPath", /must not be null/],
        [{ tracing: { samplePercent: 101 } }, "tracing.samplePercent", /from 0 to 100/],
        [{ tracing: {}, settings: { OTEL_SERVICE_NAME: "x" } }, "tracing", /already comes from settings.OTEL_SERVICE/],
        [{ sessionAffinitySeconds: 86_401 }, "sessionAffinitySeconds", /from 1 to 86400/],
        [{ metricsPath: "metrics" }, "metricsPath", /starts with \//],
        [{ writablePaths: ["tmp"] }, "writablePaths.0", /absolute path/],
        [{ writablePaths: ["/"] }, "writablePaths.0", /absolute path/],
        [{ writablePaths: ["/tmp/../etc"] }, "writablePaths.0", /absolute path/],
        [{ writablePaths: ["/tmp", "/tmp"] }, "writablePaths.1", /not be named twice/],
        [{ files: { "etc/nginx.conf": "" } }, "files.etc/nginx.conf", /absolute path/],
        [{ files: { "/tmp": "" } }, "files./tmp", /not be named twice/],
        [{ files: { "/etc/a": "x".repeat(1_048_577) } }, "files", /at most 1048576 bytes/],
        [{ secretDirectories: { keys: "/keys" } }, "secretDirectories.keys", /must be one of secrets: none/],
        [{ secrets: ["k"], secretDirectories: { k: "keys" } }, "secretDirectories.k", /absolute path/],
        [{ imagePullSecret: "Registry" }, "imagePullSecret", /Kubernetes name/],
        [{ minAvailable: 2 }, "minAvailable", /less than the most pods, which is 2/],
        [{ minAvailable: 0 }, "minAvailable", /from 1/],
        [{ ...scaling({ min: 1 }), minAvailable: 4 }, "minAvailable", /less than the most pods, which is 4/],
        [{ allowedCallers: [{ namespace: "a.b" }] }, "allowedCallers.0.namespace", /Kubernetes name/],
        [{ outsideCalls: [{ namespace: "b", service: "x", port: 0 }] }, "outsideCalls.0.port", /from 1/],
        [{ metricsIntervalSeconds: 1 }, "metricsIntervalSeconds", /from 5 to 300/],
        [{ settings: { "LOG-LEVEL": "INFO" } }, "settings.LOG-LEVEL", /environment variable/],
        [{ settings: { "1ST": "x" } }, "settings.1ST", /environment variable/],
        [{ settings: { SMTP_PASSWORD: "x" } }, "settings.SMTP_PASSWORD", /declare it in secrets/],
        [{ settings: { SECRET_KEY: "x" } }, "settings.SECRET_KEY", /declare it in secrets/],
        [
            { settings: { DB: "x" }, connections: [{ to: "postgres", variables: { host: "DB" } }] },
            "connections.0.variables.host",
            /already comes from settings.DB/,
        ],
        [{ connections: [{ to: "postgres", poolSize: 0 }] }, "connections.0.poolSize", /from 1/],
    ];
    for (const [change, path, message] of rejected) {
        it(`are found in ${JSON.stringify(change)}`, () => {
            const found = serviceProblems("api", { ...minimal, ...change });
            assert.equal(found[0]?.path, path, JSON.stringify(found));
            assert.match(String(found[0]?.message), message);
        });
    }

    const accepted: readonly Partial<ServiceSpec>[] = [
        { image: "localhost:5000/api" },
        { image: "nginx" },
        { replicas: 1 },
        scaling({ min: 4 }),
        scaling({ scaleDown: { select: "Disabled", policies: [] } }),
        { settings: { TOKEN_TTL: "60", PASSWORD_MIN_LENGTH: "12", REDIS_KEY_PREFIX: "user:" } },
        { edge: { kind: "alb", host }, preStopSeconds: 1 },
        { preStopSeconds: 0 },
        { edge: { kind: "gateway", host, maxBodyMiB: null }, preStopSeconds: 0 },
        { edge: { kind: "gateway", host, cors: { origins: ["https://*.example.com", "http://localhost:3000"] } } },
        { edge: { kind: "nlb" }, sessionAffinitySeconds: 60 },
        { metricsPath: null },
        { settings: { OTEL_SERVICE_NAME: "x" } },
        { tracing: { samplePercent: 0.5 } },
        { strategy: { kind: "rolling" }, metricsPath: null },
        blueGreen({ scaleDownDelaySeconds: 301 }),
        blueGreen({ smokeTest: { path: ["/health", "/api/v1/employees"] } }),
        { ...scaling({ min: 1 }), minAvailable: 1 },
        { sessionAffinitySeconds: 86_400 },
        { files: { "/etc/nginx/nginx.conf": "", "/etc/nginx/conf.d/nginx.conf": "" } },
        { secrets: ["jwt-keys"], secretDirectories: { "jwt-keys": "/etc/jwt" } },
        { writablePaths: [] },
        { writablePaths: ["/tmp", "/var/cache/nginx"] },
    ];
    for (const change of accepted) {
        it(`are not found in ${JSON.stringify(change)}`, () => {
            assert.deepEqual(serviceProblems("api", { ...minimal, ...change }), []);
        });
    }

    for (const name of ["API", "1api", "api_v1", "api-", "a".repeat(41), ""]) {
        it(`are found in the name ${JSON.stringify(name)}`, () => {
            assert.deepEqual(
                serviceProblems(name, minimal).map(({ path, value }) => ({ path, value })),
                [{ path: "name", value: name }],
            );
        });
    }

    it("are all reported at once", () => {
        const found = serviceProblems("API", { ...minimal, port: 0, runAsUser: 0, probes: "x" });
        assert.deepEqual(
            found.map(({ path }) => path),
            ["name", "port", "runAsUser", "probes"],
        );
    });
});

describe("problems that show once the system is known", () => {
    const known: KnownParts = {
        stores: { postgres: { kind: "postgres", maxConnections: 100 }, other: { kind: "mysql" } },
        secrets: { one: ["KEY_A"], two: ["KEY_B", "KEY_A"] },
    };
    const found = (change: Partial<ServiceSpec>): string[] =>
        serviceProblems("api", { ...minimal, ...change }, known).map(({ path, message }) => `${path} ${message}`);

    it("include two databases that set the same variables", () => {
        assert.match(
            found({ connections: ["postgres", "other"] }).join("\n"),
            /connections\.1\.variables\.host .* already comes from connections\.0\.variables\.host/,
        );
        const variables: ConnectionSpec["variables"] = {
            host: "B_HOST",
            readHost: "B_READ_HOST",
            port: "B_PORT",
            name: "B_NAME",
            user: "B_USER",
            password: "B_PASSWORD",
            tls: "B_TLS",
        };
        assert.deepEqual(found({ connections: ["postgres", { to: "other", variables }] }), []);
    });

    it("include two authorities that one variable would have to name", () => {
        const secret = { name: "tls", keys: ["ca.crt"], dependsOn: [] };
        const certificateAuthority = { secret, key: "ca.crt" };
        const stores = {
            a: { kind: "redis", certificateAuthority },
            b: { kind: "redis", certificateAuthority },
        } as const;
        const variables = { host: "B_HOST", port: "B_PORT", password: "B_PASSWORD", tls: "B_TLS" };
        const spec: ServiceSpec = { ...minimal, connections: ["a", { to: "b", variables }] };
        assert.deepEqual(
            serviceProblems("api", spec, { stores }).map(({ path, value }) => ({ path, value })),
            [{ path: "connections.1.variables.certificateAuthority", value: "REDIS_CA_FILE" }],
        );
    });

    it("include a setting that a connection or a secret sets too", () => {
        assert.match(
            found({ settings: { DATABASE_HOST: "x" }, connections: ["postgres"] }).join(),
            /settings\.DATABASE_HOST/,
        );
        assert.match(found({ secrets: ["one", "two"] }).join(), /secrets\.1 .* already comes from secrets\.0/);
    });

    it("include pools that leave the database no connection", () => {
        const pool = (poolSize: number): string[] =>
            found({ replicas: { min: 1, max: 10 }, connections: [{ to: "postgres", poolSize }] });
        assert.deepEqual(pool(9), []);
        assert.match(pool(10).join(), /connections\.0\.poolSize must be at most 9: 10 pods share the 100 connections/);
    });

    it("count the pools of both versions where an update runs them side by side", () => {
        const strategy = { kind: "blue-green", smokeTest: { path: "/health" } } as const;
        const pool = (poolSize: number): string[] =>
            found({ strategy, replicas: { min: 1, max: 9 }, connections: [{ to: "postgres", poolSize }] });
        assert.deepEqual(pool(5), []);
        assert.match(pool(6).join(), /must be at most 5: 18 pods share the 100 connections/);
    });

    it("do not include a variable twice where one of its sources is not asked for it", () => {
        const connections = [{ to: "postgres", variables: { password: null } }];
        const settings = { DATABASE_HOST: "x" };
        assert.deepEqual(found({ connections: [{ to: "postgres", variables: { host: null } }], settings }), []);
        assert.deepEqual(found({ connections }), []);
    });
});

describe("the least that a service asks for", () => {
    it("is its requests for each of the fewest pods", () => {
        assert.deepEqual(minimumRequests(minimal), { cpuMillicores: 200, memoryMiB: 512 });
        assert.deepEqual(minimumRequests({ ...minimal, replicas: { min: 3, max: 10 } }), {
            cpuMillicores: 300,
            memoryMiB: 768,
        });
        assert.deepEqual(
            minimumRequests({ ...minimal, replicas: 4, resources: { requests: { cpu: "0.25", memory: "1Gi" } } }),
            { cpuMillicores: 1000, memoryMiB: 4096 },
        );
    });

    it("is a number even for what is no quantity, which is reported elsewhere", () => {
        fc.assert(
            fc.property(fc.string(), fc.string(), (cpu, memory) => {
                const least = minimumRequests({ ...minimal, resources: { requests: { cpu, memory } } });
                assert.ok(Number.isFinite(least.cpuMillicores) && Number.isFinite(least.memoryMiB));
            }),
        );
    });
});
