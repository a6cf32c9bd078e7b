import { jobFiles, scriptFiles, transferFiles, type Files } from "../backup/scriptFiles";
import type { DatabaseSpec } from "./spec";

export { filesName, type Files } from "../backup/scriptFiles";

type Engine = DatabaseSpec["engine"];

const filesOf = (...names: string[]): Files => scriptFiles("database", ...names);

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
    return { ...jobFiles(), ...filesOf("common.sh", `${engine}.sh`, "dump.sh", "restore.sh"), ...transferFiles() };
}

/** What the exporter of a managed database runs by. */
export function exporterFiles(): Files {
    return filesOf("exporter.sh");
}

/** What keeps the master password of a managed database equal to the Secret. */
export function masterLoginFiles(engine: Engine): Files {
    return { ...jobFiles(), ...filesOf("common.sh", `${engine}.sh`, "check-login.sh", "set-master-login.sh") };
}
