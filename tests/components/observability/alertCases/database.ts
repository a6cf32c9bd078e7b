import { namespace, pod, api, app, kube, forever, over, type AlertCase, cases } from "./situation";

const succeeded = kube("kube_cronjob_status_last_successful_time", 'cronjob="postgres-backup"');
const created = kube("kube_cronjob_created", 'cronjob="postgres-backup"');
const replica = (address: string, state = "streaming"): string =>
    postgres("pg_stat_replication_pg_wal_lsn_diff", `application_name="r",client_addr="${address}",state="${state}"`);
const postgres = (metric: string, labels = ""): string =>
    `${metric}{namespace="${namespace}",job="user-management-postgres-exporter"${labels && `,${labels}`}}`;

export const databaseCases = {
    DatabaseConnectionFailure: {
        component: "user-mgmt-api",
        severity: "critical",
        fires: [
            {
                samples: { [app("db_connection_errors_total", `pod="${pod}"`)]: `0+1${forever}` },
                at: "4m45s",
                labels: api,
                description: "user-management/user-mgmt-api failed to connect to its database 10 times in 5m.",
            },
        ],
        quiet: {
            "when failures are far between": {
                samples: { [app("db_connection_errors_total", `pod="${pod}"`)]: `0+0.3${forever}` },
                after: "30m",
            },

            "when its counters start again": {
                samples: { [app("db_connection_errors_total", `pod="${pod}"`)]: over },
                after: "12m",
                shows: "counter reset",
            },
            "after a handful of failures": {
                samples: { [app("db_connection_errors_total", `pod="${pod}"`)]: "0x20 1 2 3 4x3000" },
                after: "12m",
                shows: "threshold",
            },
            "when the failures are over": {
                samples: { [app("db_connection_errors_total", `pod="${pod}"`)]: `900${forever}` },
                after: "30m",
                shows: "no traffic",
            },
        },
    },
    DatabaseDown: cases(
        {
            component: "postgres",
            severity: "critical",
            fires: [
                {
                    samples: { [postgres("pg_up")]: "0x9 1x3000" },
                    at: "1m",
                    until: "15m45s",
                    labels: { namespace, job: "user-management-postgres-exporter" },
                    description:
                        "The exporter user-management-postgres-exporter in user-management cannot connect to the database postgres.",
                },
            ],
            quiet: {
                "while it answers": {
                    samples: { [postgres("pg_up")]: `1${forever}` },
                    after: "30m",
                    shows: "threshold",
                },
            },
        },
        {
            component: "postgres",
            severity: "critical",
            of: "MySQL",
            fires: [
                {
                    samples: { [postgres("mysql_up")]: "0x9 1x3000" },
                    at: "1m",
                    until: "15m45s",
                    labels: { namespace, job: "user-management-postgres-exporter" },
                    description:
                        "The exporter user-management-postgres-exporter in user-management cannot connect to the database postgres.",
                },
            ],
            quiet: {
                "while it answers": {
                    samples: { [postgres("mysql_up")]: `1${forever}` },
                    after: "30m",
                    shows: "threshold",
                },
            },
        },
    ),
    DatabaseExporterAbsent: cases(
        {
            component: "postgres",
            severity: "warning",
            fires: [
                {
                    samples: { [postgres("up")]: `0${forever}` },
                    at: "5m",
                    labels: { namespace, job: "user-management-postgres-exporter" },
                    description:
                        "The exporter user-management-postgres-exporter in user-management reports nothing, so no alert about the database postgres can fire.",
                },
            ],
            quiet: { "while it reports": { samples: { [postgres("pg_up")]: `0${forever}` }, after: "30m" } },
        },
        {
            component: "postgres",
            severity: "warning",
            of: "MySQL",
            fires: [
                {
                    samples: { [postgres("up")]: `0${forever}`, [postgres("pg_up")]: `1${forever}` },
                    at: "5m",
                    labels: { namespace, job: "user-management-postgres-exporter" },
                    description:
                        "The exporter user-management-postgres-exporter in user-management reports nothing, so no alert about the database postgres can fire.",
                },
            ],
            quiet: { "while it reports": { samples: { [postgres("mysql_up")]: `0${forever}` }, after: "30m" } },
        },
    ),
    DatabaseConnectionsNearMaximum: cases(
        {
            component: "postgres",
            severity: "warning",
            fires: [
                {
                    samples: {
                        [postgres("pg_stat_database_numbackends", 'datname="usermanagement"')]: "76x20 50x3000",
                        [postgres("pg_stat_database_numbackends", 'datname="postgres"')]: `5${forever}`,
                        [postgres("pg_settings_max_connections", 'server="postgres:5432"')]: `100${forever}`,
                    },
                    at: "5m",
                    until: "15m15s",
                    labels: { namespace, job: "user-management-postgres-exporter" },
                    description:
                        "postgres in user-management has 81% of the connections it accepts; at 100 % it turns clients away.",
                },
                {
                    samples: {
                        [postgres("pg_stat_database_numbackends", 'datname="usermanagement"')]: `1${forever}`,
                        [postgres("pg_settings_max_connections", 'server="postgres:5432"')]: `1${forever}`,
                    },
                    at: "5m",
                    labels: { namespace, job: "user-management-postgres-exporter" },
                    description:
                        "postgres in user-management has 100% of the connections it accepts; at 100 % it turns clients away.",
                },
            ],
            quiet: {
                "while the maximum is not known": {
                    samples: {
                        [postgres("pg_stat_database_numbackends", 'datname="usermanagement"')]: `5${forever}`,
                        [postgres("pg_settings_max_connections", 'server="postgres:5432"')]: `0${forever}`,
                    },
                    after: "30m",
                },

                "just below its threshold": {
                    samples: {
                        [postgres("pg_stat_database_numbackends", 'datname="usermanagement"')]: `80${forever}`,
                        [postgres("pg_settings_max_connections", 'server="postgres:5432"')]: `100${forever}`,
                    },
                    after: "30m",
                    shows: "threshold",
                },
            },
        },
        {
            component: "postgres",
            severity: "warning",
            of: "MySQL",
            fires: [
                {
                    samples: {
                        [postgres("mysql_global_status_threads_connected")]: "81x20 50x3000",
                        [postgres("mysql_global_variables_max_connections")]: `100${forever}`,
                    },
                    at: "5m",
                    until: "15m15s",
                    labels: { namespace, job: "user-management-postgres-exporter" },
                    description:
                        "postgres in user-management has 81% of the connections it accepts; at 100 % it turns clients away.",
                },
                {
                    samples: {
                        [postgres("mysql_global_status_threads_connected")]: `1${forever}`,
                        [postgres("mysql_global_variables_max_connections")]: `1${forever}`,
                    },
                    at: "5m",
                    labels: { namespace, job: "user-management-postgres-exporter" },
                    description:
                        "postgres in user-management has 100% of the connections it accepts; at 100 % it turns clients away.",
                },
            ],
            quiet: {
                "while the maximum is not known": {
                    samples: {
                        [postgres("mysql_global_status_threads_connected")]: `5${forever}`,
                        [postgres("mysql_global_variables_max_connections")]: `0${forever}`,
                    },
                    after: "30m",
                },

                "at its threshold": {
                    samples: {
                        [postgres("mysql_global_status_threads_connected")]: `80${forever}`,
                        [postgres("mysql_global_variables_max_connections")]: `100${forever}`,
                    },
                    after: "30m",
                    shows: "threshold",
                },
            },
        },
    ),
    DatabaseDeadlocks: {
        component: "postgres",
        severity: "warning",
        fires: [
            {
                samples: { [postgres("pg_stat_database_deadlocks", 'datname="usermanagement"')]: `0+1${forever}` },
                at: "2m45s",
                labels: { namespace, job: "user-management-postgres-exporter", datname: "usermanagement" },
                description: "postgres had to end 6 deadlocks in usermanagement in 15m.",
            },
        ],
        quiet: {
            "when they are far between": {
                samples: { [postgres("pg_stat_database_deadlocks", 'datname="usermanagement"')]: `0+0.1${forever}` },
                after: "1h",
            },

            "when its counters start again": {
                samples: { [postgres("pg_stat_database_deadlocks", 'datname="usermanagement"')]: over },
                after: "12m",
                shows: "counter reset",
            },
            "when there were some long ago": {
                samples: { [postgres("pg_stat_database_deadlocks", 'datname="usermanagement"')]: `900${forever}` },
                after: "30m",
                shows: "no traffic",
            },
            "after a few of them": {
                samples: { [postgres("pg_stat_database_deadlocks", 'datname="usermanagement"')]: "0x40 1 2 3 4x3000" },
                after: "24m",
                shows: "threshold",
            },
        },
    },
    DatabaseReplicationLagging: {
        component: "postgres",
        severity: "warning",
        fires: [
            {
                samples: { [replica("10.0.9.4")]: `${257 * 1024 * 1024}x20 0x3000` },
                at: "5m",
                until: "15m15s",
                labels: {
                    namespace,
                    job: "user-management-postgres-exporter",
                    application_name: "r",
                    client_addr: "10.0.9.4",
                },
                description: "Replica 10.0.9.4 of postgres has not replayed 257MiB of changes; reads from it are old.",
            },
        ],
        quiet: {
            "at its threshold": {
                samples: { [replica("10.0.9.4")]: `${256 * 1024 * 1024}${forever}` },
                after: "30m",
                shows: "threshold",
            },
        },
    },
    DatabaseReplicaMissing: {
        component: "postgres",
        severity: "warning",
        fires: [
            {
                samples: { [postgres("pg_up")]: `1${forever}`, [replica("10.0.9.4")]: `0${forever}` },
                at: "5m",
                labels: { namespace, job: "user-management-postgres-exporter" },
                description: "postgres has 1 connected replicas; it should have 2.",
            },
            {
                samples: { [postgres("pg_up")]: `1${forever}`, [replica("10.0.9.4", "startup")]: `0${forever}` },
                at: "5m",
                labels: { namespace, job: "user-management-postgres-exporter" },
                description: "postgres has 0 connected replicas; it should have 2.",
            },
        ],
        quiet: {
            "when all are connected": {
                samples: {
                    [postgres("pg_up")]: `1${forever}`,
                    [replica("10.0.9.4")]: `0${forever}`,
                    [replica("10.0.9.5")]: `0${forever}`,
                },
                after: "30m",
                shows: "threshold",
            },
            "while the primary itself is down": { samples: { [postgres("pg_up")]: `0${forever}` }, after: "30m" },
        },
    },
    DatabaseBackupTooOld: {
        component: "postgres",
        severity: "warning",
        fires: [
            {
                // The clock of a test starts at 0, so a success of yesterday has a negative time.
                samples: { [succeeded]: `-93601${forever}`, [created]: `-900000${forever}` },
                at: "15m",
                labels: { namespace, cronjob: "postgres-backup" },
                description:
                    "The last backup of postgres by user-management/postgres-backup that succeeded is 1d 2h 15m 1s old; 26 h are allowed.",
            },
            {
                samples: { [created]: `-93601${forever}` },
                at: "15m",
                labels: { namespace, cronjob: "postgres-backup" },
                description:
                    "The last backup of postgres by user-management/postgres-backup that succeeded is 1d 2h 15m 1s old; 26 h are allowed.",
            },
        ],
        quiet: {
            "just before it is too old": {
                samples: { [succeeded]: `-91000${forever}` },
                after: "40m",
                shows: "threshold",
            },
            "when the job is new": { samples: { [created]: `0${forever}` }, after: "40m" },
        },
    },
} satisfies Readonly<Record<string, AlertCase | readonly AlertCase[]>>;
