import { defineSystem } from "../components/system/declaration";
import type { ServiceSpec } from "../components/apiService/spec";
import { unpublishedImages } from "./unpublishedImages";

/** What the three services of the shop have in common. */
const common = {
    runAsUser: 1001,
    resources: { requests: { cpu: "250m", memory: "256Mi" }, limits: { cpu: "500m", memory: "512Mi" } },
    probes: { liveness: { path: "/health" }, readiness: { path: "/ready" }, startup: { path: "/health" } },
    objectives: { errorRatePercent: 5, latencyP95Seconds: 2 },
} as const satisfies Partial<ServiceSpec>;

/** The shop: a public frontend, two APIs behind it, one database that both APIs use. */
export const techcommerce = defineSystem("techcommerce", ({ environment, settings }) => ({
    description: "TechCommerce shop",
    owner: "commerce",
    privateImages: true,
    databases: {
        postgres: { engine: "postgres", version: "16", databaseName: "techcommerce", username: "shop" },
    },
    secrets: { "techcommerce-secrets": { keys: { API_KEY: {} } } },
    exceptions: unpublishedImages(environment),
    services: {
        frontend: {
            ...common,
            image: "ghcr.io/your-org/techcommerce-frontend",
            port: 3000,
            replicas: 3,
            calls: ["product-api", "order-api"],
            settings: {
                NODE_ENV: "production",
                PRODUCT_API_URL: "http://product-api",
                ORDER_API_URL: "http://order-api",
            },
            edge: { kind: "nlb", ...(settings.host !== undefined && { host: settings.host }) },
        },
        "product-api": {
            ...common,
            image: "ghcr.io/your-org/techcommerce-product-api",
            port: 5000,
            replicas: { min: 2, max: 10, cpuPercent: 70 },
            connections: ["postgres"],
            secrets: ["techcommerce-secrets"],
            settings: { FLASK_ENV: environment, LOG_LEVEL: settings.logLevel },
        },
        "order-api": {
            ...common,
            image: "ghcr.io/your-org/techcommerce-order-api",
            port: 5001,
            replicas: 2,
            calls: ["product-api"],
            connections: ["postgres"],
            secrets: ["techcommerce-secrets"],
            settings: { FLASK_ENV: environment, LOG_LEVEL: settings.logLevel, PRODUCT_API_URL: "http://product-api" },
        },
    },
}));
