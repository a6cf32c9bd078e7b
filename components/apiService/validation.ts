import type { ConfigIssue } from "../../config/errors";
import type { StoreConnection } from "../connection";
import { shapeProblems } from "../shapes";
import { connectionOf, planOf, podBounds, type ServicePlan } from "./defaults";
import { drainProblems, edgeProblems } from "./edgeRules";
import { fileProblems } from "./fileRules";
import { cpuMillicores, mebibytes, parseQuantity } from "./quantity";
import { objectiveProblems } from "./objectiveProblems";
import { issue, outside, type Problems } from "./problems";
import { serviceShape } from "./serviceShape";
import { strategyProblems } from "./strategyRules";
import type { ProbeSpec, ResourceAmounts, ScalingRules, ServiceSpec } from "./spec";
import { variableProblems } from "./variableRules";

/** What is known of the things that a spec names. The more is known, the more can be checked. */
export interface KnownParts {
    /** Stores by name. */
    readonly stores?: Readonly<
        Record<string, Pick<StoreConnection, "kind" | "maxConnections" | "certificateAuthority">>
    >;
    /** Keys of the secrets by name. */
    readonly secrets?: Readonly<Record<string, readonly string[]>>;
}

/** Everything that cannot work in what a system says about a service. Paths are relative to the service. */
export function serviceProblems(name: string, spec: ServiceSpec, known: KnownParts = {}): ConfigIssue[] {
    const wrongTypes = shapeProblems(serviceShape, spec);
    if (wrongTypes.length > 0) {
        return wrongTypes;
    }
    const plan = planOf(spec);
    return [
        ...nameProblems(name),
        ...imageProblems(spec.image),
        ...outside("port", plan.port, 1, 65535),
        ...outside("servicePort", plan.servicePort, 1, 65535),
        ...replicaProblems(spec.replicas),
        ...resourceProblems(plan),
        // User 0 is root; the most is what the API server accepts.
        ...outside("runAsUser", plan.runAsUser, 1, 2 ** 31 - 1),
        ...probeProblems(spec.probes, plan),
        ...drainProblems(spec, plan),
        ...edgeProblems(spec),
        ...affinityProblems(plan),
        ...metricsProblems(spec, plan),
        ...objectiveProblems(spec),
        ...fileProblems(spec, plan),
        ...strategyProblems(spec, plan),
        ...disruptionProblems(spec, plan),
        ...kubernetesNameProblems(spec),
        ...tracingProblems(spec),
        ...variableProblems(spec, known),
        ...poolProblems(spec, plan, known),
    ];
}

/** What a service asks for with as few pods as it may have: requests × pods. Amounts that are no quantity count as nothing. */
export function minimumRequests(spec: ServiceSpec): { readonly cpuMillicores: number; readonly memoryMiB: number } {
    const { requests, replicas } = planOf(spec);
    const { min } = podBounds(replicas);
    return { cpuMillicores: min * cpuMillicores(requests.cpu), memoryMiB: min * mebibytes(requests.memory) };
}

/** The same rule that the names of services follow in the stack's configuration. */
function nameProblems(name: string): Problems {
    return issue(
        !/^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$/.test(name),
        "name",
        name,
        "must be a DNS label: lower-case letters, digits and hyphens, at most 40 characters, starting with a letter",
    );
}

function imageProblems(image: string): Problems {
    const last = image.slice(image.lastIndexOf("/") + 1);
    if (/[:@]/.test(last)) {
        return issue(true, "image", image, "must have no tag or digest; the stack's configuration says which version");
    }
    const repository = /^([a-zA-Z0-9.-]+(:\d+)?\/)?[a-z0-9]+([._/-]+[a-z0-9]+)*$/;
    return issue(!repository.test(image), "image", image, "must be an image repository such as ghcr.io/your-org/api");
}

function replicaProblems(replicas: ServiceSpec["replicas"]): Problems {
    if (replicas === undefined || typeof replicas === "number") {
        return outside("replicas", replicas ?? 2, 1, 1000);
    }
    const { min, max, cpuPercent, memoryPercent, scaleUp, scaleDown } = replicas;
    return [
        ...outside("replicas.min", min, 1, 1000),
        ...outside("replicas.max", max, 1, 1000),
        ...issue(min > max, "replicas.min", min, `must be at most replicas.max, which is ${max}`),
        ...(cpuPercent === undefined ? [] : outside("replicas.cpuPercent", cpuPercent, 1, 100)),
        ...(memoryPercent === undefined ? [] : outside("replicas.memoryPercent", memoryPercent, 1, 100)),
        ...scalingProblems("replicas.scaleUp", scaleUp),
        ...scalingProblems("replicas.scaleDown", scaleDown),
    ];
}

/** Bounds are those of the autoscaling/v2 API. */
function scalingProblems(path: string, rules: ScalingRules | undefined): Problems {
    if (rules === undefined) {
        return [];
    }
    return [
        ...outside(`${path}.stabilizationWindowSeconds`, rules.stabilizationWindowSeconds ?? 0, 0, 3600),
        ...issue(
            rules.policies.length === 0 && rules.select !== "Disabled",
            `${path}.policies`,
            rules.policies,
            'must have at least one policy, or select must be "Disabled"',
        ),
        ...rules.policies.flatMap(({ value, periodSeconds }, index) => [
            ...outside(`${path}.policies.${index}.value`, value, 1, 100_000),
            ...outside(`${path}.policies.${index}.periodSeconds`, periodSeconds, 1, 1800),
        ]),
    ];
}

