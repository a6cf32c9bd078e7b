import type * as pulumi from "@pulumi/pulumi";
import type { ConfigIssue } from "../../config/errors";
import type { Placement, PlatformConfig } from "../../config/schema";
import { backupSettings, checkArgs } from "../checkedArgs";
import { Component } from "../component";
import type { StoreConnection } from "../connection";
import type { SystemScope } from "../context";
import { componentName } from "../naming";
import { flag, members, number, text } from "../shapes";
import { DatabaseBackup } from "./backup";
import { InClusterDatabase } from "./inCluster";
import { ManagedDatabase } from "./managed";
import type { DatabaseSpec } from "./spec";
import { databaseNameProblems, databaseProblems } from "./validation";

export interface DatabaseArgs extends DatabaseSpec {
    readonly scope: SystemScope;
    /** Where it lives: `managed` (RDS) or `in-cluster` (a StatefulSet). A change creates a new, empty database. */
    readonly placement: Placement;
    /**
     * Class, standby and point-in-time recovery of a managed database. Another class restarts it, with a standby within a minute or two;
     * the rest is changed without interruption.
     */
    readonly sizing: PlatformConfig["data"]["database"];
    /** Whether Pulumi refuses to delete it; a managed database is also protected by RDS and leaves a final snapshot. Changed in place. */
    readonly protect: boolean;
    /**
     * Name of the RDS instance. Default: stack, system and store. A change renames the instance, unless the state has been handed another one
     * of that name before (operations/pointInTime). What stands beside it, such as its security group, keeps its names.
     */
    readonly identifier?: string;
    /** When dumps are made, as a cron expression in UTC, and how many days they are kept. Changed in place. */
    readonly backups: PlatformConfig["data"]["backups"];
}

const shape = members(
    { identifier: text },
    {
        placement: text,
        sizing: members({}, { instanceClass: text, multiAz: flag, backupRetentionDays: number }),
        protect: flag,
        backups: backupSettings,
    },
);

/**
 * A PostgreSQL or MySQL database of a system, managed by AWS or in the cluster, with dumps and a way to restore them. Services see one
 * connection and cannot tell the two apart.
 *
 * Costs a month in us-east-1 (Amazon RDS, Amazon EBS and AWS Secrets Manager pricing, 730 hours):
 * - in-cluster, 20 GiB: $1.60 for the volume and $0.40 for the secret, and its share of a node;
 * - managed, db.t4g.micro, 20 GiB: $11.68 + $2.30 + $0.40;
 * - managed as in production, db.t4g.medium with a standby, 20 GiB: $94.90 + $4.60 + $0.40;
 * - each read replica: the class once more ($47.45 for db.t4g.medium) and its storage.
 *
 * @example
 * const database = new Database("postgres", {
 *     scope, placement: "in-cluster", sizing, protect: false, backups,
 *     engine: "postgres", version: "16", databaseName: "shop", username: "shop",
 * });
 * const { host, port } = database.connection;
 */
export class Database extends Component {
    /** The component's Pulumi name. What the store is called in its system is in `connection`. */
    declare public readonly name: string;
    /** How services reach it. */
    readonly connection: StoreConnection;

    constructor(name: string, args: DatabaseArgs, opts?: pulumi.ComponentResourceOptions) {
        checkArgs(name, shape, args);
        const { scope, placement, sizing, protect, identifier, backups, ...spec } = args;
        refuseImpossible(name, spec, placement, scope);
        super("platform:database:Database", componentName(scope.system, name), { parent: scope.parent, ...opts });

        const parts = { scope, store: name, spec };
        const { aws: cloud } = scope.platform;
        // The aliases let the Secret, which has one name in both placements, be changed instead of made again and then deleted.
        const server =
            placement === "managed" && cloud !== undefined
                ? new ManagedDatabase(
                      this.childName("server"),
                      { ...parts, cloud, sizing, protect, ...(identifier !== undefined && { identifier }) },
                      this.childOptions({ aliases: [{ type: "platform:database:InClusterDatabase" }] }),
                  )
                : new InClusterDatabase(
                      this.childName("server"),
                      { ...parts, protect },
                      this.childOptions({ aliases: [{ type: "platform:database:ManagedDatabase" }] }),
                  );
        new DatabaseBackup(
            this.childName("backups"),
            { ...parts, connection: server.connection, backups },
            this.childOptions(),
        );

        this.connection = server.connection;
        this.registerOutputs({ host: this.connection.host, port: this.connection.port });
    }
}

function refuseImpossible(name: string, spec: DatabaseSpec, placement: Placement, scope: SystemScope): void {
    const problems: ConfigIssue[] = [...databaseNameProblems(name), ...databaseProblems(spec, placement)];
    if (placement === "managed" && scope.platform.aws === undefined) {
        problems.push({ path: "placement", value: placement, message: "must be in-cluster on a platform without AWS" });
    }
    if (problems.length > 0) {
        const lines = problems.map(({ path, value, message }) => `${path} ${message}, but is ${JSON.stringify(value)}`);
        throw new Error(`Database "${name}": ${lines.join("; ")}`);
    }
}
