import type { DatabaseSpec } from "./spec";

/**
 * Words that no database or user may be called. SQL reserves them, so they would have to be quoted in every statement that anybody
 * types, and RDS refuses them. The list is PostgreSQL's; what MySQL reserves beyond it works as a name in quotes.
 * Source: PostgreSQL 15, `SELECT word FROM pg_get_keywords() WHERE catcode = 'R'`.
 */
const sqlWords =
    "all analyse analyze and any array as asc asymmetric both case cast check collate column constraint create " +
    "current_catalog current_date current_role current_time current_timestamp current_user default deferrable desc distinct do " +
    "else end except false fetch for foreign from grant group having in initially intersect into lateral leading limit localtime " +
    "localtimestamp not null offset on only or order placing primary references returning select session_user some symmetric table " +
    "then to trailing true union unique user using variadic when where window with";

export const reservedWords: ReadonlySet<string> = new Set(sqlWords.split(" "));

/** Databases that every server has. */
const systemDatabases: Readonly<Record<DatabaseSpec["engine"], readonly string[]>> = {
    postgres: ["postgres", "template0", "template1", "rdsadmin"],
    mysql: ["mysql", "sys", "information_schema", "performance_schema", "innodb", "tmp"],
};

/** Users that the server, RDS or this platform has. `admin` is refused by RDS for PostgreSQL and so everywhere. */
const systemUsers = ["postgres", "root", "mysql", "admin", "rdsadmin", "rdsrepladmin", "platform_exporter", "public"];

/** What PostgreSQL and RDS start the names of their own roles with. */
const systemUserPrefix = /^(pg_|rds_|mysql_)/;

export function isReservedDatabase(engine: DatabaseSpec["engine"], name: string): boolean {
    return reservedWords.has(name) || systemDatabases[engine].includes(name);
}

export function isReservedUser(name: string): boolean {
    return reservedWords.has(name) || systemUsers.includes(name) || systemUserPrefix.test(name);
}
