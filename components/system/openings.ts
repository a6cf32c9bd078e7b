import { edgeKindOf } from "../apiService/edgePlan";
import type { PlatformContext } from "../context";
import type { PlannedSystem } from "./declaration";
import type { Openings } from "./quota";

/** The ways into a namespace that its services' edges need. Where there is neither AWS nor a gateway, an edge is a port of every node. */
export function openingsOf(
    { declaration, namespace }: PlannedSystem,
    of: string,
    platform: Pick<PlatformContext, "aws" | "gateway">,
): Openings {
    const edges = Object.values(declaration.services)
        .filter((spec) => (spec.namespace ?? namespace) === of)
        .flatMap(({ edge }) => edge ?? []);
    const kinds = edges.map((edge) => edgeKindOf(edge, platform));
    return {
        loadBalancers: kinds.filter((kind) => kind === "nlb").length,
        nodePorts: kinds.filter((kind) => kind === "node-port").length,
    };
}
