import type * as pulumi from "@pulumi/pulumi";
import { exceptionsType, type PolicyException } from "../policy/exceptions";
import { Component } from "./component";

/**
 * Leave to break rules of `policy/`, for everything below the parent of this component. It has no resources of its own: it puts the exceptions
 * where the simulation, the tests and the CrossGuard pack find them. A change changes nothing in the cloud. It costs nothing.
 *
 * @example
 * new PolicyExceptions(this.childName("exceptions"), exceptions, this.childOptions());
 */
export class PolicyExceptions extends Component {
    constructor(name: string, exceptions: readonly PolicyException[], opts?: pulumi.ComponentResourceOptions) {
        const shown = { exceptions: exceptions.map((each) => ({ ...each })) };
        // The simulation reads what a component is given, CrossGuard what it gives back.
        super(exceptionsType, name, opts, shown);
        this.registerOutputs(shown);
    }
}

/** Leave to name an image of others by its tag alone. */
export function imageByTag(subject: string): PolicyException {
    return {
        rule: "images-pinned-by-digest",
        subject,
        reason: "The publisher rebuilds this tag with fixes of its base image, and nothing renews a digest here yet; the tag names one version of the program",
        until: "2027-05-31",
    };
}
