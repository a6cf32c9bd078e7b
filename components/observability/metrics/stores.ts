import { counter, exportedBy, gauge, untyped } from "./metric";

const database = ["datid", "datname"] as const;
const activity = [
    "datname",
    "state",
    "usename",
    "application_name",
    "backend_type",
    "wait_event",
    "wait_event_type",
] as const;
const replica = ["application_name", "client_addr", "state", "slot_name", "pid"] as const;

/** Source: `collector/` of postgres_exporter; `pg_settings_*` are made from the names in `pg_settings`. */
export const postgresMetrics = exportedBy(
    { exporter: "postgres_exporter", since: "0.11" },
    {
        pg_up: gauge("state"),
        pg_settings_max_connections: gauge("1"),
        pg_settings_shared_buffers_bytes: gauge("bytes"),
        pg_database_size_bytes: gauge("bytes", ["datname"]),
        pg_locks_count: gauge("1", ["datname", "mode"]),
        pg_stat_activity_count: gauge("1", activity, "0.20"),
        pg_stat_activity_max_tx_duration: gauge("seconds", activity, "0.20"),
        pg_stat_database_numbackends: gauge("1", database),
        pg_stat_database_xact_commit: counter("1", database),
        pg_stat_database_xact_rollback: counter("1", database),
        pg_stat_database_blks_read: counter("1", database),
        pg_stat_database_blks_hit: counter("1", database),
        pg_stat_database_tup_returned: counter("1", database),
        pg_stat_database_tup_fetched: counter("1", database),
        pg_stat_database_tup_inserted: counter("1", database),
        pg_stat_database_tup_updated: counter("1", database),
        pg_stat_database_tup_deleted: counter("1", database),
        pg_stat_database_deadlocks: counter("1", database),
        pg_stat_database_conflicts: counter("1", database),
        pg_stat_database_temp_bytes: counter("bytes", database),
        pg_stat_replication_pg_wal_lsn_diff: gauge("bytes", replica, "0.20"),
        pg_stat_replication_pg_current_wal_lsn_bytes: gauge("bytes", replica, "0.20"),
        pg_replication_lag_seconds: gauge("seconds", [], "0.20"),
        pg_replication_is_replica: gauge("state", [], "0.20"),
    },
);

/** What `SHOW GLOBAL STATUS` and `SHOW GLOBAL VARIABLES` say has no type; most of the status only grows. Source: `collector/` of mysqld_exporter. */
export const mysqlMetrics = exportedBy(
    { exporter: "mysqld_exporter", since: "0.14" },
    {
        mysql_up: gauge("state"),
        mysql_global_status_threads_connected: untyped("1"),
        mysql_global_status_threads_running: untyped("1"),
        mysql_global_status_queries: untyped("1"),
        mysql_global_status_questions: untyped("1"),
        mysql_global_status_slow_queries: untyped("1"),
        mysql_global_status_aborted_connects: untyped("1"),
        mysql_global_status_aborted_clients: untyped("1"),
        mysql_global_status_innodb_row_lock_waits: untyped("1"),
        mysql_global_status_innodb_row_lock_time: untyped("1"),
        mysql_global_status_innodb_buffer_pool_reads: untyped("1"),
        mysql_global_status_innodb_buffer_pool_read_requests: untyped("1"),
        mysql_global_status_bytes_received: untyped("bytes"),
        mysql_global_status_bytes_sent: untyped("bytes"),
        mysql_global_status_uptime: untyped("seconds"),
        mysql_global_status_commands_total: counter("1", ["command"]),
        mysql_global_status_connection_errors_total: counter("1", ["error"]),
        mysql_global_status_innodb_row_ops_total: counter("1", ["operation"]),
        mysql_global_status_buffer_pool_pages: gauge("1", ["state"]),
        mysql_global_variables_max_connections: untyped("1"),
        mysql_global_variables_innodb_buffer_pool_size: untyped("bytes"),
    },
);

/** For Redis and Valkey. Source: `exporter/exporter.go` of redis_exporter. */
export const redisMetrics = exportedBy(
    { exporter: "redis_exporter", since: "1.45" },
    {
        redis_up: gauge("state"),
        redis_uptime_in_seconds: gauge("seconds"),
        redis_connected_clients: gauge("1"),
        redis_blocked_clients: gauge("1"),
        redis_max_clients: gauge("1", [], "1.68"),
        redis_memory_used_bytes: gauge("bytes"),
        redis_memory_max_bytes: gauge("bytes"),
        redis_mem_fragmentation_ratio: gauge("ratio"),
        redis_db_keys: gauge("1", ["db"]),
        redis_db_keys_expiring: gauge("1", ["db"]),
        redis_commands_total: counter("1", ["cmd"]),
        redis_commands_duration_seconds_total: counter("seconds", ["cmd"]),
        redis_commands_processed_total: counter("1"),
        redis_keyspace_hits_total: counter("1"),
        redis_keyspace_misses_total: counter("1"),
        redis_evicted_keys_total: counter("1"),
        redis_expired_keys_total: counter("1"),
        redis_connections_received_total: counter("1"),
        redis_rejected_connections_total: counter("1"),
        redis_connected_slaves: gauge("1"),
        redis_net_input_bytes_total: counter("bytes"),
        redis_net_output_bytes_total: counter("bytes"),
    },
);
