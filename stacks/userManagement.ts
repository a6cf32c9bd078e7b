import { defineSystem } from "../components/system/declaration";
import { unpublishedImages } from "./unpublishedImages";

/** User accounts, sessions and sign-in for every other system. */
export const userManagement = defineSystem("user-management", ({ environment, settings }) => ({
    description: "User Management REST API",
    owner: "identity",
    databases: {
        postgres: { engine: "postgres", version: "15", databaseName: "usermanagement", username: "dbuser" },
    },
    caches: {
        // Sessions and cached reads.
        redis: { engine: "redis", version: "7" },
    },
    secrets: {
        "user-mgmt-secrets": { keys: { SECRET_KEY: {} }, rotationDays: 90 },
    },
    exceptions: unpublishedImages(environment),
    services: {
        "user-mgmt-api": {
            image: "ghcr.io/your-org/user-mgmt-api",
            port: 8000,
            replicas: { min: 3, max: 10 },
            probes: "/health",
            connections: ["postgres", "redis"],
            secrets: ["user-mgmt-secrets"],
            settings: { ENVIRONMENT: environment, LOG_LEVEL: settings.logLevel },
            edge: settings.host === undefined ? undefined : { kind: "alb", host: settings.host },
        },
    },
}));
