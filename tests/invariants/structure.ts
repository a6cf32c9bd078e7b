import type { PlannedResource } from "../../simulation/record";
import type { ResourceGraph } from "../harness";
import { isTaggable } from "./taggable";

/** A property that every stack has. It gives back a sentence for each resource that breaks it. */
export type Invariant = (graph: ResourceGraph) => string[];

const isStack = (resource: PlannedResource): boolean => resource.type === "pulumi:pulumi:Stack";
const isComponent = (resource: PlannedResource): boolean => resource.type.startsWith("platform:");
const isKubernetes = (resource: PlannedResource): boolean => resource.type.startsWith("kubernetes:");

function parentOf(graph: ResourceGraph, resource: PlannedResource): PlannedResource | undefined {
    return graph.all.find((each) => each.urn === resource.parent);
}

/** Only components stand directly in the stack; everything else belongs to a component. */
export const everyChildHasAComponent: Invariant = (graph) =>
    graph.all
        .filter((resource) => !isStack(resource) && !isComponent(resource))
        .filter((resource) => {
            const parent = parentOf(graph, resource);
            return parent === undefined || isStack(parent);
        })
        .map((resource) => `${resource.urn} has no component as its parent`);

/** A URN holds its parents' types but not their names, so the name itself must tell two components' children apart. */
export const everyNameStartsWithItsComponent: Invariant = (graph) =>
    graph.all.flatMap((resource) => {
        const parent = parentOf(graph, resource);
        return parent === undefined || isStack(parent) || resource.name.startsWith(`${parent.name}-`)
            ? []
            : [`${resource.urn} does not start with its component's name "${parent.name}-"`];
    });

export const everyKubernetesResourceHasAProvider: Invariant = (graph) =>
    graph.all
        .filter((resource) => isKubernetes(resource) && resource.provider === "")
        .map((resource) => `${resource.urn} uses the default Kubernetes provider`);

/** The API server drops an empty list of rules, so that every apply would be a change. Without the list a direction is as closed. */
export const noNetworkPolicyHasAnEmptyList: Invariant = (graph) =>
    graph.all.flatMap(({ type, urn, inputs }) => {
        const spec = type.endsWith(":NetworkPolicy") ? ((inputs.spec ?? {}) as Record<string, unknown>) : {};
        return ["ingress", "egress"]
            .filter((direction) => Array.isArray(spec[direction]) && spec[direction].length === 0)
            .map((direction) => `${urn} has an empty list of ${direction} rules`);
    });

const requiredTags = ["Name", "platform:project", "platform:stack", "platform:environment", "platform:system"];

export const everyTaggableResourceIsTagged: Invariant = (graph) =>
    graph.all
        .filter((resource) => resource.type.startsWith("aws:") && isTaggable(resource.type))
        .flatMap((resource) => {
            const tags = (resource.inputs.tags ?? {}) as Record<string, string>;
            const missing = requiredTags.filter((tag) => !tags[tag]);
            return missing.length === 0 ? [] : [`${resource.urn} lacks the tags ${missing.join(", ")}`];
        });

export const everyComponentRegistersItsOutputs: Invariant = (graph) =>
    graph.all
        .filter((resource) => isComponent(resource) && !graph.plan.registeredOutputs.has(resource.urn))
        .map((resource) => `${resource.urn} does not call registerOutputs`);
