import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { Component } from "../component";

/** A cluster is named by a context of the operator's kubeconfig, or comes with a kubeconfig of its own. */
export type ExistingClusterArgs =
    | {
          /** Context of the operator's kubeconfig. Changing it replaces everything in the cluster: it is another cluster. */
          readonly context: string;
      }
    | {
          /** Kubeconfig as JSON. */
          readonly kubeconfig: pulumi.Input<string>;
          /** What tells this cluster from others. Changing it replaces everything in the cluster. */
          readonly clusterIdentifier: string;
      };

/**
 * A cluster that somebody else has made: kind or minikube, or the cluster of a platform stack. It creates nothing and costs nothing; it
 * only holds the provider.
 *
 * @example
 * const cluster = new ExistingCluster("cluster", { context: "kind-platform" });
 */
export class ExistingCluster extends Component {
    readonly provider: k8s.Provider;

    constructor(name: string, args: ExistingClusterArgs, opts?: pulumi.ComponentResourceOptions) {
        super("platform:cluster:ExistingCluster", name, opts);
        const target = "context" in args ? { ...args, clusterIdentifier: args.context } : args;
        this.provider = new k8s.Provider(
            this.childName("kubernetes"),
            { ...target, enableServerSideApply: true },
            this.childOptions(),
        );
        this.registerOutputs({ clusterIdentifier: target.clusterIdentifier });
    }
}
