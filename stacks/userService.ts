import { defineSystem } from "../components/system/declaration";
import { unpublishedImages } from "./unpublishedImages";

/** Users of the shop's services. It shares its namespace and its stores with the services that are yet to come. */
export const userService = defineSystem("user-service", ({ environment, addons }) => ({
    description: "User Service",
    owner: "accounts",
    namespace: "microservices",
    databases: {
        "postgres-user": {
            engine: "postgres",
            version: "16",
            databaseName: "users",
            username: "user_service",
            connections: 320,
        },
    },
    caches: { redis: { engine: "redis", version: "7" } },
    alerts: {
        HighCPUUsage: { value: 80, for: "5m" },
        HighMemoryUsage: { value: 85, for: "5m" },
        // More than 0.1 a minute: twice or more in ten minutes.
        PodRestarting: { value: 1 },
        ServiceDown: { for: "1m" },
        CacheHitRateLow: { value: 70, for: "10m" },
        OperationFailing: { value: 0.1 },
    },
    secrets: {
        "microservices-secrets": {
            // What ENCRYPTION_KEY has encrypted, a new key could not read.
            keys: { ENCRYPTION_KEY: { rotate: false }, INTERNAL_API_KEY: {} },
            imports: { POSTGRES_USER_PASSWORD: "postgres-user", REDIS_PASSWORD: "redis" },
        },
    },
    exceptions: unpublishedImages(environment),
    services: {
        "user-service": {
            image: "ghcr.io/your-org/user-service",
            port: 3002,
            servicePort: 3002,
            runAsUser: 1001,
            replicas: {
                min: 3,
                max: 15,
                cpuPercent: 70,
                memoryPercent: 80,
                scaleUp: {
                    stabilizationWindowSeconds: 0,
                    policies: [{ type: "Percent", value: 100, periodSeconds: 15 }],
                },
                scaleDown: {
                    stabilizationWindowSeconds: 300,
                    policies: [{ type: "Pods", value: 1, periodSeconds: 60 }],
                },
            },
            resources: {
                requests: { cpu: "200m", memory: "256Mi", ephemeralStorage: "1Gi" },
                limits: { cpu: "1000m", memory: "1Gi", ephemeralStorage: "2Gi" },
            },
            probes: {
                liveness: { path: "/api/health/live" },
                readiness: { path: "/api/health/ready" },
                startup: { path: "/api/health/live" },
            },
            preStopSeconds: 15,
            gracePeriodSeconds: 30,
            connections: [
                {
                    to: "postgres-user",
                    // What POSTGRES_MAX_CONNECTIONS says.
                    poolSize: 20,
                    variables: {
                        host: "POSTGRES_HOST",
                        port: "POSTGRES_PORT",
                        name: "POSTGRES_DB",
                        user: "POSTGRES_USER",
                        // It reads both passwords from microservices-secrets.
                        password: null,
                    },
                },
                { to: "redis", variables: { password: null } },
            ],
            secrets: ["microservices-secrets"],
            settings: {
                NODE_ENV: "production",
                LOG_LEVEL: "info",
                LOG_FORMAT: "json",
                POSTGRES_MAX_CONNECTIONS: "20",
                REDIS_KEY_PREFIX: "user-service:",
                CACHE_TTL: "300",
                RATE_LIMIT_MAX: "100",
            },
            ...(addons.has("linkerd") && { mesh: "linkerd" as const }),
            readsPods: true,
            // It needs nothing of AWS; its stores and the cluster are all that it may reach.
            awsIdentity: false,
            // The services that share the namespace; everybody else needs an entry here.
            allowedCallers: [{ namespace: "microservices" }],
            metricsIntervalSeconds: 15,
            metricNames: {
                cacheHits: "user_cache_hits_total",
                cacheMisses: "user_cache_misses_total",
                poolInUse: "user_database_connections_active",
            },
            operations: { batch: { counter: "user_batch_operations_total", failed: { status: "failed" } } },
        },
    },
}));
