import type { DatabaseSpec } from "./spec";

type Engine = DatabaseSpec["engine"];

/** Source: PostgreSQL 15 to 17, `SELECT word FROM pg_get_keywords() WHERE catcode = 'R'`. */
const postgresWords =
    "all analyse analyze and any array as asc asymmetric both case cast check collate column constraint create " +
    "current_catalog current_date current_role current_time current_timestamp current_user default deferrable desc distinct do " +
    "else end except false fetch for foreign from grant group having in initially intersect into lateral leading limit localtime " +
    "localtimestamp not null offset on only or order placing primary references returning select session_user some symmetric " +
    "system_user table then to trailing true union unique user using variadic when where window with";

/** Source: MySQL 9.7, which reserves what 8.4 does and a few more, `information_schema.keywords` where `reserved`. */
const mysqlWords =
    "accessible add all alter analyze and as asc asensitive before between bigint binary blob both by call " +
    "cascade case change char character check collate column condition constraint continue convert create cross " +
    "cube cume_dist current_date current_time current_timestamp current_user cursor database databases day_hour " +
    "day_microsecond day_minute day_second dec decimal declare default delayed delete dense_rank desc describe " +
    "deterministic distinct distinctrow div double drop dual each else elseif empty enclosed escaped except " +
    "exists exit explain external false fetch first_value float float4 float8 for force foreign from fulltext " +
    "function generated get grant group grouping groups having high_priority hour_microsecond hour_minute " +
    "hour_second if ignore in index infile inner inout insensitive insert int int1 int2 int3 int4 int8 integer " +
    "intersect interval into io_after_gtids io_before_gtids is iterate join json_table key keys kill lag " +
    "last_value lateral lead leading leave left library like limit linear lines load localtime localtimestamp " +
    "lock long longblob longtext loop low_priority match maxvalue mediumblob mediumint mediumtext middleint " +
    "minute_microsecond minute_second mod modifies natural no_write_to_binlog not nth_value ntile null numeric of " +
    "on optimize optimizer_costs option optionally or order out outer outfile over partition percent_rank " +
    "precision primary procedure purge qualify range rank read read_write reads real recursive references regexp " +
    "release rename repeat replace require resignal restrict return revoke right rlike row row_number rows schema " +
    "schemas second_microsecond select sensitive separator set show signal smallint spatial specific sql " +
    "sql_big_result sql_calc_found_rows sql_small_result sqlexception sqlstate sqlwarning ssl starting stored " +
    "straight_join system table tablesample terminated then tinyblob tinyint tinytext to trailing trigger true " +
    "undo union unique unlock unsigned update usage use using utc_date utc_time utc_timestamp values varbinary " +
    "varchar varcharacter varying virtual when where while window with write xor year_month zerofill";

/**
 * Words that no database or user may be called: the language reserves them, so they would have to be quoted in every statement that
 * anybody types, and RDS refuses them (Amazon RDS API Reference, CreateDBInstance, DBName and MasterUsername).
 */
export const reservedWords: Readonly<Record<Engine, ReadonlySet<string>>> = {
    postgres: new Set(postgresWords.split(" ")),
    mysql: new Set(mysqlWords.split(" ")),
};

/** Databases that every server has. */
const systemDatabases: Readonly<Record<Engine, readonly string[]>> = {
    postgres: ["postgres", "template0", "template1", "rdsadmin"],
    mysql: ["mysql", "sys", "information_schema", "performance_schema", "innodb", "tmp"],
};

/** Users that the server, RDS or this platform has. `admin` is refused by RDS for PostgreSQL and so everywhere. */
const systemUsers = ["postgres", "root", "mysql", "admin", "rdsadmin", "rdsrepladmin", "platform_exporter", "public"];

/** What PostgreSQL and RDS start the names of their own roles with. */
const systemUserPrefix = /^(pg_|rds_|mysql_)/;

export function isReservedDatabase(engine: Engine, name: string): boolean {
    return reservedWords[engine].has(name) || systemDatabases[engine].includes(name);
}

export function isReservedUser(engine: Engine, name: string): boolean {
    return reservedWords[engine].has(name) || systemUsers.includes(name) || systemUserPrefix.test(name);
}
