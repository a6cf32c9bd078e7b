import type { types } from "@pulumi/kubernetes";
import { containerSecurity } from "../backup/pods";
import { exporterContainer } from "./exporter";
import { engineImage } from "./images";
import { kubernetesResources, reloaderAmounts, serverAmounts, volumeGiB } from "./resources";
import type { ContainerAmounts } from "../store/amounts";
import { cachePort } from "./serverConfig";
import type { CacheSpec } from "./spec";

type StatefulSetSpec = types.input.apps.v1.StatefulSetSpec;
type Container = types.input.core.v1.Container;
type Probe = types.input.core.v1.Probe;
type VolumeMount = types.input.core.v1.VolumeMount;
type Labels = Readonly<Record<string, string>>;

/** Where things are in the pod. */
export const directories = {
    config: "/etc/cache",
    credentials: "/etc/cache-credentials",
    tls: "/etc/cache-tls",
    runtime: "/run/cache",
    data: "/data",
} as const;

/** Name of the configuration file in the ConfigMap. */
export const configFile = "server.conf";

export interface ServerPlan {
    /** Name of the StatefulSet, its Service and its ServiceAccount. */
    readonly name: string;
    readonly spec: CacheSpec;
    readonly labels: Labels;
    readonly selector: Labels;
    readonly configMapName: string;
    /** Digest of the ConfigMap: the pod is replaced when it changes. */
    readonly configDigest: string;
    readonly secretName: string;
    readonly passwordKey: string;
    /** Secret with the server's certificate; undefined for connections in the clear. */
    readonly tlsSecretName: string | undefined;
    /** Whether Prometheus is there to scrape it. */
    readonly monitored: boolean;
}

/** Seconds between two looks at the mounted Secrets. The kubelet itself refreshes them about once a minute. */
const reloadSeconds = 10;

/** The one pod of an in-cluster cache, hardened to the restricted Pod Security Standard, with its volume. */
export function statefulSetSpec(plan: ServerPlan): StatefulSetSpec {
    const { user, group } = engineImage(plan.spec);
    return {
        serviceName: plan.name,
        replicas: 1,
        revisionHistoryLimit: 5,
        selector: { matchLabels: { ...plan.selector } },
        // The volume outlives the StatefulSet, which Kubernetes wants replaced for some changes. It goes with the namespace.
        persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Retain" },
        template: {
            metadata: { labels: { ...plan.labels }, annotations: { "platform/config-digest": plan.configDigest } },
            spec: {
                serviceAccountName: plan.name,
                automountServiceAccountToken: false,
                enableServiceLinks: false,
                // The server writes the end of its file when it is told to stop.
                terminationGracePeriodSeconds: 60,
                securityContext: {
                    runAsNonRoot: true,
                    runAsUser: user,
                    runAsGroup: group,
                    fsGroup: group,
                    fsGroupChangePolicy: "OnRootMismatch",
                    seccompProfile: { type: "RuntimeDefault" },
                },
                initContainers: [shell(plan, "prepare", "prepare.sh", reloaderAmounts)],
                containers: [serverContainer(plan), reloadContainer(plan), ...exporterOf(plan)],
                volumes: volumes(plan),
            },
        },
        volumeClaimTemplates: [
            {
                metadata: { name: "data", labels: { ...plan.selector } },
                spec: {
                    accessModes: ["ReadWriteOnce"],
                    resources: { requests: { storage: `${volumeGiB(plan.spec)}Gi` } },
                },
            },
        ],
    };
}

function serverContainer(plan: ServerPlan): Container {
    return {
        ...shell(plan, "server", "start.sh", serverAmounts(plan.spec), [mounts.data]),
        ports: [{ name: "redis", containerPort: cachePort, protocol: "TCP" }],
        // Five minutes to read a large file back; then the other two take over.
        startupProbe: probe("ready", { periodSeconds: 5, failureThreshold: 60 }),
        readinessProbe: probe("ready", { periodSeconds: 10, failureThreshold: 3 }),
        livenessProbe: probe("alive", { periodSeconds: 20, failureThreshold: 3 }),
    };
}

