import path from "node:path";
import * as configuration from "../simulation/configuration";
import { simulate, type SimulateOptions } from "../simulation/program";
import { record, type Plan, type PlannedResource, type RecordOptions } from "../simulation/record";

const projectRoot = path.dirname(__dirname);

/** A recorded plan with the questions that tests ask of it. */
export class ResourceGraph {
    constructor(readonly plan: Plan) {}

    get all(): readonly PlannedResource[] {
        return this.plan.resources;
    }

    /** Every resource of a type, such as `aws:rds/instance:Instance` or `kubernetes:apps/v1:Deployment`. */
    ofType(type: string): PlannedResource[] {
        return this.all.filter((resource) => resource.type === type);
    }

    /** The only resource of a type, or the one with the given Pulumi name. Fails when there is none or more than one. */
    one(type: string, name?: string): PlannedResource {
        const found = this.ofType(type).filter((resource) => name === undefined || resource.name === name);
        if (found.length !== 1 || found[0] === undefined) {
            const names = this.ofType(type).map((resource) => resource.name);
            throw new Error(
                `expected one ${type}${name === undefined ? "" : ` named ${name}`}, found ${found.length} (${names.join(", ")})`,
            );
        }
        return found[0];
    }

    /** The Kubernetes object of a kind and metadata name; the namespace matters only where two have the same name. */
    object(kind: string, name: string, namespace?: string): PlannedResource {
        const found = this.all.filter((resource) => {
            const inputs = resource.inputs as { kind?: string; metadata?: { name?: string; namespace?: string } };
            return (
                resource.type.startsWith("kubernetes:") &&
                inputs.kind === kind &&
                inputs.metadata?.name === name &&
                (namespace === undefined || inputs.metadata.namespace === namespace)
            );
        });
        if (found.length !== 1 || found[0] === undefined) {
            throw new Error(`expected one ${kind} "${name}", found ${found.length}`);
        }
        return found[0];
    }

    /** Whether `resource` waits for `other`, directly or through others, parents included. */
    waitsFor(resource: PlannedResource, other: PlannedResource): boolean {
        const byUrn = new Map(this.all.map((each) => [each.urn, each]));
        const open = [resource.urn];
        const seen = new Set<string>();
        while (open.length > 0) {
            const urn = open.pop() as string;
            if (urn === other.urn) {
                return true;
            }
            if (!seen.has(urn)) {
                seen.add(urn);
                const each = byUrn.get(urn);
                open.push(
                    ...(each?.dependencies ?? []),
                    ...(each?.provider ? [each.provider.replace(/::[^:]*$/, "")] : []),
                    // The engine makes a child after its parent, which waits for what the parent depends on, and deletes it first.
                    ...(each?.parent ? [each.parent] : []),
                );
            }
        }
        return false;
    }
}

/** Runs a program against the simulated clouds and gives back the graph of what it registered. */
export async function deploy(program: () => unknown, options?: RecordOptions): Promise<ResourceGraph> {
    return new ResourceGraph(await record(program, options));
}

/** Names of the stacks that the project has a configuration file for. */
export function stackNames(): string[] {
    return configuration.stackNames(projectRoot);
}

/** Runs the project's own program for one of its stacks, with that stack's configuration. */
export async function simulateStack(
    stack: string,
    options?: Pick<SimulateOptions, "preview" | "as">,
): Promise<ResourceGraph> {
    return new ResourceGraph(await simulate({ root: projectRoot, stack, ...options }));
}
