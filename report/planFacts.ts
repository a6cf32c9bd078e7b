import { rules } from "../policy/rules";
import type { Assessment } from "../simulation/assessment";
import type { Difference } from "../simulation/difference/difference";
import type { Plan, PlannedResource } from "../simulation/record";
import { costFacts, policyFacts, timelineFacts } from "./assessmentFacts";
import { differenceFacts } from "./differenceFacts";
import type { Facts, ResourceFacts } from "./facts";

/** The plan as the page reads it. */
export function planFacts(
    { project, stack, resources, outputs }: Plan,
    { cost, timeline, policies }: Assessment,
    difference?: Difference,
): Facts {
    const positions = new Map(resources.map(({ urn }, position) => [urn, position]));
    return {
        project,
        stack,
        resources: resources.map((resource) => factsOf(resource, positions)),
        outputs,
        cost: costFacts(cost, positions),
        timeline: timelineFacts(timeline, positions),
        policies: policyFacts(policies, rules, positions),
        ...(difference !== undefined && { difference: differenceFacts(difference, positions) }),
    };
}

function factsOf(resource: PlannedResource, positions: ReadonlyMap<string, number>): ResourceFacts {
    const { type, name, custom, remote, protect, retainOnDelete, ignoreChanges, aliases } = resource;
    const parent = positions.get(resource.parent);
    // The reference of a provider is its URN and its id.
    const provider = positions.get(resource.provider.slice(0, resource.provider.lastIndexOf("::")));
    const namespace = namespaceOf(resource);
    const dependencies = resource.dependencies.flatMap((urn) => positions.get(urn) ?? []);
    return {
        type,
        name,
        ...(parent !== undefined && { parent }),
        ...(dependencies.length > 0 && { dependencies }),
        ...(provider !== undefined && { provider }),
        ...(!custom && !remote && { component: true }),
        ...(protect && { protect: true }),
        ...(retainOnDelete && { retainOnDelete: true }),
        ...(ignoreChanges.length > 0 && { ignoreChanges }),
        ...(aliases.length > 0 && { aliases }),
        ...(namespace !== undefined && { namespace }),
    };
}

function namespaceOf({ type, inputs }: PlannedResource): string | undefined {
    if (!type.startsWith("kubernetes:")) {
        return undefined;
    }
    const metadata = inputs.metadata as { name?: unknown; namespace?: unknown } | undefined;
    const namespace = type === "kubernetes:core/v1:Namespace" ? metadata?.name : metadata?.namespace;
    // A release of a chart says its namespace itself.
    const stated = namespace ?? inputs.namespace;
    return typeof stated === "string" ? stated : undefined;
}
