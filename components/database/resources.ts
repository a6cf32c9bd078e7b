import type { Placement } from "../../config/schema";
import {
    kubernetesResources as resourcesOf,
    sumOfRequests,
    type Amounts,
    type ContainerAmounts,
    type KubernetesResources,
} from "../store/amounts";
import { defaultStorageGiB, inClusterMaxConnections, type DatabaseSpec } from "./spec";

/**
 * The server. PostgreSQL has 128 MiB of shared buffers and some MiB for each connection; MySQL has a buffer pool of 128 MiB and takes
 * about 400 MiB with nothing to do, most of it for its performance schema. The limits leave room for a hundred connections, and grow by what
 * a connection with a modest query takes for each beyond.
 */
export function serverAmounts(spec: Pick<DatabaseSpec, "engine" | "connections">): ContainerAmounts {
    const beyondHundred = Math.max(0, inClusterMaxConnections(spec) - 100);
    return {
        requests: { cpuMillicores: 100, memoryMiB: spec.engine === "postgres" ? 256 : 512 },
        limits: { cpuMillicores: 1000, memoryMiB: 1024 + 8 * beyondHundred },
    };
}

/** A shell that sleeps, and now and then a client of the database. */
export const helperAmounts: ContainerAmounts = {
    requests: { cpuMillicores: 5, memoryMiB: 16 },
    limits: { cpuMillicores: 200, memoryMiB: 128 },
};

/** The Prometheus exporter, which holds next to nothing between two scrapes. */
export const exporterAmounts: ContainerAmounts = {
    requests: { cpuMillicores: 10, memoryMiB: 32 },
    limits: { cpuMillicores: 200, memoryMiB: 128 },
};

/** Dump and load: the client and gzip, which both stream. */
export const dumpAmounts: ContainerAmounts = {
    requests: { cpuMillicores: 100, memoryMiB: 128 },
    limits: { cpuMillicores: 1000, memoryMiB: 512 },
};

/** The loop that tells RDS a new master password. It runs the AWS CLI only then. */
export const passwordSetterAmounts: ContainerAmounts = {
    requests: { cpuMillicores: 5, memoryMiB: 16 },
    limits: { cpuMillicores: 500, memoryMiB: 256 },
};

/** The least storage that RDS gives a gp3 volume, in GiB (Amazon RDS User Guide, "gp3 storage"). */
const leastManagedStorageGiB = 20;

/** Storage of a managed database in GiB: where it starts, and where it stops growing. */
export function managedStorage(spec: DatabaseSpec): { readonly allocated: number; readonly most: number } {
    const allocated = Math.max(spec.storageGiB ?? defaultStorageGiB, leastManagedStorageGiB);
    return { allocated, most: Math.max(spec.maxStorageGiB ?? 5 * allocated, Math.ceil(allocated * 1.1)) };
}

/** Size of a volume that has room for the data or for a dump of it, in GiB. */
export function volumeGiB(spec: DatabaseSpec): number {
    return spec.storageGiB ?? defaultStorageGiB;
}

/** The sum of what a database's pods ask for all the time. Backups come and go and are not in it. */
export function podRequests(spec: DatabaseSpec, placement: Placement): Amounts {
    const inCluster = [serverAmounts(spec), helperAmounts, exporterAmounts];
    const managed = [exporterAmounts, ...((spec.readReplicas ?? 0) > 0 ? [helperAmounts, passwordSetterAmounts] : [])];
    return sumOfRequests(placement === "managed" ? managed : inCluster);
}

/** Requests and limits of a database's containers. */
export function kubernetesResources(amounts: ContainerAmounts): KubernetesResources {
    return resourcesOf(amounts, 512);
}
