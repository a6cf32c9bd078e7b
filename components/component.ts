import * as pulumi from "@pulumi/pulumi";

/**
 * Base of every component: it knows its own name, names its children after itself and hands itself on as their parent.
 *
 * A subclass calls `registerOutputs` last in its constructor, always.
 */
export abstract class Component extends pulumi.ComponentResource {
    /** The component's Pulumi name; the names of its children start with it. */
    protected readonly name: string;

    /** @param inputs what Pulumi's state and policies see of the component itself; most have nothing to show. */
    protected constructor(
        type: `platform:${string}:${string}`,
        name: string,
        opts?: pulumi.ComponentResourceOptions,
        inputs: pulumi.Inputs = {},
    ) {
        super(type, name, inputs, opts);
        this.name = name;
    }

    /** The Pulumi name of a child. */
    protected childName(suffix: string): string {
        return `${this.name}-${suffix}`;
    }

    /** Options of a child: this component is its parent, whatever else is asked for. */
    protected childOptions<O extends pulumi.ResourceOptions>(opts?: O): O & { parent: pulumi.Resource } {
        return { ...(opts as O), parent: this };
    }
}
