import type { PlatformConfig } from "../../config/schema";
import { cacheEngines } from "../../config/supportedVersions";
import { defaultEvictionPolicy } from "./serverConfig";
import type { CacheSpec } from "./spec";

/** What an ElastiCache replication group is made with, as far as the program decides it alone. */
export interface ReplicationGroupPlan {
    readonly engine: CacheSpec["engine"];
    readonly engineVersion: string;
    /** Parameter group family. */
    readonly family: string;
    readonly parameters: readonly { readonly name: string; readonly value: string }[];
    readonly nodeType: string;
    /** The primary and its replicas. */
    readonly nodes: number;
    /** Whether a replica in another zone takes over when the primary fails. */
    readonly failover: boolean;
    readonly snapshotRetentionDays: number;
    readonly snapshotWindow: string;
    readonly maintenanceWindow: string;
    /** Whether changes wait for the maintenance window, or for the next rotation of the token, which applies what is waiting. */
    readonly deferChanges: boolean;
}

/**
 * Days that daily snapshots are kept: a week where data is protected, else the one day that is free of charge (ElastiCache pricing:
 * storage of one snapshot for each active cache).
 */
const snapshotDays = { protected: 7, unprotected: 1 } as const;

/** In the small hours, one after the other: a snapshot taken during maintenance would be skipped. Both in UTC. */
const windows = { snapshot: "03:00-04:00", maintenance: "sun:05:00-sun:06:00" } as const;

export function replicationGroupPlan(
    spec: CacheSpec,
    sizing: PlatformConfig["data"]["cache"],
    protect: boolean,
): ReplicationGroupPlan {
    const versions: Readonly<Record<string, { engineVersion: string; family: string }>> = cacheEngines[spec.engine];
    const version = versions[spec.version];
    if (version === undefined) {
        throw new Error(
            `ElastiCache has no ${spec.engine} ${spec.version}; it has ${Object.keys(versions).join(", ")}`,
        );
    }
    return {
        engine: spec.engine,
        ...version,
        parameters: [{ name: "maxmemory-policy", value: spec.evictionPolicy ?? defaultEvictionPolicy }],
        nodeType: sizing.nodeType,
        nodes: 1 + sizing.replicas,
        failover: sizing.replicas > 0,
        snapshotRetentionDays: protect ? snapshotDays.protected : snapshotDays.unprotected,
        snapshotWindow: windows.snapshot,
        maintenanceWindow: windows.maintenance,
        deferChanges: protect,
    };
}
