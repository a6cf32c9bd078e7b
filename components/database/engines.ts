import { databaseEngines } from "../../config/supportedVersions";
import type { DatabaseSpec } from "./spec";

/** A parameter of an RDS parameter group. */
export interface ServerParameter {
    readonly name: string;
    readonly value: string;
    /** Whether it holds at once or from the next restart on. A new instance starts with all of them. */
    readonly applyMethod: "immediate" | "pending-reboot";
}

/** What the two engines have in common, each with its own values. */
export interface EngineFacts {
    readonly port: number;
    /** Kind of the store in a connection. */
    readonly kind: "postgres" | "mysql";
    /** Parameters of managed servers: encrypted connections only, and a log that explains a slow or lost connection. */
    readonly parameters: readonly ServerParameter[];
    /** Logs that RDS sends to CloudWatch. Source: Amazon RDS User Guide, "Publishing database logs to CloudWatch Logs". */
    readonly logTypes: readonly string[];
    /** Tags of the official image on Docker Hub by major version. All are built for amd64 and arm64. */
    readonly imageTags: Readonly<Record<string, string>>;
    /** User and group id of the server in the official image. */
    readonly userId: number;
    /** Where the image keeps its data; the volume is mounted here. */
    readonly dataDirectory: string;
    /** Where the server's socket lies in the image. */
    readonly socketDirectory: string;
    /** Longest user name that RDS takes. Source: Amazon RDS API Reference, CreateDBInstance, MasterUsername. */
    readonly maxUsernameLength: number;
    readonly exporter: {
        readonly image: string;
        /** Path of the binary in the image. */
        readonly command: string;
        readonly port: number;
    };
}

/**
 * Where a value is AWS's own default, "pending-reboot" is what AWS reports as the method, and anything else would show as a change
 * in every refresh. Source: `aws.rds.ParameterGroup`, "Example of Problematic Configuration".
 */
const maybeDefault = "pending-reboot";

/**
 * Newest minor versions as of 2026-08-21. PostgreSQL's images stay on one Debian release: another brings another C library, which sorts
 * text differently and so breaks indexes. Debian's library is the one RDS has too; Alpine's is not.
 * Source: docker-library/official-images, library/postgres and library/mysql.
 */
const imageTags = {
    postgres: { "15": "15.19-bookworm", "16": "16.15-bookworm", "17": "17.11-bookworm" } satisfies Record<
        keyof typeof databaseEngines.postgres,
        string
    >,
    mysql: { "8.4": "8.4.11" } satisfies Record<keyof typeof databaseEngines.mysql, string>,
};

export const engines: Readonly<Record<DatabaseSpec["engine"], EngineFacts>> = {
    postgres: {
        port: 5432,
        kind: "postgres",
        parameters: [
            { name: "rds.force_ssl", value: "1", applyMethod: maybeDefault },
            { name: "log_connections", value: "1", applyMethod: "immediate" },
            { name: "log_disconnections", value: "1", applyMethod: "immediate" },
            { name: "log_lock_waits", value: "1", applyMethod: "immediate" },
            // Milliseconds. Statements that take a second are worth a line; all of them would fill the log.
            { name: "log_min_duration_statement", value: "1000", applyMethod: "immediate" },
            // KiB. A sort or join that spills 10 MiB to disk.
            { name: "log_temp_files", value: "10240", applyMethod: "immediate" },
        ],
        logTypes: ["postgresql", "upgrade"],
        imageTags: imageTags.postgres,
        userId: 999,
        dataDirectory: "/var/lib/postgresql/data",
        socketDirectory: "/var/run/postgresql",
        maxUsernameLength: 16,
        exporter: {
            image: "quay.io/prometheuscommunity/postgres-exporter:v0.20.1",
            command: "/bin/postgres_exporter",
            port: 9187,
        },
    },
    mysql: {
        port: 3306,
        kind: "mysql",
        parameters: [
            { name: "require_secure_transport", value: "1", applyMethod: "immediate" },
            // Triggers and functions need it as long as there is a binary log, which point-in-time recovery is made of.
            { name: "log_bin_trust_function_creators", value: "1", applyMethod: "immediate" },
            { name: "slow_query_log", value: "1", applyMethod: maybeDefault },
            // Seconds.
            { name: "long_query_time", value: "1", applyMethod: "immediate" },
            // Only files are sent to CloudWatch.
            { name: "log_output", value: "FILE", applyMethod: maybeDefault },
        ],
        logTypes: ["error", "slowquery"],
        imageTags: imageTags.mysql,
        userId: 999,
        dataDirectory: "/var/lib/mysql",
        socketDirectory: "/var/run/mysqld",
        maxUsernameLength: 16,
        exporter: {
            image: "quay.io/prometheus/mysqld-exporter:v0.20.0",
            command: "/bin/mysqld_exporter",
            port: 9104,
        },
    },
};

/** The official image of an engine's major version: the server in the cluster, and the dump tools that fit it. */
export function engineImage({ engine, version }: Pick<DatabaseSpec, "engine" | "version">): string {
    const tag = engines[engine].imageTags[version];
    if (tag === undefined) {
        throw new Error(`there is no image of ${engine} ${version}`);
    }
    return `docker.io/library/${engine}:${tag}`;
}

/** The RDS parameter group family of an engine's major version. */
export function parameterGroupFamily({ engine, version }: Pick<DatabaseSpec, "engine" | "version">): string {
    const families: Readonly<Record<string, string>> = databaseEngines[engine];
    const family = families[version];
    if (family === undefined) {
        throw new Error(`RDS has no parameter group family for ${engine} ${version}`);
    }
    return family;
}

/**
 * Instance classes on which RDS for MySQL has no Database Insights (until 2026-07-31: Performance Insights). PostgreSQL has it on all.
 * Source: Amazon RDS User Guide, "DB engine, Region, and instance class support for Database Insights".
 */
const mysqlWithoutInsights = ["t2.micro", "t2.small", "t3.micro", "t3.small", "t4g.micro", "t4g.small"];

/** Whether RDS can show what a server of this class is busy with. */
export function hasDatabaseInsights(engine: DatabaseSpec["engine"], instanceClass: string): boolean {
    return engine === "postgres" || !mysqlWithoutInsights.includes(instanceClass.replace(/^db\./, ""));
}
