import type * as pulumi from "@pulumi/pulumi";

/** Where the value of one key of a Kubernetes Secret comes from: a member of the JSON object in an AWS secret, or the program. */
export type SecretSource =
    | { readonly kind: "aws"; readonly secretArn: pulumi.Input<string>; readonly property: string }
    | { readonly kind: "value"; readonly value: pulumi.Input<string> };

/** A Kubernetes Secret and the keys in it. */
export interface SecretReference {
    /** Name of the Secret, in the system's namespace. */
    readonly name: string;
    /** Keys that the Secret holds. */
    readonly keys: readonly string[];
    /** Where each key's value comes from, for Secrets that repeat it; absent where the content is made in the cluster. */
    readonly sources?: Readonly<Record<string, SecretSource>>;
    /** What has to exist before a pod can read it. */
    readonly dependsOn: readonly pulumi.Resource[];
}

/** Where the packets of a connection go, for network policies and security groups. */
export type NetworkTarget =
    | { readonly kind: "pods"; readonly namespace: string; readonly labels: Readonly<Record<string, string>> }
    | { readonly kind: "cidrs"; readonly cidrs: readonly string[] };

/**
 * How a service reaches a database or a cache. Managed and in-cluster stores export the same shape, so that a service never knows
 * where its stores live.
 */
export interface StoreConnection {
    readonly kind: "postgres" | "mysql" | "redis";
    /** The store's name in its system. */
    readonly name: string;
    /** Address for reads and writes. */
    readonly host: pulumi.Input<string>;
    /** Address that spreads reads over the read replicas; absent without replicas. */
    readonly readHost?: pulumi.Input<string>;
    readonly port: number;
    /** Whether the store accepts encrypted connections only. */
    readonly tls: boolean;
    /**
     * The authority that signed the store's certificate, as a key of a Secret; absent when it is a public one, which images know, or
     * when clients do not check certificates.
     */
    readonly certificateAuthority?: { readonly secret: SecretReference; readonly key: string };
    /** Name of the database; absent for caches. */
    readonly databaseName?: string;
    /** User to connect as; absent for caches. */
    readonly username?: string;
    /** The Secret and the key in it that holds the password. */
    readonly secret: SecretReference;
    readonly passwordKey: string;
    readonly network: NetworkTarget;
    /** The `job` label of the store's exporter in Prometheus. */
    readonly exporterJob: string;
    /** Connections the store accepts; what pools are checked against. Absent for caches. */
    readonly maxConnections?: number;
    /** What has to exist before a service can use the store. */
    readonly dependsOn: readonly pulumi.Resource[];
}
