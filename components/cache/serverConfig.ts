import { memoryOf } from "./resources";
import type { CacheSpec } from "./spec";

/** Port of a cache, everywhere. */
export const cachePort = 6379;

export interface ServerConfigPlan {
    readonly spec: CacheSpec;
    /** Directory of certificate, key and authority; undefined for connections in the clear. */
    readonly tlsDirectory: string | undefined;
    readonly dataDirectory: string;
}

/** The least recently used key goes first, whether or not it has an expiry. */
export const defaultEvictionPolicy = "allkeys-lru";

/** The configuration file of an in-cluster cache. It has no password in it: that is added in the pod. */
export function serverConfig({ spec, tlsDirectory, dataDirectory }: ServerConfigPlan): string {
    const listen =
        tlsDirectory === undefined
            ? [`port ${cachePort}`]
            : [
                  "port 0",
                  `tls-port ${cachePort}`,
                  `tls-cert-file ${tlsDirectory}/tls.crt`,
                  `tls-key-file ${tlsDirectory}/tls.key`,
                  `tls-ca-cert-file ${tlsDirectory}/ca.crt`,
                  // Clients show a password, not a certificate.
                  "tls-auth-clients no",
                  'tls-protocols "TLSv1.2 TLSv1.3"',
              ];
    return [
        ...listen,
        `dir ${dataDirectory}`,
        // Every write is in the file within a second; snapshots beside it would only write everything twice.
        "appendonly yes",
        "appendfsync everysec",
        'save ""',
        `maxmemory ${memoryOf(spec)}mb`,
        `maxmemory-policy ${spec.evictionPolicy ?? defaultEvictionPolicy}`,
        // Finds clients whose node is gone.
        "tcp-keepalive 60",
        "",
    ].join("\n");
}
