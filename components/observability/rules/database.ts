import type { MonitoredDatabase, MonitoredService, MonitoringModel } from "../model";
import { kubeStateMetrics, ratio, rateWindow, series, ownMetric, type MetricName } from "../promql";
import { recorded, recordedLabels } from "./recordingRules";
import type { AlertDefinition } from "./rule";
import { volumeAlerts } from "./volumes";

/** Whether databases answer, have room, are copied and are backed up. */
export function databaseAlerts(model: MonitoringModel): AlertDefinition[] {
    const window = rateWindow(model.scrapeIntervalSeconds);
    return [
        ...model.services.flatMap((service) => connectionFailure(service, window)),
        ...model.databases.flatMap((database) => [
            ...presenceAlerts(database),
            connectionsNearMaximum(database),
            ...(database.engine === "postgres"
                ? postgresAlerts(database, rateWindow(model.scrapeIntervalSeconds, 15))
                : []),
            backupTooOld(database),
            ...volumeAlerts(database, "database"),
        ]),
    ];
}

/** The clients' side of a database that fails: it also fires when the network or the password is what is wrong. */
function connectionFailure(service: MonitoredService, window: string): AlertDefinition[] {
    const { name, namespace, job, metrics, limits } = service;
    if (metrics === undefined || !service.usesDatabase) {
        return [];
    }
    const errors = series(ownMetric(metrics.databaseErrors), { namespace, job });
    return [
        {
            part: service,
            alert: "DatabaseConnectionFailure",
            severity: "critical",
            expr: `sum by (namespace, job) (increase(${errors}[${window}])) > ${limits.DatabaseConnectionFailure.value}`,
            summary: `${name} cannot connect to its database.`,
            description: `{{ $labels.namespace }}/{{ $labels.job }} failed to connect to its database {{ $value | printf "%.0f" }} times in ${window}.`,
            dashboard: "database",
        },
    ];
}

function presenceAlerts(database: MonitoredDatabase): AlertDefinition[] {
    const { name, namespace, job } = database;
    const up = series(({ postgres: "pg_up", mysql: "mysql_up" } as const)[database.engine], { namespace, job });
    const base = { part: database, dashboard: "database" } as const;
    return [
        {
            ...base,
            alert: "DatabaseDown",
            severity: "critical",
            expr: `max by (namespace, job) (${up}) == 0`,
            summary: `The database ${name} does not answer.`,
            description: `The exporter {{ $labels.job }} in {{ $labels.namespace }} cannot connect to the database ${name}.`,
        },
        {
            ...base,
            alert: "DatabaseExporterAbsent",
            severity: "warning",
            expr: `absent(${up})`,
            summary: `Nobody watches the database ${name}.`,
            description: `The exporter {{ $labels.job }} in {{ $labels.namespace }} reports nothing, so no alert about the database ${name} can fire.`,
        },
    ];
}

function connectionsNearMaximum(database: MonitoredDatabase): AlertDefinition {
    const { name, limits } = database;
    const percent = limits.DatabaseConnectionsNearMaximum.value;
    return {
        part: database,
        alert: "DatabaseConnectionsNearMaximum",
        severity: "warning",
        expr: `${series(recorded.databaseConnectionRatio, recordedLabels(database))} > ${ratio(percent)}`,
        summary: `The database ${name} has used more than ${percent} % of its connections.`,
        description: `${name} in {{ $labels.namespace }} has {{ $value | humanizePercentage }} of the connections it accepts; at 100 % it turns clients away.`,
        dashboard: "database",
    };
}

function postgresAlerts(database: MonitoredDatabase, window: string): AlertDefinition[] {
    const { name, namespace, job, limits, readReplicas } = database;
    const deadlocks = series("pg_stat_database_deadlocks", { namespace, job });
    const base = { part: database, severity: "warning", dashboard: "database" } as const;
    return [
        {
            ...base,
            alert: "DatabaseDeadlocks",
            expr: `sum by (namespace, job, datname) (increase(${deadlocks}[${window}])) > ${limits.DatabaseDeadlocks.value}`,
            summary: `Transactions in the database ${name} block each other.`,
            description: `${name} had to end {{ $value | printf "%.0f" }} deadlocks in {{ $labels.datname }} in ${window}.`,
        },
        ...(readReplicas === 0 ? [] : replicationAlerts(database)),
    ];
}

/** Replication as the primary sees it: a replica that is gone has no series any more. */
function replicationAlerts(database: MonitoredDatabase): AlertDefinition[] {
    const { name, namespace, job, limits, readReplicas } = database;
    const lag = "pg_stat_replication_pg_wal_lsn_diff";
    const mebibytes = limits.DatabaseReplicationLagging.value;
    const streaming = `count by (namespace, job) (${series(lag, { namespace, job, state: "streaming" })})`;
    // Where no replica is connected there is nothing to count; the primary that is up stands for a count of 0.
    const none = `0 * max by (namespace, job) (${series("pg_up", { namespace, job })} == 1)`;
    const base = { part: database, severity: "warning", dashboard: "database" } as const;
    return [
        {
            ...base,
            alert: "DatabaseReplicationLagging",
            expr: `max by (namespace, job, application_name, client_addr) (${series(lag, { namespace, job })}) > ${mebibytes * 1024 * 1024}`,
            summary: `A read replica of ${name} is behind.`,
            description: `Replica {{ $labels.client_addr }} of ${name} has not replayed {{ $value | humanize1024 }}B of changes; reads from it are old.`,
        },
        {
            ...base,
            alert: "DatabaseReplicaMissing",
            expr: `(${streaming} or ${none}) < ${readReplicas}`,
            summary: `A read replica of ${name} is not connected.`,
            description: `${name} has {{ $value }} connected replicas; it should have ${readReplicas}.`,
        },
    ];
}

function backupTooOld(database: MonitoredDatabase): AlertDefinition {
    const { name, namespace, limits, backupJob: cronjob } = database;
    const hours = limits.DatabaseBackupTooOld.value;
    const time = (metric: MetricName): string =>
        `max by (namespace, cronjob) (${series(metric, { ...kubeStateMetrics, namespace, cronjob })})`;
    return {
        part: database,
        alert: "DatabaseBackupTooOld",
        severity: "warning",
        // A job that never succeeded has no time of success: then it is as old as the job itself.
        expr: `time() - (${time("kube_cronjob_status_last_successful_time")} or ${time("kube_cronjob_created")}) > ${hours * 3600}`,
        summary: `The database ${name} has no recent backup.`,
        description: `The last backup of ${name} by {{ $labels.namespace }}/{{ $labels.cronjob }} that succeeded is {{ $value | humanizeDuration }} old; ${hours} h are allowed.`,
        dashboard: "database",
    };
}
