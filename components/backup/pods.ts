import type { types } from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

type Container = types.input.core.v1.Container;
type EnvVar = types.input.core.v1.EnvVar;
type PodSecurityContext = types.input.core.v1.PodSecurityContext;
type Volume = types.input.core.v1.Volume;
type VolumeMount = types.input.core.v1.VolumeMount;

/** Key of the Secret that holds the password. */
export const passwordKey = "password";

const directories = {
    scripts: "/scripts",
    credentials: "/credentials",
    work: "/work",
    temporary: "/tmp",
} as const;

/** Where a file of the scripts' ConfigMap is in a container. */
export function scriptPath(name: string): string {
    return `${directories.scripts}/${name}`;
}

export const passwordFile = `${directories.credentials}/${passwordKey}`;
export const workDirectory = directories.work;

/** The user that everything in a pod runs as; its files belong to the group, whichever image wrote them. */
export function podSecurity(userId: number): PodSecurityContext {
    return {
        runAsNonRoot: true,
        runAsUser: userId,
        runAsGroup: userId,
        fsGroup: userId,
        // Changing the group of each file of a large volume takes minutes; one look at the top directory is enough.
        fsGroupChangePolicy: "OnRootMismatch",
        seccompProfile: { type: "RuntimeDefault" },
    };
}

/** What every container is denied. */
export const containerSecurity = {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ["ALL"] },
};

/** Variables of a container that are not secret. */
export function variables(values: Readonly<Record<string, pulumi.Input<string>>>): EnvVar[] {
    return Object.entries(values).map(([name, value]) => ({ name, value }));
}

export const mounts = {
    scripts: { name: "scripts", mountPath: directories.scripts, readOnly: true },
    credentials: { name: "credentials", mountPath: directories.credentials, readOnly: true },
    work: { name: "work", mountPath: directories.work },
    temporary: { name: "temporary", mountPath: directories.temporary },
} satisfies Record<string, VolumeMount>;

export function scriptsVolume(configMapName: string): Volume {
    return { name: "scripts", configMap: { name: configMapName } };
}

/** The password as a file that follows the Secret, readable by the pod's group and nobody else. */
export function credentialsVolume(secretName: string): Volume {
    return {
        name: "credentials",
        secret: { secretName, defaultMode: 0o440, items: [{ key: passwordKey, path: passwordKey }] },
    };
}

/** Memory: a client's file with the password in it must not reach a disk. */
export const temporaryVolume: Volume = { name: "temporary", emptyDir: { medium: "Memory", sizeLimit: "16Mi" } };

/** A container that runs one of the scripts. */
export function scriptContainer(
    name: string,
    image: string,
    script: string,
    rest: Omit<Container, "name" | "image" | "command" | "securityContext">,
): Container {
    return {
        name,
        image,
        imagePullPolicy: "IfNotPresent",
        command: ["/bin/sh", scriptPath(script)],
        ...rest,
        securityContext: containerSecurity,
    };
}
