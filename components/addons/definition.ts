import type { types } from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { AddonName, PlatformConfig } from "../../config/schema";
import type { PolicyStatement } from "../identity/podIdentity";
import type { TagContext } from "../tags";

/** What an add-on's settings may depend on. */
export interface AddonContext {
    readonly tags: TagContext;
    readonly cluster: {
        /** Physical name of the EKS cluster. */
        readonly name: string;
        readonly kubernetesVersion: PlatformConfig["cluster"]["version"];
        readonly vpcId: pulumi.Input<string>;
        readonly accountId: pulumi.Input<string>;
        readonly region: string;
    };
    /** Pods of each controller that elects a leader: two survive the loss of a node without a pause. */
    readonly replicas: number;
    /** Which add-ons are switched on. */
    readonly enabled: PlatformConfig["addons"];
    /** Whether Prometheus is installed, and with it the kinds ServiceMonitor and PodMonitor. */
    readonly monitoring: boolean;
    readonly edge: {
        readonly hostedZoneId?: string;
        /** Public host names of the systems. */
        readonly hosts: readonly string[];
        /** Whether load balancers stand behind a web ACL. Default false. */
        readonly firewall?: boolean;
    };
}

/** A kind of pod that an add-on runs, and what each of them asks for. */
export interface AddonPod {
    /** One; as many as the context says; or one on every node. */
    readonly count: "one" | "redundant" | "every-node";
    readonly cpuMillicores: number;
    readonly memoryMiB: number;
    /** Most memory before the container is killed. Default: twice what it asks for. */
    readonly memoryLimitMiB?: number;
}

/**
 * How strictly the API server checks the pods of an add-on's namespace (Pod Security Standards). What needs more than "restricted"
 * says why.
 */
export type PodSecurity =
    | { readonly level: "restricted" }
    | {
          readonly level: "privileged";
          readonly reason: string;
          /** Last day on which the reason is taken for granted, such as "2027-11-30": then somebody looks again whether it still holds. */
          readonly until: string;
      };

/** Metrics of a controller say which namespace an object is in; the controller's own would take the label's place. */
export const objectsNamespace = [{ action: "labeldrop", regex: "namespace" }] as const;

/** A chart as it is installed. */
export interface InstalledChart {
    /** Where its pods run. */
    readonly namespace: string;
    readonly podSecurity: PodSecurity;
    /** Labels of the namespace, beside those of the Pod Security Standard. */
    readonly namespaceLabels?: Readonly<Record<string, string>>;
    readonly chart: {
        readonly name: string;
        /** Pinned; a new version is a change that is reviewed. Kinds that a chart keeps in its `crds/` are not upgraded by Helm. */
        readonly version: string;
        /** A Helm repository (`https://`) or the part of a container registry that charts are in (`oci://`). */
        readonly repository: string;
        /** Whether it takes over objects that are there already. Default: they make the installation fail. */
        readonly takeOwnership?: boolean;
    };
    readonly values: (context: AddonContext) => Record<string, unknown>;
}

/** What an add-on needs beside its own chart: another chart, or an object of a kind that is there by then. */
export type AddonStep =
    | ({
          readonly step: "chart";
          /** Name of the release. */
          readonly name: string;
          /** Whether it needs none of the other steps, and none of them needs it: it is installed beside them. Default false. */
          readonly beside?: boolean;
      } & InstalledChart)
    | {
          readonly step: "object";
          readonly apiVersion: string;
          readonly kind: string;
          readonly name: string;
          /** Default: the object belongs to no namespace. */
          readonly namespace?: string;
          readonly annotations?: Readonly<Record<string, string>>;
          readonly spec: Readonly<Record<string, unknown>>;
      };

/** What the pods of an add-on's namespace open and accept, beyond names, the API server and AWS, which each may ask. */
export interface AddonFlows {
    /** Ports at which the API server asks its webhooks. */
    readonly webhooks?: readonly number[];
    /** Ports that Prometheus scrapes. */
    readonly metrics?: readonly number[];
    /** Pods that pods of every namespace may call. */
    readonly serves?: { readonly podLabels: Readonly<Record<string, string>>; readonly ports: readonly number[] };
    /** Labels of the pods that open anything at all. Default: all pods of the namespace. */
    readonly callers?: Readonly<Record<string, string>>;
    /** What else they open. */
    readonly egress?: readonly types.input.networking.v1.NetworkPolicyEgressRule[];
}

