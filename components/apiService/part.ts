import type * as pulumi from "@pulumi/pulumi";
import type { SystemScope } from "../context";
import type { ApiServiceArgs } from "./arguments";
import type { ServicePlan } from "./defaults";

/** Metadata of a Kubernetes object of a service. */
export interface Metadata {
    readonly name: string;
    readonly namespace: string;
    readonly labels: Record<string, string>;
}

/** What the files that make a service's resources are given: the service, and how to name its children and give them options. */
export interface ServicePart {
    /** Name of the service. */
    readonly name: string;
    readonly scope: SystemScope;
    readonly args: ApiServiceArgs;
    readonly plan: ServicePlan;
    /** Labels that select its pods. */
    readonly selector: Readonly<Record<string, string>>;
    /** The Pulumi name of a child. */
    readonly childName: (suffix: string) => string;
    /** Metadata of an object that is called as the service is, or that and a suffix. */
    readonly metadata: (suffix?: string) => Metadata;
    /** Options of a Kubernetes resource: the cluster's provider, and after the namespace and whatever else it needs. */
    readonly options: (needs?: readonly pulumi.Resource[]) => pulumi.CustomResourceOptions;
}
