import type { PlatformContext } from "../context";
import type { EdgeSpec } from "./spec";

/** What an edge becomes on a platform: what was asked for, or on a cluster that has none of it a port of every node. */
export type EdgeKind = EdgeSpec["kind"] | "node-port";

type Surroundings = Pick<PlatformContext, "aws" | "gateway">;

/** What an edge becomes on a platform. */
export function edgeKindOf(edge: EdgeSpec, { aws, gateway }: Surroundings): EdgeKind {
    const isPossible = edge.kind === "gateway" ? gateway !== undefined : aws !== undefined;
    return isPossible || aws !== undefined ? edge.kind : "node-port";
}

/** Where requests from outside come from. */
export interface EdgeSources {
    readonly cidrs: readonly string[];
    /** Namespace of the gateway's proxies. */
    readonly gatewayNamespace?: string;
}

/** Where the requests come from that an edge sends on to the pods. */
export function edgeSourcesOf(edge: EdgeSpec | undefined, platform: Surroundings): EdgeSources {
    if (edge === undefined) {
        return { cidrs: [] };
    }
    switch (edgeKindOf(edge, platform)) {
        case "alb":
        case "nlb":
            return { cidrs: platform.aws?.publicSubnetCidrs ?? [] };
        case "gateway":
            return {
                cidrs: [],
                ...(platform.gateway !== undefined && { gatewayNamespace: platform.gateway.namespace }),
            };
        case "node-port":
            // Whoever reaches the node reaches the port, under whatever address the node's own forwarding leaves.
            return { cidrs: ["0.0.0.0/0"] };
    }
}
