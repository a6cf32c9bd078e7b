import * as pulumi from "@pulumi/pulumi";
import { Component } from "../component";

export interface PlatformReferenceArgs {
    /** Full name of the platform stack, such as `your-org/platform/prod`; with a backend of your own the organization is `organization`. */
    readonly platformStack: string;
}

/**
 * The outputs of another stack. It creates nothing and costs nothing.
 *
 * @example
 * const contract = await new PlatformReference("platform", { platformStack: "your-org/platform/prod" }).output("platform");
 */
export class PlatformReference extends Component {
    private readonly reference: pulumi.StackReference;

    constructor(name: string, { platformStack }: PlatformReferenceArgs, opts?: pulumi.ComponentResourceOptions) {
        super("platform:platformReference:PlatformReference", name, opts);
        this.reference = new pulumi.StackReference(
            this.childName("stack"),
            { name: platformStack },
            this.childOptions(),
        );
        this.registerOutputs({ platformStack });
    }

    /** The value of an output, or undefined when the stack has none of that name. It is known even in a preview. */
    output(name: string): Promise<unknown> {
        return this.reference.getOutputValue(name) as Promise<unknown>;
    }
}
