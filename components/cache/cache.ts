import type * as pulumi from "@pulumi/pulumi";
import type { ConfigIssue } from "../../config/errors";
import type { Placement, PlatformConfig } from "../../config/schema";
import { backupSettings, checkArgs } from "../checkedArgs";
import { Component } from "../component";
import type { StoreConnection } from "../connection";
import type { SystemScope } from "../context";
import { componentName } from "../naming";
import { flag, members, number, text } from "../shapes";
import { InClusterCache } from "./inClusterCache";
import { ManagedCache } from "./managedCache";
import type { CacheSpec } from "./spec";
import { cacheNameProblems, cacheProblems } from "./validation";

export interface CacheArgs extends CacheSpec {
    readonly scope: SystemScope;
    /** Where it lives: `managed` (ElastiCache) or `in-cluster` (a StatefulSet). A change creates a new, empty cache. */
    readonly placement: Placement;
    /** Node type and replicas of a managed cache. The node type is changed node by node; replicas come and go in place. */
    readonly sizing: PlatformConfig["data"]["cache"];
    /** When an in-cluster cache is backed up, in UTC, and how long backups are kept. ElastiCache has a schedule of its own. */
    readonly backups: PlatformConfig["data"]["backups"];
    /** Whether Pulumi refuses to delete it; a managed cache also leaves a final snapshot. Changed in place. */
    readonly protect: boolean;
}

const shape = members(
    {},
    {
        placement: text,
        sizing: members({}, { nodeType: text, replicas: number }),
        protect: flag,
        backups: backupSettings,
    },
);

/** The most replicas of a node group (ElastiCache quotas). */
const mostReplicas = 5;

/**
 * A Redis or Valkey cache of a system, managed by AWS or in the cluster. Services see one connection and cannot tell the two apart.
 *
 * Costs in us-east-1: managed, cache.t4g.micro $11.68 a month for each node (Amazon ElastiCache pricing); in-cluster, $0.08 a month
 * for each GiB of its volume (Amazon EBS pricing, gp3) and its share of a node. The AWS secret of either is $0.40.
 *
 * @example
 * const cache = new Cache("redis", { scope, placement: "in-cluster", engine: "redis", version: "7", sizing, protect: false });
 * const { host, port } = cache.connection;
 */
export class Cache extends Component {
    /** How services reach it. */
    readonly connection: StoreConnection;

    constructor(name: string, args: CacheArgs, opts?: pulumi.ComponentResourceOptions) {
        checkArgs(name, shape, args);
        const { scope, placement, sizing, protect, backups, ...spec } = args;
        refuseImpossible(name, args);
        super("platform:cache:Cache", componentName(scope.system, name), { parent: scope.parent, ...opts });

        const parts = { scope, store: name, spec, protect };
        const { aws: cloud } = scope.platform;
        const server =
            placement === "managed" && cloud !== undefined
                ? new ManagedCache(this.childName("server"), { ...parts, cloud, sizing }, this.childOptions())
                : new InClusterCache(this.childName("server"), { ...parts, backups }, this.childOptions());

        this.connection = server.connection;
        this.registerOutputs({ host: this.connection.host, port: this.connection.port });
    }
}

function refuseImpossible(name: string, { scope, placement, sizing, backups: _, ...spec }: CacheArgs): void {
    const problems: ConfigIssue[] = [...cacheNameProblems(name), ...cacheProblems(spec, placement)];
    const { replicas } = sizing;
    if (placement === "managed" && scope.platform.aws === undefined) {
        problems.push({ path: "placement", value: placement, message: "must be in-cluster on a platform without AWS" });
    }
    if (!Number.isInteger(replicas) || replicas < 0 || replicas > mostReplicas) {
        const message = `must be a whole number from 0 to ${mostReplicas}`;
        problems.push({ path: "sizing.replicas", value: replicas, message });
    }
    if (problems.length > 0) {
        const lines = problems.map(({ path, value, message }) => `${path} ${message}, but is ${JSON.stringify(value)}`);
        throw new Error(`Cache "${name}": ${lines.join("; ")}`);
    }
}
