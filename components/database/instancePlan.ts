import type { PlatformConfig } from "../../config/schema";
import { engines, hasDatabaseInsights, parameterGroupFamily, type ServerParameter } from "./engines";
import { maxConnections } from "./maxConnections";
import { managedStorage } from "./resources";
import type { DatabaseSpec } from "./spec";

/** What an RDS instance is made with, as far as it follows from the spec and the environment's sizing. */
export interface InstancePlan {
    readonly engine: string;
    /**
     * The major version only. RDS picks the minor one and keeps it current; the provider compares by prefix, so a newer minor version
     * is no difference (`aws.rds.Instance`, `engineVersion`).
     */
    readonly engineVersion: string;
    readonly family: string;
    readonly parameters: readonly ServerParameter[];
    readonly port: number;
    readonly instanceClass: string;
    readonly allocatedStorage: number;
    readonly maxAllocatedStorage: number;
    readonly multiAz: boolean;
    readonly readReplicas: number;
    readonly backupRetentionPeriod: number;
    readonly backupWindow: string;
    readonly maintenanceWindow: string;
    readonly logTypes: readonly string[];
    /** Whether RDS records what the server is busy with; seven days of it are free. */
    readonly insights: boolean;
    /** Whether RDS keeps the master password. It does not for a primary with read replicas. */
    readonly passwordOwner: "rds" | "platform";
}

/**
 * UTC, an hour after the dumps' default time, and not overlapping: RDS refuses windows that do. Sunday night is when least is lost.
 * Source: `aws.rds.Instance`, `backupWindow` and `maintenanceWindow`.
 */
export const backupWindow = "03:00-03:30";
export const maintenanceWindow = "sun:04:00-sun:05:00";

export function instancePlan(spec: DatabaseSpec, sizing: PlatformConfig["data"]["database"]): InstancePlan {
    const { port, logTypes, parameters } = engines[spec.engine];
    const storage = managedStorage(spec);
    const readReplicas = spec.readReplicas ?? 0;
    return {
        engine: spec.engine,
        engineVersion: spec.version,
        family: parameterGroupFamily(spec),
        parameters: [...parameters, ...connectionParameters(spec, sizing.instanceClass)],
        port,
        instanceClass: sizing.instanceClass,
        allocatedStorage: storage.allocated,
        maxAllocatedStorage: storage.most,
        multiAz: sizing.multiAz,
        readReplicas,
        backupRetentionPeriod: sizing.backupRetentionDays,
        backupWindow,
        maintenanceWindow,
        logTypes,
        insights: hasDatabaseInsights(spec.engine, sizing.instanceClass),
        // Source: Amazon RDS User Guide, "Limitations for Secrets Manager integration with Amazon RDS".
        passwordOwner: readReplicas > 0 ? "platform" : "rds",
    };
}

/** Only what is more than the class gives is set: a larger class then gives more without a change here. */
function connectionParameters({ engine, connections }: DatabaseSpec, instanceClass: string): ServerParameter[] {
    return connections === undefined || connections <= (maxConnections(engine, instanceClass) ?? 0)
        ? []
        : [{ name: "max_connections", value: String(connections), applyMethod: "pending-reboot" }];
}
