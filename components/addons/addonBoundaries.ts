import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { Component } from "../component";
import { containerDefaults } from "../system/quota";
import { boundaryPolicies, boundaryQuota } from "./boundaries";
import type { AddonContext, AddonDefinition } from "./definition";

export interface AddonBoundariesArgs {
    readonly definition: AddonDefinition;
    readonly context: AddonContext;
    readonly provider: k8s.Provider;
    /** The namespace. */
    readonly dependsOn: readonly pulumi.Resource[];
}

/** What the namespace of an add-on is open for, and how much may run in it. It costs nothing. */
export class AddonBoundaries extends Component {
    /** What the add-on waits for, so that its pods never run without. */
    readonly ready: readonly pulumi.Resource[];

    constructor(name: string, args: AddonBoundariesArgs, opts?: pulumi.ComponentResourceOptions) {
        super("platform:addons:AddonBoundaries", name, opts);
        const { namespace } = args.definition;
        const within = this.childOptions({ provider: args.provider, dependsOn: [...args.dependsOn] });
        const policies = Object.entries(boundaryPolicies(args.definition, args.context) ?? {}).map(
            ([policy, spec]) =>
                new k8s.networking.v1.NetworkPolicy(
                    this.childName(policy),
                    { metadata: { name: policy, namespace }, spec },
                    within,
                ),
        );
        this.ready = [...policies, ...this.createBounds(args, within)];
        this.registerOutputs({ namespace });
    }

    private createBounds(
        { definition, context }: AddonBoundariesArgs,
        within: pulumi.CustomResourceOptions,
    ): readonly pulumi.Resource[] {
        const hard = boundaryQuota(definition, context);
        if (hard === undefined) {
            return [];
        }
        const { namespace } = definition;
        return [
            new k8s.core.v1.ResourceQuota(
                this.childName("quota"),
                { metadata: { name: "quota", namespace }, spec: { hard } },
                within,
            ),
            new k8s.core.v1.LimitRange(
                this.childName("limits"),
                {
                    metadata: { name: "limits", namespace },
                    spec: { limits: [{ type: "Container", ...containerDefaults }] },
                },
                within,
            ),
        ];
    }
}
