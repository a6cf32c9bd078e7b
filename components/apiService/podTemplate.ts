import type { types } from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { ProbeSpec, ResourceAmounts } from "./spec";
import { podBounds, type ServicePlan } from "./defaults";
import type { SecretFile, SecretVariable } from "./variables";
import { volumeMounts, volumes } from "./volumes";

type PodSpec = types.input.core.v1.PodSpec;
type Container = types.input.core.v1.Container;
type Probe = types.input.core.v1.Probe;
type Labels = Readonly<Record<string, string>>;

/** What the pods of a service are made from, beyond its plan. */
export interface PodModel {
    readonly name: string;
    readonly plan: ServicePlan;
    /** Image tag, with or without a digest. */
    readonly version: string;
    /** Where the image is pulled from; absent for where the plan says. */
    readonly imageRepository?: pulumi.Input<string>;
    /** Labels that select the pods. */
    readonly selector: Labels;
    /** Name of the ConfigMap whose keys become environment variables. */
    readonly configMapName: string;
    readonly secretVariables: readonly SecretVariable[];
    readonly secretFiles: readonly SecretFile[];
    /** Name of the ConfigMap that holds the plan's files; absent when it has none. */
    readonly filesConfigMapName?: string;
}

/** Name of the container and of its port. */
export const containerName = "app";
export const portName = "http";

/** The label that the network policy of a store lets pods in by. */
export function connectsTo(store: string): string {
    return `platform/connects-to-${store}`;
}

/** Labels of the pods: what selects them, what they connect to, and which version they run. */
export function podLabels(common: Labels, stores: readonly string[], version: string): Record<string, string> {
    const connections = stores.map((store) => [connectsTo(store), "true"] as const);
    return { ...common, ...versionLabel(version), ...Object.fromEntries(connections) };
}

/** A tag may be longer than a label and may end in a sign that a label may not end in; such a version is left to the image. */
function versionLabel(version: string): Record<string, string> {
    const [tag = ""] = version.split("@");
    return /^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/.test(tag) ? { "app.kubernetes.io/version": tag } : {};
}

/** The pod of a service, hardened to the restricted Pod Security Standard. */
export function podSpec(model: PodModel): PodSpec {
    const { name, plan, selector } = model;
    const hashLabel = plan.blueGreen === undefined ? "pod-template-hash" : "rollouts-pod-template-hash";
    return {
        serviceAccountName: name,
        automountServiceAccountToken: plan.readsPods,
        // Variables of the old Docker links, such as REDIS_PORT=tcp://…, would stand where a service expects its own.
        enableServiceLinks: false,
        ...(plan.imagePullSecret !== undefined && { imagePullSecrets: [{ name: plan.imagePullSecret }] }),
        terminationGracePeriodSeconds: plan.gracePeriodSeconds,
        securityContext: podSecurity(plan),
        topologySpreadConstraints: [
            spread("topology.kubernetes.io/zone", selector, hashLabel),
            spread("kubernetes.io/hostname", selector, hashLabel),
        ],
        containers: [container(model)],
        volumes: volumes(model),
    };
}

function podSecurity({ runAsUser, port }: ServicePlan): types.input.core.v1.PodSecurityContext {
    return {
        runAsNonRoot: true,
        runAsUser,
        runAsGroup: runAsUser,
        fsGroup: runAsUser,
        seccompProfile: { type: "RuntimeDefault" },
        // Without any capability, only this lets a process listen below 1024. It is one of the sysctls that the standard allows.
        ...(port < 1024 && { sysctls: [{ name: "net.ipv4.ip_unprivileged_port_start", value: String(port) }] }),
    };
}

/**
 * Pods of one version are spread evenly, as far as there is room. An old version that is on its way out does not count, or the
 * new pods would crowd where the old ones were not.
 */
function spread(
    topologyKey: string,
    selector: Labels,
    hashLabel: string,
): types.input.core.v1.TopologySpreadConstraint {
    return {
        topologyKey,
        maxSkew: 1,
        whenUnsatisfiable: "ScheduleAnyway",
        labelSelector: { matchLabels: { ...selector } },
        matchLabelKeys: [hashLabel],
    };
}

function container(model: PodModel): Container {
    const { plan, version, imageRepository, configMapName, secretVariables } = model;
    const { probes, port } = plan;
    return {
        name: containerName,
        image:
            imageRepository === undefined
                ? `${plan.image}:${version}`
                : pulumi.interpolate`${imageRepository}:${version}`,
        imagePullPolicy: "IfNotPresent",
        ports: [{ name: portName, containerPort: port, protocol: "TCP" }],
        envFrom: [{ configMapRef: { name: configMapName } }],
        env: secretVariables.map(({ variable, secretName, key }) => ({
            name: variable,
            valueFrom: { secretKeyRef: { name: secretName, key } },
        })),
        resources: { requests: amounts(plan.requests), limits: amounts(plan.limits) },
        livenessProbe: probe(probes.liveness),
        readinessProbe: probe(probes.readiness),
        startupProbe: probe(probes.startup),
        // The kubelet itself waits, so the image needs no shell. Zero seconds are no hook at all.
        ...(plan.preStopSeconds > 0 && { lifecycle: { preStop: { sleep: { seconds: plan.preStopSeconds } } } }),
        securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ["ALL"] },
        },
        volumeMounts: volumeMounts(model),
    };
}

function amounts({ cpu, memory, ephemeralStorage }: Required<ResourceAmounts>): Record<string, string> {
    return { cpu, memory, "ephemeral-storage": ephemeralStorage };
}

function probe({ path, ...timing }: Required<ProbeSpec>): Probe {
    return { httpGet: { path, port: portName, scheme: "HTTP" }, ...timing };
}

/** How a Deployment replaces its pods: never fewer than before, a quarter more at most. */
export function deploymentRules(plan: ServicePlan): Omit<types.input.apps.v1.DeploymentSpec, "selector" | "template"> {
    const { replicas } = plan;
    return {
        // The autoscaler owns the number; a value here would set it back on every update.
        ...(replicas.kind === "fixed" && { replicas: podBounds(replicas).min }),
        revisionHistoryLimit: 5,
        minReadySeconds: 5,
        progressDeadlineSeconds: progressDeadline(plan),
        strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0, maxSurge: "25%" } },
    };
}

/** Seconds that an update waits for a rollout: twice the time after which one that stands still has failed. */
export function rolloutTimeoutSeconds(plan: ServicePlan): number {
    return 2 * progressDeadline(plan);
}

/** Seconds without a new pod after which a rollout counts as failed: what a start may take, and five minutes to find it a node. */
export function progressDeadline({ probes: { startup } }: ServicePlan): number {
    return startup.initialDelaySeconds + startup.periodSeconds * startup.failureThreshold + 300;
}
