import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import type { StoreConnection } from "../connection";
import type { ConnectionSpec } from "./spec";

type Part = keyof NonNullable<ConnectionSpec["variables"]>;

/** An environment variable whose value is a key of a Kubernetes Secret. */
export interface SecretVariable {
    readonly variable: string;
    readonly secretName: string;
    readonly key: string;
}

/** A key of a Kubernetes Secret that a container finds as a file. */
export interface SecretFile {
    readonly directory: string;
    readonly fileName: string;
    readonly secretName: string;
    readonly key: string;
}

/** What a container is told about a store: plain settings, where the password is, and who signed the store's certificate. */
export interface ConnectionVariables {
    readonly settings: Readonly<Record<string, pulumi.Input<string>>>;
    readonly secrets: readonly SecretVariable[];
    readonly files: readonly SecretFile[];
}

const databaseNames: Readonly<Partial<Record<Part, string>>> = {
    host: "DATABASE_HOST",
    readHost: "DATABASE_READ_HOST",
    port: "DATABASE_PORT",
    name: "DATABASE_NAME",
    user: "DATABASE_USER",
    password: "DATABASE_PASSWORD",
    tls: "DATABASE_SSLMODE",
    certificateAuthority: "DATABASE_CA_FILE",
};

const cacheNames: Readonly<Partial<Record<Part, string>>> = {
    host: "REDIS_HOST",
    port: "REDIS_PORT",
    password: "REDIS_PASSWORD",
    tls: "REDIS_TLS",
    certificateAuthority: "REDIS_CA_FILE",
};

/**
 * The words that the stores' own clients use for "encrypt" and "do not". `require` does not check the certificate: the authority of
 * RDS is in no image by default, and a service that ships it sets a variable of its own.
 * Sources: libpq "SSL Support"; MySQL "Command Options for Encrypted Connections".
 */
const tlsWords: Readonly<Record<StoreConnection["kind"], { readonly on: string; readonly off: string }>> = {
    postgres: { on: "require", off: "disable" },
    mysql: { on: "REQUIRED", off: "DISABLED" },
    redis: { on: "true", off: "false" },
};

/** Names of the variables that a connection to a kind of store sets, by what they hold. */
export function variableNames(
    spec: ConnectionSpec,
    kind: StoreConnection["kind"],
): Readonly<Partial<Record<Part, string>>> {
    const defaults = kind === "redis" ? cacheNames : databaseNames;
    const given = Object.entries(spec.variables ?? {}).filter(([, name]) => name !== undefined);
    const names: Partial<Record<Part, string | null>> = { ...defaults, ...Object.fromEntries(given) };
    return Object.fromEntries(Object.entries(names).filter(([, name]) => name !== null));
}

/** The environment variables by which a container is told about a store. */
export function connectionVariables(spec: ConnectionSpec, connection: StoreConnection): ConnectionVariables {
    const { kind, host, readHost, port, databaseName, username, tls, secret, passwordKey } = connection;
    const authority = authorityFile(connection);
    const values: Readonly<Partial<Record<Part, pulumi.Input<string>>>> = {
        host,
        // Without read replicas the primary answers reads, so a service can tell the two apart in every environment.
        readHost: readHost ?? host,
        port: String(port),
        ...(databaseName !== undefined && { name: databaseName }),
        ...(username !== undefined && { user: username }),
        tls: tls ? tlsWords[kind].on : tlsWords[kind].off,
        ...(authority !== undefined && { certificateAuthority: `${authority.directory}/${authority.fileName}` }),
    };
    const names = variableNames(spec, kind);
    const settings: Record<string, pulumi.Input<string>> = {};
    for (const [part, value] of Object.entries(values) as [Part, pulumi.Input<string>][]) {
        const name = names[part];
        if (name !== undefined) {
            settings[name] = value;
        }
    }
    return {
        settings,
        secrets:
            names.password === undefined
                ? []
                : [{ variable: names.password, secretName: secret.name, key: passwordKey }],
        files: authority === undefined ? [] : [authority],
    };
}

/** Only the authority's certificate is handed out; the Secret may hold the server's private key beside it. */
function authorityFile({ name, certificateAuthority }: StoreConnection): SecretFile | undefined {
    return certificateAuthority === undefined
        ? undefined
        : {
              directory: `/etc/platform/certificates/${name}`,
              fileName: "ca.crt",
              secretName: certificateAuthority.secret.name,
              key: certificateAuthority.key,
          };
}

/**
 * A short digest of what the program knows of a configuration without asking the cloud. It is the same in a preview and in the
 * update that follows, so names can be made from it.
 */
export function knownDigest(data: Readonly<Record<string, pulumi.Input<string>>>): string {
    const known = Object.entries(data).map(([key, value]) => [key, typeof value === "string" ? value : null]);
    return digestOf(known as [string, string | null][]).slice(0, 10);
}

/** A digest of everything in a configuration, the addresses included that only the cloud knows. */
export function fullDigest(data: Readonly<Record<string, pulumi.Input<string>>>): pulumi.Output<string> {
    return pulumi.output(data).apply((values) => digestOf(Object.entries(values)));
}

function digestOf(entries: readonly (readonly [string, string | null])[]): string {
    const sorted = [...entries].sort(([a], [b]) => (a < b ? -1 : 1));
    return createHash("sha256").update(JSON.stringify(sorted)).digest("hex");
}
