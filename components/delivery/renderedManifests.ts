import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { Component } from "../component";

export interface RenderedManifestsArgs {
    /**
     * Directory that the manifests are written to, relative to the program. A change writes them anew elsewhere; the old files stay until
     * somebody deletes them.
     */
    readonly directory: string;
}

/**
 * A Kubernetes provider that writes manifests to files in place of applying them, for whoever delivers them from git. The files hold the
 * real addresses and ARNs, which only a deployment knows. Secrets do not belong here: they would be written in clear.
 *
 * It creates nothing and costs nothing.
 *
 * @example
 * const { provider } = new RenderedManifests("clinic-backend", { directory: "deploy/dev/clinic/backend" });
 */
export class RenderedManifests extends Component {
    readonly provider: k8s.Provider;

    constructor(name: string, { directory }: RenderedManifestsArgs, opts?: pulumi.ComponentResourceOptions) {
        super("platform:delivery:RenderedManifests", name, opts);
        this.provider = new k8s.Provider(
            this.childName("files"),
            { renderYamlToDirectory: directory, clusterIdentifier: directory },
            this.childOptions(),
        );
        this.registerOutputs({ directory });
    }
}
