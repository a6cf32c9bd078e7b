import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { Component } from "../component";
import { allowDns, denyAll, restrictedPodSecurity } from "./policies";
import { containerDefaults, quotaFor, type Demand, type Openings } from "./quota";

/** The label by which a namespace says which system of the platform it belongs to. */
export const systemLabel = "platform/system";

export interface SystemNamespaceArgs {
    /** Name of the namespace. A change moves everything in it, with a gap. */
    readonly namespace: string;
    /** The system it belongs to. */
    readonly system: string;
    readonly provider: k8s.Provider;
    /** What runs in it at most. Changed in place. */
    readonly largest: Demand;
    /** What may open it to the outside. Changed in place. */
    readonly openings: Openings;
    readonly dependsOn: readonly pulumi.Resource[];
}

/** A namespace that admits only hardened pods, denies every flow, and cannot eat the cluster. It costs nothing. */
export class SystemNamespace extends Component {
    /** What everything in the namespace waits for. */
    readonly ready: readonly pulumi.Resource[];

    private readonly args: SystemNamespaceArgs;

    constructor(name: string, args: SystemNamespaceArgs, opts?: pulumi.ComponentResourceOptions) {
        super("platform:system:SystemNamespace", name, opts);
        this.args = args;
        const namespace = this.createNamespace();
        const within = this.kubernetesOptions([namespace]);
        this.ready = [
            namespace,
            this.createPolicy("default-deny", denyAll, within),
            this.createPolicy("allow-dns", allowDns, within),
            this.createQuota(within),
            this.createLimits(within),
        ];
        this.registerOutputs({ namespace: args.namespace });
    }

    private createNamespace(): k8s.core.v1.Namespace {
        const labels = {
            ...restrictedPodSecurity,
            "app.kubernetes.io/part-of": this.args.system,
            [systemLabel]: this.args.system,
            // Pods count as ready only once the load balancer sends them requests, so a rollout drops none.
            "elbv2.k8s.aws/pod-readiness-gate-inject": "enabled",
        };
        return new k8s.core.v1.Namespace(
            this.childName("namespace"),
            { metadata: { name: this.args.namespace, labels } },
            this.kubernetesOptions(this.args.dependsOn),
        );
    }

    private createPolicy(
        name: string,
        spec: k8s.types.input.networking.v1.NetworkPolicySpec,
        opts: pulumi.CustomResourceOptions,
    ): pulumi.Resource {
        const metadata = { name, namespace: this.args.namespace };
        return new k8s.networking.v1.NetworkPolicy(this.childName(name), { metadata, spec }, opts);
    }

    private createQuota(opts: pulumi.CustomResourceOptions): pulumi.Resource {
        const metadata = { name: "quota", namespace: this.args.namespace };
        const spec = { hard: quotaFor(this.args.largest, this.args.openings) };
        return new k8s.core.v1.ResourceQuota(this.childName("quota"), { metadata, spec }, opts);
    }

    private createLimits(opts: pulumi.CustomResourceOptions): pulumi.Resource {
        const metadata = { name: "limits", namespace: this.args.namespace };
        const spec = { limits: [{ type: "Container", ...containerDefaults }] };
        return new k8s.core.v1.LimitRange(this.childName("limits"), { metadata, spec }, opts);
    }

    private kubernetesOptions(dependsOn: readonly pulumi.Resource[]): pulumi.CustomResourceOptions {
        return this.childOptions({ provider: this.args.provider, dependsOn: [...dependsOn] });
    }
}
