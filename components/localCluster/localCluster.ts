import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { Component } from "../component";

export interface LocalClusterArgs {
    /** Context of the kubeconfig. Changing it replaces everything in the cluster: it is another cluster. */
    readonly context: string;
}

/**
 * A cluster that already exists, such as kind or minikube. It creates nothing and costs nothing; it only holds the provider.
 *
 * @example
 * const cluster = new LocalCluster("cluster", { context: "kind-platform" });
 */
export class LocalCluster extends Component {
    readonly provider: k8s.Provider;

    constructor(name: string, { context }: LocalClusterArgs, opts?: pulumi.ComponentResourceOptions) {
        super("platform:localCluster:LocalCluster", name, opts);
        this.provider = new k8s.Provider(
            this.childName("kubernetes"),
            { context, clusterIdentifier: context, enableServerSideApply: true },
            this.childOptions(),
        );
        this.registerOutputs({ context });
    }
}
