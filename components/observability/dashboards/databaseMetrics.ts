import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import type { CatalogueMetric } from "../metrics/catalogue";
import type { MonitoredDatabase, MonitoringModel } from "../model";
import { dashboardTitles } from "../names";
import { ratio } from "../promql";
import { cacheRow } from "./cacheMetrics";
import type { RowSpec } from "./dashboard";
import { databaseConnectionRatio } from "./expressions";
import { graph, stat, type Panel, type Unit } from "./panel";
import { kubernetesObjects, own } from "./selectors";
import { systemDashboard } from "./systemDashboard";
import { volumePanel } from "./volumePanel";

/** How the databases and caches of a system do. */
export function databaseMetrics(model: MonitoringModel): Dashboard {
    return systemDashboard(model, {
        key: "database",
        title: dashboardTitles.database,
        description: `Databases and caches of ${model.system}: connections, work, memory, replication, backups.`,
        rows: [...model.databases.map(databaseRow), ...model.caches.map((cache) => cacheRow(model, cache))],
    });
}

function databaseRow(database: MonitoredDatabase): RowSpec {
    return {
        title: `Database ${database.name}`,
        panels: [
            ...databaseNumbers(database),
            ...{ postgres: postgresGraphs, mysql: mysqlGraphs }[database.engine](database),
            ...volumePanel(database),
        ],
    };
}

function databaseNumbers(database: MonitoredDatabase): Panel[] {
    const { limits, engine, backupJob } = database;
    const of = own(database);
    return [
        stat({
            title: "Answers",
            description: "Whether the exporter can connect. Red is where DatabaseDown fires.",
            unit: "bool_yes_no",
            queries: [
                { expr: `max(${of(({ postgres: "pg_up", mysql: "mysql_up" } as const)[engine])})`, legend: "up" },
            ],
            limit: { value: 1, bad: "below" },
        }),
        stat({
            title: "Connections of the maximum",
            description: "Share of max_connections in use. Red is where DatabaseConnectionsNearMaximum fires.",
            unit: "percentunit",
            queries: [{ expr: databaseConnectionRatio(database), legend: "connections" }],
            limit: { value: ratio(limits.DatabaseConnectionsNearMaximum.value), bad: "above" },
        }),
        ...(engine === "postgres" ? [databaseSize(of("pg_database_size_bytes"))] : []),
        stat({
            title: "Age of the last backup",
            description: "Time since a backup succeeded. Red is where DatabaseBackupTooOld fires.",
            unit: "s",
            queries: [{ expr: backupAge(backupJob), legend: "age" }],
            limit: { value: limits.DatabaseBackupTooOld.value * 3600, bad: "above" },
        }),
    ];
}

/** MySQL's exporter measures sizes only when asked to, table by table, which is slow. */
function databaseSize(selector: string): Panel {
    return stat({
        title: "Size",
        description: "Bytes that all databases of the server take.",
        unit: "bytes",
        queries: [{ expr: `sum(${selector})`, legend: "size" }],
    });
}

function backupAge(cronjob: string): string {
    return `time() - max(${kubernetesObjects("kube_cronjob_status_last_successful_time", { cronjob })})`;
}

function rateGraph(title: string, description: string, unit: Unit, queries: Readonly<Record<string, string>>): Panel {
    return graph({
        title,
        description,
        unit,
        queries: Object.entries(queries).map(([legend, selector]) => ({
            expr: `sum(rate(${selector}[$__rate_interval]))`,
            legend,
        })),
    });
}

