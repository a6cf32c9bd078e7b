import { defineSystem } from "../components/system/declaration";
import { unpublishedImages } from "./unpublishedImages";

/** The employee register: its namespace carries the environment's name, and in prod a new version is proven before it takes over. */
export const employeeManagement = defineSystem("employee-management", ({ environment, settings }) => ({
    description: "Enterprise Employee Management System",
    owner: "people",
    namespace: `employee-mgmt-${environment}`,
    databases: {
        postgres: {
            engine: "postgres",
            version: "16",
            databaseName: "employees",
            username: "employee_api",
            storageGiB: 20,
            readReplicas: environment === "prod" ? 2 : 0,
            // Ten pods with twenty each, twice that while green stands beside blue, and what backups, exporters and people need.
            connections: environment === "prod" ? 420 : 220,
        },
    },
    caches: { redis: { engine: "redis", version: "7", memoryMiB: 512 } },
    // The cache is to answer more than 80 % of the look-ups.
    alerts: { CacheHitRateLow: { value: 80 } },
    secrets: { "api-python-secrets": { keys: { SECRET_KEY: {} } } },
    // On a host of its own, so that the API is reached without it, too. The limit for each client holds on both ways.
    cdn:
        settings.host === undefined
            ? undefined
            : { host: `cdn-${settings.host}`, originHost: settings.host, staticPaths: ["/static/*"] },
    exceptions: unpublishedImages(environment),
    services: {
        "api-python": {
            image: "ghcr.io/your-org/employee-api",
            port: 8000,
            probes: "/api/v1/health",
            replicas: {
                min: 3,
                max: 10,
                cpuPercent: 70,
                memoryPercent: 80,
                scaleUp: {
                    select: "Min",
                    policies: [
                        { type: "Percent", value: 100, periodSeconds: 30 },
                        { type: "Pods", value: 4, periodSeconds: 30 },
                    ],
                },
                scaleDown: {
                    select: "Min",
                    policies: [
                        { type: "Percent", value: 50, periodSeconds: 60 },
                        { type: "Pods", value: 2, periodSeconds: 60 },
                    ],
                },
            },
            // A new version has to prove itself where a failure would be seen.
            strategy:
                environment === "prod"
                    ? { kind: "blue-green", smokeTest: { path: "/api/v1/health" }, watchMinutes: 5 }
                    : { kind: "rolling" },
            connections: [{ to: "postgres", poolSize: 20 }, "redis"],
            secrets: ["api-python-secrets"],
            settings: {
                ENVIRONMENT: environment,
                LOG_LEVEL: settings.logLevel,
                LOG_FORMAT: "json",
                DB_POOL_MIN: "10",
                DB_POOL_MAX: "20",
                CACHE_TTL_SECONDS: "300",
                FEATURE_SELF_SERVICE: String(environment !== "prod"),
            },
            tracing: { samplePercent: 10 },
            sessionAffinitySeconds: 3 * 3600,
            edge:
                settings.host === undefined
                    ? undefined
                    : {
                          kind: "gateway",
                          host: settings.host,
                          requestsPerMinute: 100,
                          cors: { origins: [`https://${settings.host}`] },
                          timeoutSeconds: 60,
                          maxBodyMiB: 10,
                      },
        },
    },
}));