function reloadContainer(plan: ServerPlan): Container {
    return shell(plan, "reload", "reload.sh", reloaderAmounts);
}

function exporterOf(plan: ServerPlan): Container[] {
    if (!plan.monitored) {
        return [];
    }
    const { runtime, tls } = mounts;
    const encrypted = plan.tlsSecretName !== undefined;
    return [
        exporterContainer({
            address: exporterAddress(plan),
            password: { file: `${directories.runtime}/exporter.json` },
            ...(encrypted && { authorityFile: `${directories.tls}/ca.crt` }),
            configReadable: true,
            volumeMounts: [{ ...runtime, readOnly: true }, ...(encrypted ? [tls] : [])],
        }),
    ];
}

function exporterAddress({ tlsSecretName }: ServerPlan): string {
    return `${tlsSecretName === undefined ? "redis" : "rediss"}://localhost:${cachePort}`;
}

/** A container of the engine's image that runs one of the scripts. */
function shell(
    plan: ServerPlan,
    name: string,
    script: string,
    amounts: ContainerAmounts,
    ownMounts: readonly VolumeMount[] = [],
): Container {
    const { image, server, client } = engineImage(plan.spec);
    const encrypted = plan.tlsSecretName !== undefined;
    return {
        name,
        image,
        imagePullPolicy: "IfNotPresent",
        command: ["/bin/sh", `${directories.config}/${script}`],
        env: Object.entries({
            SCRIPTS_DIR: directories.config,
            CONFIG_FILE: `${directories.config}/${configFile}`,
            PASSWORD_FILE: `${directories.credentials}/${plan.passwordKey}`,
            RUNTIME_DIR: directories.runtime,
            TLS_DIR: encrypted ? directories.tls : "",
            SERVER: server,
            CLI: client,
            PORT: String(cachePort),
            EXPORTER_ADDRESS: plan.monitored ? exporterAddress(plan) : "",
            EXPORTER_RELOAD_URL: plan.monitored ? "http://127.0.0.1:9121/-/reload" : "",
            RELOAD_SECONDS: String(reloadSeconds),
        }).map(([variable, value]) => ({ name: variable, value })),
        resources: kubernetesResources(amounts),
        securityContext: containerSecurity,
        volumeMounts: [
            mounts.config,
            mounts.credentials,
            mounts.runtime,
            ...(encrypted ? [mounts.tls] : []),
            ...ownMounts,
        ],
    };
}

function probe(question: "ready" | "alive", timing: Pick<Probe, "periodSeconds" | "failureThreshold">): Probe {
    return { exec: { command: ["/bin/sh", `${directories.config}/probe.sh`, question] }, timeoutSeconds: 5, ...timing };
}

const mounts: Readonly<Record<keyof typeof directories, VolumeMount>> = {
    config: { name: "config", mountPath: directories.config, readOnly: true },
    credentials: { name: "credentials", mountPath: directories.credentials, readOnly: true },
    tls: { name: "tls", mountPath: directories.tls, readOnly: true },
    runtime: { name: "runtime", mountPath: directories.runtime },
    data: { name: "data", mountPath: directories.data },
};

function volumes(plan: ServerPlan): types.input.core.v1.Volume[] {
    const secret = (name: string, secretName: string, keys: readonly string[]): types.input.core.v1.Volume => ({
        name,
        // Readable by the group that the pod's processes are in, and nobody else.
        secret: { secretName, defaultMode: 0o440, items: keys.map((key) => ({ key, path: key })) },
    });
    return [
        { name: "config", configMap: { name: plan.configMapName } },
        secret("credentials", plan.secretName, [plan.passwordKey]),
        // Memory, because passwords are written to it.
        { name: "runtime", emptyDir: { medium: "Memory", sizeLimit: "1Mi" } },
        ...(plan.tlsSecretName === undefined
            ? []
            : [secret("tls", plan.tlsSecretName, ["tls.crt", "tls.key", "ca.crt"])]),
    ];
}
