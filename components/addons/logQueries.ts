import type { logRetentionDays } from "../../config/supportedVersions";
import type { PlatformConfig } from "../../config/schema";

/**
 * Days that searchable logs are kept: seven hot and thirty warm are 37, and 60 is the next period that CloudWatch Logs accepts. All of them
 * are searched at the same speed. Why this and not another store: docs/adr/0001-searchable-logs.md.
 */
export const fewestSearchableDays = 60;

type Retention = (typeof logRetentionDays)[number];

/** Days that a log group keeps: those of the configuration, or more where logs are to be searchable. */
export function searchableDays(
    enabled: Pick<PlatformConfig["addons"], "searchableLogs">,
    configured: Retention,
): Retention {
    return enabled.searchableLogs && configured < fewestSearchableDays ? fewestSearchableDays : configured;
}

/**
 * Fields that are searched for by their value. An index lets a query pass over events without the value, so it scans, and costs, a
 * fraction. Up to 20 fields of a log group can have one. Source: Amazon CloudWatch Logs User Guide, "Create field indexes".
 */
export const indexedFields = [
    "level",
    "correlation_id",
    "correlationId",
    "request_id",
    "trace_id",
    "kubernetes.pod",
    "kubernetes.container",
] as const;

/** Queries that are saved for people, by name. Fluent Bit makes fields of lines that are JSON, and adds the pod as `kubernetes`. */
export const savedQueries: Readonly<Record<string, string>> = {
    "Latest errors": [
        "fields @timestamp, level, message, kubernetes.pod",
        'filter level in ["ERROR", "error", "CRITICAL", "critical", "FATAL", "fatal"]',
        "sort @timestamp desc",
        "limit 200",
    ].join("\n| "),
    "Everything of one request": [
        "fields @timestamp, level, message, kubernetes.container",
        'filter correlation_id = "ID" or correlationId = "ID" or request_id = "ID" or trace_id = "ID"',
        "sort @timestamp asc",
        "limit 1000",
    ].join("\n| "),
    "Errors by container over time": [
        "fields kubernetes.container as container",
        'filter level in ["ERROR", "error", "CRITICAL", "critical", "FATAL", "fatal"]',
        "stats count(*) as errors by bin(5m), container",
    ].join("\n| "),
    "Containers that write most": [
        "stats count(*) as events, sum(strlen(@message)) as bytes by kubernetes.container",
        "sort bytes desc",
        "limit 20",
    ].join("\n| "),
};
