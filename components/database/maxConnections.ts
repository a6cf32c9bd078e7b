import type { DatabaseSpec } from "./spec";

/**
 * How many connections an RDS instance accepts. RDS derives it from the class's memory:
 * LEAST(DBInstanceClassMemory / 9531392, 5000) for PostgreSQL, DBInstanceClassMemory / 12582880 for MySQL.
 * Source: Amazon RDS User Guide, "Quotas and constraints", "Maximum number of database connections".
 */
const bytesPerConnection = { postgres: 9_531_392, mysql: 12_582_880 } as const;
const mostConnections = { postgres: 5000, mysql: 100_000 } as const;

/** Memory in GiB by family and size. Source: Amazon RDS User Guide, "Hardware specifications for DB instance classes". */
const memoryGiB: Readonly<Record<"t" | "m" | "r", Readonly<Record<string, number>>>> = {
    t: { micro: 1, small: 2, medium: 4, large: 8, xlarge: 16, "2xlarge": 32 },
    m: {
        large: 8,
        xlarge: 16,
        "2xlarge": 32,
        "4xlarge": 64,
        "8xlarge": 128,
        "12xlarge": 192,
        "16xlarge": 256,
        "24xlarge": 384,
    },
    r: {
        large: 16,
        xlarge: 32,
        "2xlarge": 64,
        "4xlarge": 128,
        "8xlarge": 256,
        "12xlarge": 384,
        "16xlarge": 512,
        "24xlarge": 768,
    },
};

const mebibyte = 2 ** 20;

/** Memory of an instance class in MiB; undefined for a class that is not in the table. */
export function instanceMemoryMiB(instanceClass: string): number | undefined {
    const [, family, size] = /^db\.([tmr])\d+[a-z]*\.([a-z0-9]+)$/.exec(instanceClass) ?? [];
    if ((family !== "t" && family !== "m" && family !== "r") || size === undefined) {
        return undefined;
    }
    const gibibytes = memoryGiB[family][size];
    return gibibytes === undefined ? undefined : gibibytes * 1024;
}

/**
 * What is left of an instance's memory for the database. `DBInstanceClassMemory` is less than the class has: the operating system and
 * RDS's own processes take a part that AWS does not publish. 320 MiB and 5 % is a little more than what has been seen: MySQL answers
 * 66, 150, 312 and 648 connections on 1, 2, 4 and 8 GiB, where the plain formula says 85, 170, 341 and 682.
 */
function databaseMemoryMiB(memoryMiB: number): number {
    return memoryMiB * 0.95 - 320;
}

/** Connections that an instance of this class accepts for certain; undefined for a class that is not known. */
export function maxConnections(engine: DatabaseSpec["engine"], instanceClass: string): number | undefined {
    const memory = instanceMemoryMiB(instanceClass);
    if (memory === undefined) {
        return undefined;
    }
    const byMemory = Math.floor((databaseMemoryMiB(memory) * mebibyte) / bytesPerConnection[engine]);
    return Math.min(byMemory, mostConnections[engine]);
}

/** Connections that a managed server accepts for certain; undefined where neither the system nor the class says so. */
export function managedMaxConnections(
    { engine, connections = 0 }: Pick<DatabaseSpec, "engine" | "connections">,
    instanceClass: string,
): number | undefined {
    const byMemory = maxConnections(engine, instanceClass);
    return byMemory === undefined && connections === 0 ? undefined : Math.max(byMemory ?? 0, connections);
}