function postgresGraphs(database: MonitoredDatabase): Panel[] {
    const of = own(database);
    const { limits } = database;
    const sumRate = (metric: CatalogueMetric): string => `sum(rate(${of(metric)}[$__rate_interval]))`;
    const hit = sumRate("pg_stat_database_blks_hit");
    const replication = graph({
        title: "Replication lag",
        description: "Bytes of changes that each replica has not replayed.",
        unit: "bytes",
        queries: [{ expr: of("pg_stat_replication_pg_wal_lsn_diff"), legend: "{{client_addr}}" }],
        limit: { value: limits.DatabaseReplicationLagging.value * 1024 * 1024, bad: "above" },
    });
    return [
        graph({
            title: "Connections",
            description: "Connections by database, and how many the server accepts.",
            unit: "short",
            queries: [
                { expr: `sum by (datname) (${of("pg_stat_database_numbackends")})`, legend: "{{datname}}" },
                { expr: `max(${of("pg_settings_max_connections")})`, legend: "maximum" },
            ],
        }),
        rateGraph("Transactions", "Transactions a second. Many rollbacks are errors of clients.", "ops", {
            committed: of("pg_stat_database_xact_commit"),
            "rolled back": of("pg_stat_database_xact_rollback"),
        }),
        graph({
            title: "Reads from memory",
            description: "Share of blocks that were found in memory. Below 99 % the server lacks memory or an index.",
            unit: "percentunit",
            queries: [{ expr: `${hit} / (${hit} + ${sumRate("pg_stat_database_blks_read")} > 0)`, legend: "hits" }],
        }),
        rateGraph("Rows", "Rows a second that are read and written.", "ops", {
            fetched: of("pg_stat_database_tup_fetched"),
            inserted: of("pg_stat_database_tup_inserted"),
            updated: of("pg_stat_database_tup_updated"),
            deleted: of("pg_stat_database_tup_deleted"),
        }),
        graph({
            title: "Deadlocks in 15 minutes",
            description: "Transactions that the server ended because they waited for each other.",
            unit: "short",
            queries: [
                {
                    expr: `sum by (datname) (increase(${of("pg_stat_database_deadlocks")}[15m]))`,
                    legend: "{{datname}}",
                },
            ],
            limit: { value: limits.DatabaseDeadlocks.value, bad: "above" },
        }),
        graph({
            title: "Locks",
            description: "Locks by mode. Exclusive ones make others wait.",
            unit: "short",
            queries: [{ expr: `sum by (mode) (${of("pg_locks_count")})`, legend: "{{mode}}" }],
        }),
        ...(database.readReplicas === 0 ? [] : [replication]),
    ];
}

function mysqlGraphs(database: MonitoredDatabase): Panel[] {
    const of = own(database);
    return [
        graph({
            title: "Connections",
            description: "Connections, those that work, and how many the server accepts.",
            unit: "short",
            queries: [
                { expr: `max(${of("mysql_global_status_threads_connected")})`, legend: "connected" },
                { expr: `max(${of("mysql_global_status_threads_running")})`, legend: "running" },
                { expr: `max(${of("mysql_global_variables_max_connections")})`, legend: "maximum" },
            ],
        }),
        rateGraph("Queries", "Statements a second, and those that took longer than long_query_time.", "ops", {
            all: of("mysql_global_status_queries"),
            slow: of("mysql_global_status_slow_queries"),
        }),
        rateGraph("Rows", "Rows a second that InnoDB reads and writes.", "ops", {
            read: of("mysql_global_status_innodb_row_ops_total", { operation: "read" }),
            inserted: of("mysql_global_status_innodb_row_ops_total", { operation: "inserted" }),
            updated: of("mysql_global_status_innodb_row_ops_total", { operation: "updated" }),
            deleted: of("mysql_global_status_innodb_row_ops_total", { operation: "deleted" }),
        }),
        rateGraph("Waits for row locks", "Times a second that a statement waited for another's lock.", "ops", {
            waits: of("mysql_global_status_innodb_row_lock_waits"),
        }),
        rateGraph("Refused connections", "Connections a second that failed, by whose fault.", "ops", {
            client: of("mysql_global_status_aborted_connects"),
            full: of("mysql_global_status_connection_errors_total", { error: "max_connections" }),
        }),
    ];
}
