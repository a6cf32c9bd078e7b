import type { CacheSpec } from "./spec";

/** How the image of an engine calls things. */
export interface EngineImage {
    readonly image: string;
    readonly server: string;
    readonly client: string;
    /** Reads a snapshot to the end and says whether it is whole. */
    readonly check: string;
    /** User and group that the image makes for the server; its Dockerfile fixes them. */
    readonly user: number;
    readonly group: number;
}

/**
 * The official images, for amd64 and arm64.
 *
 * Redis stays on 7.2: it is what ElastiCache 7.1 is compatible with, so that no command works here and fails in production, and the
 * last line whose files Valkey reads (Valkey documentation, "Migration from Redis").
 */
const images: Readonly<Record<CacheSpec["engine"], Readonly<Record<string, EngineImage>>>> = {
    redis: {
        "7": {
            image: "docker.io/library/redis:7.2.16-alpine",
            server: "redis-server",
            client: "redis-cli",
            check: "redis-check-rdb",
            user: 999,
            group: 1000,
        },
    },
    valkey: {
        "8": {
            image: "docker.io/valkey/valkey:8.1.10-alpine",
            server: "valkey-server",
            client: "valkey-cli",
            check: "valkey-check-rdb",
            user: 999,
            group: 1000,
        },
    },
};

/** The image of an engine's major version. The spec has been checked before. */
export function engineImage({ engine, version }: CacheSpec): EngineImage {
    const image = images[engine][version];
    if (image === undefined) {
        throw new Error(
            `there is no image for ${engine} ${version}; there are ${Object.keys(images[engine]).join(", ")}`,
        );
    }
    return image;
}

/** The Prometheus exporter: one static binary in an empty image. */
export const exporterImage = "docker.io/oliver006/redis_exporter:v1.93.0";
