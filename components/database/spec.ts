/** What a system says about a database it needs. The environment says where it lives and how large it is. */
export interface DatabaseSpec {
    /** Database engine. Changing it creates a new database. */
    readonly engine: "postgres" | "mysql";
    /**
     * Major version, such as "16" for PostgreSQL or "8.4" for MySQL. Raising it upgrades a managed database in place, with downtime.
     * In-cluster, PostgreSQL refuses to start on the files of another major version: back up, delete the volume, restore.
     */
    readonly version: string;
    /** Name of the database in the server, at most 40 characters. Changing it creates a new database. */
    readonly databaseName: string;
    /** User that the system's services connect as, at most 16 characters. Changing it creates a new managed database. */
    readonly username: string;
    /**
     * Storage in GiB. Default 20, which is also the least that RDS has. Managed storage grows in place and never shrinks. In-cluster it
     * is fixed when the volume is made; a larger one takes a change of the volume claim by hand.
     */
    readonly storageGiB?: number;
    /** Where storage stops growing by itself in GiB (managed only). Default: five times the storage. Changed in place. */
    readonly maxStorageGiB?: number;
    /**
     * Read replicas, managed only, 0 to 15. Default 0. Adding or removing one does not touch the primary's data. With the first one
     * the platform takes over the master password, because RDS manages none for a primary with replicas.
     */
    readonly readReplicas?: number;
    /**
     * Connections that the server accepts at the least, 20 to 1000. Default: 100 in-cluster, and what RDS derives from the memory of a managed
     * one, which more than that raises. In-cluster a change restarts the server; managed, it counts from the next restart on.
     */
    readonly connections?: number;
    /** Kubernetes name of the server in-cluster, at most 40 characters. Default: the name of the store. */
    readonly kubernetesName?: string;
    /** What the Secret with the password is called. Default: the server's Kubernetes name and `-credentials`, in AWS under the system's name. */
    readonly credentials?: DatabaseCredentialsSpec;
}

export interface DatabaseCredentialsSpec {
    /** Name of the Kubernetes Secret, a DNS label. A change makes a new Secret; in-cluster and with read replicas, a new password, too. */
    readonly kubernetesName?: string;
    /**
     * Path in AWS Secrets Manager, as for other secrets, such as `dev/backend/database`. A change makes a new AWS secret with a new password.
     * It counts where the platform owns the password: in-cluster, and managed with read replicas. Otherwise RDS owns it and calls its
     * secret `rds!db-` and an id, which nobody can choose.
     */
    readonly awsName?: string;
}

/** Connections that an in-cluster server accepts unless the system needs more. PostgreSQL's own default; MySQL's is 151. */
const inClusterConnections = 100;

/** Connections that an in-cluster server accepts. */
export function inClusterMaxConnections({ connections }: Pick<DatabaseSpec, "connections">): number {
    return connections ?? inClusterConnections;
}

export const defaultStorageGiB = 20;