function resourceProblems({ requests, limits }: ServicePlan): Problems {
    const kinds: readonly (keyof ResourceAmounts)[] = ["cpu", "memory", "ephemeralStorage"];
    return kinds.flatMap((kind) => {
        const request = parseQuantity(requests[kind]);
        const limit = parseQuantity(limits[kind]);
        const path = `resources.requests.${kind}`;
        return [
            ...amountProblems(path, requests[kind], request),
            ...amountProblems(`resources.limits.${kind}`, limits[kind], limit),
            ...issue(
                request !== undefined && limit !== undefined && request > limit,
                path,
                requests[kind],
                `must be at most resources.limits.${kind}, which is ${limits[kind]}`,
            ),
        ];
    });
}

function amountProblems(path: string, text: string, amount: bigint | undefined): Problems {
    return issue(
        amount === undefined || amount <= 0n,
        path,
        text,
        "must be a Kubernetes quantity above zero, such as 100m or 256Mi",
    );
}

function probeProblems(probes: ServiceSpec["probes"], plan: ServicePlan): Problems {
    if (typeof probes === "string") {
        return absolutePath("probes", probes);
    }
    return (["liveness", "readiness", "startup"] as const)
        .filter((kind) => probes?.[kind] !== undefined)
        .flatMap((kind) => probeTimingProblems(`probes.${kind}`, plan.probes[kind]));
}

function probeTimingProblems(path: string, probe: Required<ProbeSpec>): Problems {
    return [
        ...absolutePath(`${path}.path`, probe.path),
        ...outside(`${path}.initialDelaySeconds`, probe.initialDelaySeconds, 0, 3600),
        ...outside(`${path}.periodSeconds`, probe.periodSeconds, 1, 3600),
        ...outside(`${path}.timeoutSeconds`, probe.timeoutSeconds, 1, 3600),
        ...outside(`${path}.failureThreshold`, probe.failureThreshold, 1, 1000),
    ];
}

function absolutePath(path: string, value: string): Problems {
    return issue(!/^\/\S*$/.test(value), path, value, "must be a path that starts with /");
}

/** A day is the most that a Service accepts. */
function affinityProblems({ sessionAffinitySeconds }: ServicePlan): Problems {
    return sessionAffinitySeconds === undefined
        ? []
        : outside("sessionAffinitySeconds", sessionAffinitySeconds, 1, 86_400);
}

function metricsProblems({ metricsIntervalSeconds: interval }: ServiceSpec, { metricsPath }: ServicePlan): Problems {
    return [
        ...(metricsPath === null ? [] : absolutePath("metricsPath", metricsPath)),
        ...(interval === undefined ? [] : outside("metricsIntervalSeconds", interval, 5, 300)),
    ];
}

function tracingProblems({ tracing: { samplePercent } = {} }: ServiceSpec): Problems {
    return issue(
        samplePercent !== undefined && !(samplePercent >= 0 && samplePercent <= 100),
        "tracing.samplePercent",
        samplePercent,
        "must be a number from 0 to 100",
    );
}

/** The rest of the pods must be allowed to go, or there is no point in a number. */
function disruptionProblems({ minAvailable }: ServiceSpec, { replicas }: ServicePlan): Problems {
    const { max } = podBounds(replicas);
    return minAvailable === undefined
        ? []
        : [
              ...outside("minAvailable", minAvailable, 1, 1000),
              ...issue(
                  minAvailable >= max,
                  "minAvailable",
                  minAvailable,
                  `must be less than the most pods, which is ${max}, so that one of them can be evicted`,
              ),
          ];
}

/** Names of Kubernetes objects are DNS subdomains, those of namespaces DNS labels. */
function kubernetesNameProblems(spec: ServiceSpec): Problems {
    const label = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
    const subdomain = /^(?=.{1,253}$)[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/;
    const name = (path: string, value: string | undefined, pattern: RegExp): Problems =>
        issue(
            value !== undefined && !pattern.test(value),
            path,
            value,
            "must be a Kubernetes name: lower-case letters, digits and hyphens",
        );
    return [
        ...name("imagePullSecret", spec.imagePullSecret, subdomain),
        ...(spec.allowedCallers ?? []).flatMap(({ namespace, service }, index) => [
            ...name(`allowedCallers.${index}.namespace`, namespace, label),
            ...name(`allowedCallers.${index}.service`, service, label),
        ]),
        ...(spec.outsideCalls ?? []).flatMap(({ namespace, service, port }, index) => [
            ...name(`outsideCalls.${index}.namespace`, namespace, label),
            ...name(`outsideCalls.${index}.service`, service, label),
            ...outside(`outsideCalls.${index}.port`, port, 1, 65535),
        ]),
    ];
}

/** Connections that backups, exporters and people need beside the service. */
const sparedConnections = 10;

function poolProblems(spec: ServiceSpec, plan: ServicePlan, { stores = {} }: KnownParts): Problems {
    const most = podBounds(plan.replicas).max;
    const pods = plan.blueGreen === undefined ? most : 2 * most;
    return (spec.connections ?? []).map(connectionOf).flatMap(({ to, poolSize }, index) => {
        const accepted = stores[to]?.maxConnections;
        const path = `connections.${index}.poolSize`;
        if (poolSize === undefined) {
            return [];
        }
        return [
            ...outside(path, poolSize, 1, 10_000),
            ...(accepted === undefined
                ? []
                : issue(
                      poolSize * pods > accepted - sparedConnections,
                      path,
                      poolSize,
                      `must be at most ${Math.floor((accepted - sparedConnections) / pods)}: ${pods} pods share the ${accepted} connections of ${to}, of which ${sparedConnections} are left for others`,
                  )),
        ];
    });
}
