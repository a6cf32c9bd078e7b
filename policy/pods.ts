import type { PolicyResource } from "./rule";
import { at, list } from "./values";

export interface Container {
    readonly name: string;
    readonly image?: string;
    readonly args?: readonly string[];
    readonly command?: readonly string[];
    readonly env?: readonly { readonly name: string; readonly value?: string }[];
    readonly ports?: readonly { readonly hostPort?: number }[];
    readonly resources?: {
        readonly requests?: Readonly<Record<string, string>>;
        readonly limits?: Readonly<Record<string, string>>;
    };
    readonly securityContext?: SecurityContext;
}

export interface SecurityContext {
    readonly privileged?: boolean;
    readonly allowPrivilegeEscalation?: boolean;
    readonly readOnlyRootFilesystem?: boolean;
    readonly runAsNonRoot?: boolean;
    readonly runAsUser?: number;
    readonly procMount?: string;
    readonly capabilities?: { readonly add?: readonly string[]; readonly drop?: readonly string[] };
    readonly seccompProfile?: { readonly type?: string };
    readonly seLinuxOptions?: Readonly<Record<string, string>>;
}

export interface PodSpec {
    readonly containers?: readonly Container[];
    readonly initContainers?: readonly Container[];
    readonly ephemeralContainers?: readonly Container[];
    readonly serviceAccountName?: string;
    readonly automountServiceAccountToken?: boolean;
    readonly hostNetwork?: boolean;
    readonly hostPID?: boolean;
    readonly hostIPC?: boolean;
    readonly volumes?: readonly Readonly<Record<string, unknown>>[];
    readonly securityContext?: SecurityContext & {
        readonly sysctls?: readonly { readonly name: string }[];
    };
}

/** Types whose objects run pods. */
export const workloadTypes =
    /^kubernetes:(apps\/|batch\/|core\/v1:Pod$|argoproj\.io\/v1alpha1:(Rollout|AnalysisTemplate)$)/;

/** The pod specification of a workload, or nothing. */
export function podSpecOf({ type, inputs }: PolicyResource): PodSpec | undefined {
    if (!workloadTypes.test(type)) {
        return undefined;
    }
    const spec = inputs.spec as
        | (PodSpec & {
              template?: { spec?: PodSpec };
              jobTemplate?: { spec?: { template?: { spec?: PodSpec } } };
          })
        | undefined;
    if (type.endsWith(":AnalysisTemplate")) {
        const jobs = list(at(spec, "metrics")).map((metric) =>
            at(metric, "provider", "job", "spec", "template", "spec"),
        );
        return jobs.find((job) => job !== undefined) as PodSpec | undefined;
    }
    return type.endsWith(":Pod") ? spec : (spec?.jobTemplate?.spec?.template?.spec ?? spec?.template?.spec);
}

/** Every container of a workload, those that run before the others included. */
export function containersOf(resource: PolicyResource): readonly Container[] {
    const spec = podSpecOf(resource);
    return spec === undefined
        ? []
        : ([
              ...list(spec.initContainers),
              ...list(spec.containers),
              ...list(spec.ephemeralContainers),
          ] as readonly Container[]);
}
