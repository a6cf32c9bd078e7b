import type { types } from "@pulumi/kubernetes";
import { resourcesOf, restrictedContainer, restrictedPod, type AddonPod } from "../addons/definition";
import { engineImage } from "../cache/images";
import { rateLimitStore } from "./names";

/** It holds one counter for each client of the last minute, some 100 bytes each. */
export const storeDemand: AddonPod = { count: "one", cpuMillicores: 20, memoryMiB: 48, memoryLimitMiB: 96 };

const { image, server, user, group } = engineImage({ engine: "valkey", version: "8" });
const configurationDirectory = "/etc/store";

/** Labels that select the store's pod. They never change: a Deployment's selector is immutable. */
export const storeSelector = { "app.kubernetes.io/name": rateLimitStore.name } as const;

/** The server's configuration. It keeps nothing on disk: counters are worth a minute. */
export function storeConfiguration(password: string): string {
    return [
        `port ${rateLimitStore.port}`,
        `requirepass ${password}`,
        'save ""',
        "appendonly no",
        "maxmemory 48mb",
        "maxmemory-policy volatile-ttl",
        "",
    ].join("\n");
}

/** The pod of the store. */
export function storePod(): types.input.core.v1.PodSpec {
    return {
        serviceAccountName: rateLimitStore.name,
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        securityContext: { ...restrictedPod, runAsUser: user, runAsGroup: group, fsGroup: group },
        containers: [
            {
                name: "store",
                image,
                command: [server, `${configurationDirectory}/${rateLimitStore.configurationKey}`],
                ports: [{ name: "redis", containerPort: rateLimitStore.port }],
                resources: resourcesOf(storeDemand),
                securityContext: { ...restrictedContainer, capabilities: { drop: ["ALL"] } },
                readinessProbe: { tcpSocket: { port: "redis" }, periodSeconds: 5 },
                livenessProbe: { tcpSocket: { port: "redis" }, periodSeconds: 20 },
                volumeMounts: [{ name: "configuration", mountPath: configurationDirectory, readOnly: true }],
            },
        ],
        volumes: [
            {
                name: "configuration",
                secret: {
                    secretName: rateLimitStore.secretName,
                    defaultMode: 0o440,
                    items: [{ key: rateLimitStore.configurationKey, path: rateLimitStore.configurationKey }],
                },
            },
        ],
    };
}
