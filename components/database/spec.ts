/** What a system says about a database it needs. The environment says where it lives and how large it is. */
export interface DatabaseSpec {
    /** Database engine. Changing it creates a new database. */
    readonly engine: "postgres" | "mysql";
    /** Major version, such as "16" for PostgreSQL or "8.4" for MySQL. Raising it upgrades in place, with downtime. */
    readonly version: string;
    /** Name of the database in the server. Changing it creates a new database. */
    readonly databaseName: string;
    /** User that the system's services connect as. */
    readonly username: string;
    /** Storage in GiB; it can grow but never shrink. Default 20. */
    readonly storageGiB?: number;
    /** Where storage stops growing by itself (managed only). Default: five times `storageGiB`. */
    readonly maxStorageGiB?: number;
    /** Read replicas, managed only. Default 0. Adding or removing one does not touch the primary. */
    readonly readReplicas?: number;
    /** Kubernetes name of the server in-cluster. Default: the name of the store. */
    readonly kubernetesName?: string;
}

/** Connections that an in-cluster server accepts. PostgreSQL's own default; MySQL's is 151. */
export const inClusterMaxConnections = 100;
