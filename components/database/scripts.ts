import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import type { DatabaseSpec } from "./spec";

type Engine = DatabaseSpec["engine"];

/** The project's directory, found from here upwards: compiled code lies elsewhere, the scripts do not. */
function projectDirectory(): string {
    let directory = __dirname;
    while (!existsSync(path.join(directory, "Pulumi.yaml"))) {
        const parent = path.dirname(directory);
        if (parent === directory) {
            throw new Error(`${__dirname} is not in a Pulumi project: no directory above it has a Pulumi.yaml`);
        }
        directory = parent;
    }
    return directory;
}

const texts = new Map<string, string>();

/** The text of a script. They are real files, so that they can be run, tested and linted as what they are. */
export function script(name: string): string {
    let text = texts.get(name);
    if (text === undefined) {
        text = readFileSync(path.join(projectDirectory(), "components", "database", "scripts", name), "utf8");
        texts.set(name, text);
    }
    return text;
}

/** Files of a ConfigMap, by name. */
export type Files = Readonly<Record<string, string>>;

const filesOf = (...names: string[]): Files => Object.fromEntries(names.map((name) => [name, script(name)]));

/**
 * Who may log in to PostgreSQL. The socket lies in a volume that only the server's pod mounts, so whoever holds it is trusted. Over the
 * network everybody shows a password on an encrypted connection, and nobody gets in as superuser.
 */
const hostBasedAuthentication = `# type   database user             address method
local    all      all                       trust
hostssl  all      postgres          all     reject
hostssl  all      platform_exporter all     reject
hostssl  all      all               all     scram-sha-256
`;

/** What the pod of an in-cluster server runs by. */
export function serverFiles(engine: Engine): Files {
    return engine === "postgres"
        ? {
              "pg_hba.conf": hostBasedAuthentication,
              ...filesOf("postgres-tls.sh", "keep-login.sh", "postgres-login.sh"),
          }
        : filesOf("mysql-server.sh", "keep-login.sh", "mysql-login.sh");
}

/** What backups and restores run by. */
export function backupFiles(engine: Engine): Files {
    return filesOf("common.sh", `${engine}.sh`, "dump.sh", "upload.sh", "download.sh", "restore.sh");
}

/** What the exporter of a managed database runs by. */
export function exporterFiles(): Files {
    return filesOf("exporter.sh");
}

/** What keeps the master password of a managed database equal to the Secret. */
export function masterLoginFiles(engine: Engine): Files {
    return filesOf("common.sh", `${engine}.sh`, "check-login.sh", "set-master-login.sh");
}

/** A name that changes with the content, so that pods never see another version than the one they were made for. */
export function filesName(prefix: string, files: Files): string {
    const digest = createHash("sha256").update(JSON.stringify(files)).digest("hex").slice(0, 8);
    return `${prefix}-${digest}`;
}
