/**
 * What AWS supports, as of 2026-11-21. Every list is checked against the configuration, so that a typo or a version that
 * AWS no longer creates is refused before anything is deployed.
 */

/**
 * Kubernetes minor versions in EKS standard support and the day that support ends (after it the control plane costs six times
 * as much). Source: Amazon EKS User Guide, "Kubernetes versions for EKS".
 */
export const kubernetesVersions = {
    "1.34": { standardSupportEnds: "2026-12-02" },
    "1.35": { standardSupportEnds: "2027-03-27" },
    "1.36": { standardSupportEnds: "2027-08-02" },
} as const;

/**
 * Major versions of the database engines that Amazon RDS creates, and the parameter group family of each.
 * Source: Amazon RDS User Guide, "Release calendars".
 */
export const databaseEngines = {
    postgres: { "15": "postgres15", "16": "postgres16", "17": "postgres17" },
    mysql: { "8.4": "mysql8.4" },
} as const;

/** Major versions of the cache engines that Amazon ElastiCache creates, with the engine version and parameter group family. */
export const cacheEngines = {
    redis: { "7": { engineVersion: "7.1", family: "redis7" } },
    valkey: { "8": { engineVersion: "8.1", family: "valkey8" } },
} as const;

/** Values that CloudWatch Logs accepts for a retention period, in days. Source: PutRetentionPolicy API reference. */
export const logRetentionDays = [
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
] as const;
