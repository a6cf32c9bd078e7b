import { execFileSync, spawnSync } from "node:child_process";
import path from "node:path";
import { findCommand } from "../components/database/sandbox";
import { findPostgres } from "../components/database/postgresServer";

/** The programs of the live test, each by the name that its project gives it and by the one that Debian does. */
const names = {
    prometheus: ["prometheus"],
    alertmanager: ["alertmanager", "prometheus-alertmanager"],
    redis: ["redis-server"],
    postgresExporter: ["postgres_exporter", "prometheus-postgres-exporter"],
    redisExporter: ["redis_exporter", "prometheus-redis-exporter"],
} as const;

/** Where each program is. */
export type Programs = Readonly<Record<keyof typeof names | "postgres" | "initdb", string>>;

/** The programs, or the names of those that are not installed. */
export function findPrograms(): { readonly programs?: Programs; readonly missing: readonly string[] } {
    const postgres = findPostgres();
    const found = Object.entries(names).map(
        ([program, commands]) => [program, commands.map((each) => findCommand(each)).find(Boolean)] as const,
    );
    const missing = [
        ...found.flatMap(([program, file]) => (file === undefined ? [program] : [])),
        ...(postgres === undefined ? ["postgres"] : []),
    ];
    return missing.length > 0 || postgres === undefined
        ? { missing }
        : {
              missing,
              programs: {
                  ...(Object.fromEntries(found) as Record<keyof typeof names, string>),
                  postgres: path.join(postgres, "postgres"),
                  initdb: path.join(postgres, "initdb"),
              },
          };
}

/** A version as a number that grows with it. */
export function comparable(version: string): number {
    const [major = 0, minor = 0] = version.split(".").map(Number);
    return major * 1000 + minor;
}

/** The version that a program says it is; one that says none was built by hand, of its newest source. */
export function versionOf(program: string): number {
    const { stdout, stderr } = spawnSync(program, ["--version"], { encoding: "utf8" });
    const [, version] = /(?:version |Exporter )v?(\d+\.\d+)/.exec(stdout + stderr) ?? [];
    return version === undefined ? Infinity : comparable(version);
}

/** Somebody with no rights, for servers that refuse to run as root; undefined when the test does not run as root itself. */
export function nobody(): { uid: number; gid: number } | undefined {
    if (process.getuid?.() !== 0) {
        return undefined;
    }
    const id = (flag: string): number => Number(execFileSync("id", [flag, "nobody"], { encoding: "utf8" }));
    return { uid: id("-u"), gid: id("-g") };
}
