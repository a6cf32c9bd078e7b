import type { Plan, PlannedResource } from "../../simulation/record";

/** A resource of a made-up plan: what is left out is as it would be for a plain custom resource below the stack. */
export type Sketch = Partial<PlannedResource> & Pick<PlannedResource, "type" | "name">;

const stackUrn = "urn:pulumi:test::shop::pulumi:pulumi:Stack::shop-test";

/** The URN that a sketch has when it does not say otherwise. */
export function urnOf({ type, name }: Pick<PlannedResource, "type" | "name">): string {
    return `urn:pulumi:test::shop::${type}::${name}`;
}

/** A plan in us-east-1 of resources that have only what is said. Components are those with a type of the platform. */
export function planOf(sketches: readonly Sketch[], options: Partial<Plan> = {}): Plan {
    const stack = { type: "pulumi:pulumi:Stack", name: "shop-test", urn: stackUrn, parent: "" };
    return {
        project: "shop",
        stack: "test",
        region: "us-east-1",
        resources: [stack, ...sketches].map((sketch) => ({ ...plain(sketch.type), urn: urnOf(sketch), ...sketch })),
        outputs: {},
        registeredOutputs: new Set(),
        ...options,
    };
}

function plain(type: string): Omit<PlannedResource, "urn" | "type" | "name"> {
    return {
        parent: stackUrn,
        provider: "",
        custom: !type.startsWith("platform:") && type !== "pulumi:pulumi:Stack" && type !== "eks:index:Cluster",
        remote: type === "eks:index:Cluster",
        inputs: {},
        dependencies: [],
        protect: false,
        retainOnDelete: false,
        ignoreChanges: [],
        aliases: [],
    };
}