/** An add-on as data: which chart, where, with which settings and permissions, and after what. */
export interface AddonDefinition extends InstalledChart {
    readonly name: Exclude<AddonName, "monitoring" | "searchableLogs">;
    /** What is installed before its own chart, one after the other unless a step says that it stands beside the others. */
    readonly before?: readonly AddonStep[];
    /** What it runs, its further charts included, by name of the container's part. */
    readonly pods: Readonly<Record<string, AddonPod>>;
    /** The AWS identity of the add-on's service account; most need none. */
    readonly identity?: {
        readonly serviceAccount: string;
        /** Whether it is needed. Default: always. */
        readonly isUseful?: (context: AddonContext) => boolean;
        readonly statements: (context: AddonContext) => readonly PolicyStatement[];
    };
    /**
     * What its namespace is open for; everything else is closed, and the namespace has a quota. Sources are the chart's templates. Without it
     * the namespace stays open: then the flows depend on what systems do with the add-on.
     */
    readonly flows?: (context: AddonContext) => AddonFlows;
    /** Add-ons that are installed earlier and removed later, where they are installed at all. */
    readonly after?: readonly AddonName[];
    /** Whether there is anything for it to do. Default: always. */
    readonly isUseful?: (context: Pick<AddonContext, "edge">) => boolean;
}

/** How many pods of a kind run, apart from those on every node. */
export function replicasOf(pod: AddonPod, { replicas }: Pick<AddonContext, "replicas">): number {
    return pod.count === "redundant" ? replicas : 1;
}

/** What pods ask for together. */
export interface AddonDemand {
    readonly pods: number;
    readonly cpuMillicores: number;
    readonly memoryMiB: number;
}

/** What the add-ons ask for on the given number of nodes. */
export function demandOf(
    definitions: readonly AddonDefinition[],
    context: Pick<AddonContext, "replicas">,
    nodes: number,
): AddonDemand {
    return definitions
        .flatMap((definition) => Object.values(definition.pods))
        .map((pod) => ({ ...pod, pods: pod.count === "every-node" ? nodes : replicasOf(pod, context) }))
        .reduce<AddonDemand>(
            (sum, { pods, cpuMillicores, memoryMiB }) => ({
                pods: sum.pods + pods,
                cpuMillicores: sum.cpuMillicores + pods * cpuMillicores,
                memoryMiB: sum.memoryMiB + pods * memoryMiB,
            }),
            { pods: 0, cpuMillicores: 0, memoryMiB: 0 },
        );
}

interface ContainerResources {
    readonly requests: Readonly<Record<string, string>>;
    readonly limits: Readonly<Record<string, string>>;
}

/** Requests and limits of a pod's container. The CPU limit only stops a runaway: throttling a controller delays everybody. */
export function resourcesOf(pod: AddonPod): ContainerResources {
    return {
        requests: {
            cpu: `${pod.cpuMillicores}m`,
            memory: `${pod.memoryMiB}Mi`,
            "ephemeral-storage": "64Mi",
        },
        limits: {
            cpu: "1",
            memory: `${pod.memoryLimitMiB ?? 2 * pod.memoryMiB}Mi`,
            "ephemeral-storage": "256Mi",
        },
    };
}

/** Security context of a pod under the "restricted" standard. */
export const restrictedPod = { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } } as const;

/** Security context of a container under the "restricted" standard, which writes nowhere but to its volumes. */
export const restrictedContainer = {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    runAsNonRoot: true,
    capabilities: { drop: ["ALL"] },
    seccompProfile: { type: "RuntimeDefault" },
} as const;

/** Priority of what a cluster needs to mend itself. Built into Kubernetes. */
export const clusterCritical = "system-cluster-critical";

/** A disruption budget that always lets one pod go, or none where there is only one pod. */
export function disruptionBudget(pod: AddonPod, context: Pick<AddonContext, "replicas">): { maxUnavailable?: number } {
    return replicasOf(pod, context) > 1 ? { maxUnavailable: 1 } : {};
}
