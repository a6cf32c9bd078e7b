import type { Facts, ResourceFacts } from "../facts";
import { readAssessment, type Assessment } from "./assessment";
import { readDifference, type DifferenceView } from "./difference";
import { members, type Members } from "./values";

/** The system that stands for what all systems share, as everywhere else. */
export const sharedSystem = "shared";

const systemType = "platform:system:System";

const stackType = "pulumi:pulumi:Stack";

/** A type as the Pulumi CLI shows it: `aws:ec2/vpc:Vpc` is `aws:ec2:Vpc`. */
export function shownTypeOf(type: string): string {
    const [scope = "", module = "", name = ""] = type.split(":");
    const slash = module.lastIndexOf("/");
    const repeats = slash >= 0 && module.slice(slash + 1).toLowerCase() === name.toLowerCase();
    return repeats ? [scope, module.slice(0, slash), name].join(":") : type;
}

/** A resource of the plan, with what it is related to. */
export class Resource {
    parent: Resource | undefined;
    provider: Resource | undefined;
    readonly children: Resource[] = [];
    readonly dependencies: Resource[] = [];
    /** What waits for this resource. */
    readonly dependents: Resource[] = [];
    /** Name of the system that it belongs to. */
    system: string = sharedSystem;
    /** Name of the outermost component that it is in, such as a system's database or the network; of others, of system or stack. */
    component = "";
    /** Address of the resource in this page: its URN without what all of them have in common. */
    address = "";
    private values: Members | undefined;
    private words: string | undefined;

    constructor(
        readonly facts: ResourceFacts,
        /** JSON of the inputs. */
        readonly json: string,
    ) {}

    get type(): string {
        return this.facts.type;
    }

    get name(): string {
        return this.facts.name;
    }

    get namespace(): string {
        return this.facts.namespace ?? "";
    }

    get shownType(): string {
        return shownTypeOf(this.type);
    }

    /** The last part of its type: `Vpc`, `Deployment`. */
    get kind(): string {
        return this.type.slice(this.type.lastIndexOf(":") + 1);
    }

    get inputs(): Members {
        this.values ??= members(JSON.parse(this.json));
        return this.values;
    }

    /** What a search looks through, in lower case. */
    get searched(): string {
        this.words ??= `${this.name} ${this.type} ${this.shownType} ${this.namespace} ${this.system}`.toLowerCase();
        return this.words;
    }

    /** The resource and all that lies under it, in the order of the plan's tree. */
    get family(): Resource[] {
        return [this, ...this.children.flatMap((child) => child.family)];
    }
}

/** The plan, read. */
export class PlanView {
    private readonly byType = new Map<string, Resource[]>();
    private readonly byAddress = new Map<string, Resource>();

    constructor(
        readonly project: string,
        readonly stack: string,
        readonly resources: readonly Resource[],
        readonly outputs: Members,
        readonly assessment: Assessment,
        /** From an earlier plan, where the plan was compared with one. */
        readonly difference?: DifferenceView,
    ) {
        for (const resource of resources) {
            const ofType = this.byType.get(resource.type) ?? [];
            ofType.push(resource);
            this.byType.set(resource.type, ofType);
            this.byAddress.set(resource.address, resource);
        }
    }

    ofType(type: string): readonly Resource[] {
        return this.byType.get(type) ?? [];
    }

    /** The Kubernetes resources of a kind, whatever its version. */
    ofKind(kind: string): readonly Resource[] {
        return [...this.byType]
            .filter(([type]) => type.startsWith("kubernetes:") && type.endsWith(`:${kind}`))
            .flatMap(([, resources]) => resources);
    }

    at(address: string): Resource | undefined {
        return this.byAddress.get(address);
    }

    urn({ address }: Resource): string {
        return `urn:pulumi:${this.stack}::${this.project}::${address}`;
    }

    get systems(): readonly Resource[] {
        return this.ofType(systemType);
    }
}

/** Puts the plan together from what the page contains. */
export function readPlan(facts: Facts, inputs: readonly string[]): PlanView {
    const resources = facts.resources.map((each, index) => new Resource(each, inputs[index] ?? "{}"));
    for (const resource of resources) {
        relate(resource, resources);
    }
    for (const resource of resources) {
        if (resource.parent === undefined) {
            place(resource, sharedSystem, facts.stack, "");
        }
    }
    return new PlanView(
        facts.project,
        facts.stack,
        resources,
        facts.outputs,
        readAssessment(facts, resources),
        facts.difference && readDifference(facts.difference, resources),
    );
}

function relate(resource: Resource, all: readonly Resource[]): void {
    const { facts } = resource;
    resource.parent = facts.parent === undefined ? undefined : all[facts.parent];
    resource.parent?.children.push(resource);
    resource.provider = facts.provider === undefined ? undefined : all[facts.provider];
    for (const position of facts.dependencies ?? []) {
        const dependency = all[position];
        if (dependency !== undefined) {
            resource.dependencies.push(dependency);
            dependency.dependents.push(resource);
        }
    }
}

/** Says whose a resource and all under it are, as simulation/ownership.ts does. */
function place(resource: Resource, system: string, component: string, parentType: string): void {
    const { parent, type, name } = resource;
    const isSystem = type === systemType;
    const outermost = resource.facts.component === true && (parent?.type === stackType || parent?.type === systemType);
    resource.system = isSystem ? name : system;
    resource.component = isSystem || outermost ? name : component;
    resource.address = `${parentType === "" ? "" : `${parentType}$`}${resource.type}::${resource.name}`;
    const isRoot = resource.type === stackType;
    // A URN names the types of a resource's parents, but not that of the stack.
    const ownType = isRoot ? "" : resource.address.slice(0, resource.address.indexOf("::"));
    for (const child of resource.children) {
        place(child, resource.system, resource.component, ownType);
    }
}
