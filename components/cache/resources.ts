import type { Placement } from "../../config/schema";
import {
    kubernetesResources as resourcesOf,
    sumOfRequests,
    type Amounts,
    type ContainerAmounts,
    type KubernetesResources,
} from "../store/amounts";
import type { CacheSpec } from "./spec";

/** MiB of data that a cache holds in the cluster. */
export function memoryOf(spec: CacheSpec): number {
    return spec.memoryMiB ?? 256;
}

/**
 * The server: the data and 64 MiB for connections and buffers. The limit leaves room for the data a second time, because while the
 * append-only file is rewritten each page that changes is copied (Redis documentation, "Redis persistence").
 */
export function serverAmounts(spec: CacheSpec): ContainerAmounts {
    const memoryMiB = memoryOf(spec);
    return {
        requests: { cpuMillicores: 50, memoryMiB: memoryMiB + 64 },
        limits: { cpuMillicores: 1000, memoryMiB: 2 * memoryMiB + 64 },
    };
}

/** The loop that hands new passwords and certificates to the server: a shell that sleeps, and now and then a client. */
export const reloaderAmounts: ContainerAmounts = {
    requests: { cpuMillicores: 5, memoryMiB: 16 },
    limits: { cpuMillicores: 100, memoryMiB: 64 },
};

/** The Prometheus exporter, which holds next to nothing between two scrapes. */
export const exporterAmounts: ContainerAmounts = {
    requests: { cpuMillicores: 10, memoryMiB: 32 },
    limits: { cpuMillicores: 100, memoryMiB: 128 },
};

/**
 * Size of the volume in GiB: the append-only file may be twice the data before it is rewritten, and the rewrite lies beside it
 * (redis.conf, auto-aof-rewrite-percentage 100).
 */
export function volumeGiB(spec: CacheSpec): number {
    return Math.max(1, Math.ceil((3 * memoryOf(spec)) / 1024));
}

/** Takes a snapshot: the client and gzip, which both stream. */
export const snapshotAmounts: ContainerAmounts = {
    requests: { cpuMillicores: 20, memoryMiB: 32 },
    limits: { cpuMillicores: 500, memoryMiB: 128 },
};

/** Reads a snapshot with a server of its own, so it may use what the cache may, for the minutes that it takes. */
export function restoreAmounts(spec: CacheSpec): ContainerAmounts {
    return { requests: snapshotAmounts.requests, limits: serverAmounts(spec).limits };
}

/** The sum of what a cache's containers ask for. */
export function podRequests(spec: CacheSpec, placement: Placement): Amounts {
    const containers =
        placement === "managed" ? [exporterAmounts] : [serverAmounts(spec), reloaderAmounts, exporterAmounts];
    return sumOfRequests(containers);
}

/** Requests and limits of a cache's containers, which write next to nothing beside their volumes. */
export function kubernetesResources(amounts: ContainerAmounts): KubernetesResources {
    return resourcesOf(amounts, 256);
}
