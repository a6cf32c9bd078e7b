import type { PlatformContext } from "../context";
import type { EdgeSpec, GatewayEdge } from "./spec";

/** A port of every node, where nothing makes load balancers. */
export interface NodePortEdge {
    readonly kind: "node-port";
}

type Surroundings = Pick<PlatformContext, "aws" | "gateway">;

/**
 * What an edge becomes on a platform: what was asked for; on one whose gateway takes all hosts, the gateway; on a cluster that has none of
 * it, a port of every node.
 */
export function edgeOn(edge: EdgeSpec, { aws, gateway }: Surroundings): EdgeSpec | NodePortEdge {
    if (gateway?.takesAllHosts === true && edge.kind !== "gateway" && edge.host !== undefined) {
        return throughGateway(edge.host);
    }
    const isPossible = edge.kind === "gateway" ? gateway !== undefined : aws !== undefined;
    return isPossible || aws !== undefined ? edge : { kind: "node-port" };
}

/**
 * A load balancer of AWS has no limit of its own on bodies, which may be streams and WebSockets, and none on how long a response takes;
 * an hour is the longest that the gateway allows.
 */
function throughGateway(host: string): GatewayEdge {
    return { kind: "gateway", host, timeoutSeconds: 3600, maxBodyMiB: null };
}

/** What kind of edge it becomes. */
export function edgeKindOf(edge: EdgeSpec, platform: Surroundings): ReturnType<typeof edgeOn>["kind"] {
    return edgeOn(edge, platform).kind;
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
