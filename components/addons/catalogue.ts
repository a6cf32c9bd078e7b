import type { AddonName, PlatformConfig } from "../../config/schema";
import { argoCd } from "./argoCd";
import { argoRollouts } from "./argoRollouts";
import { awsLoadBalancerController } from "./awsLoadBalancerController";
import { certManager } from "./certManager";
import { clusterAutoscaler } from "./clusterAutoscaler";
import type { AddonContext, AddonDefinition } from "./definition";
import { envoyGateway } from "./envoyGateway";
import { externalDns } from "./externalDns";
import { externalSecrets } from "./externalSecrets";
import { kyverno } from "./kyverno";
import { linkerd } from "./linkerd";
import { logging } from "./logging";
import { reloader } from "./reloader";
import { tracing } from "./tracing";
import { verticalPodAutoscaler } from "./verticalPodAutoscaler";

/** Every add-on but monitoring and searchable logs, which are components of their own. */
export const addonDefinitions: readonly AddonDefinition[] = [
    clusterAutoscaler,
    awsLoadBalancerController,
    externalSecrets,
    envoyGateway,
    certManager,
    externalDns,
    logging,
    reloader,
    verticalPodAutoscaler,
    argoRollouts,
    argoCd,
    linkerd,
    tracing,
    kyverno,
];

/** The add-ons that are switched on and have something to do, in an order that satisfies `after`. */
export function wantedAddons(
    enabled: PlatformConfig["addons"],
    context: Pick<AddonContext, "edge">,
    definitions: readonly AddonDefinition[] = addonDefinitions,
): AddonDefinition[] {
    return inOrder(definitions.filter(({ name, isUseful }) => enabled[name] && (isUseful?.(context) ?? true)));
}

/** @throws when add-ons wait for each other. */
function inOrder(definitions: readonly AddonDefinition[]): AddonDefinition[] {
    const wanted = new Map<AddonName, AddonDefinition>(definitions.map((each) => [each.name, each]));
    const ordered: AddonDefinition[] = [];
    const visit = (definition: AddonDefinition, waiting: readonly AddonName[]): void => {
        if (waiting.includes(definition.name)) {
            throw new Error(`add-ons wait for each other: ${[...waiting, definition.name].join(" → ")}`);
        }
        if (ordered.includes(definition)) {
            return;
        }
        for (const name of definition.after ?? []) {
            const earlier = wanted.get(name);
            if (earlier !== undefined) {
                visit(earlier, [...waiting, definition.name]);
            }
        }
        ordered.push(definition);
    };
    definitions.forEach((definition) => visit(definition, []));
    return ordered;
}
