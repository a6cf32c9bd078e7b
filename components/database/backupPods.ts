import type { types } from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { mounts, passwordFile, scriptContainer, variables, workDirectory } from "../backup/pods";
import { engineImage, engines } from "./engines";
import { dumpAmounts, kubernetesResources } from "./resources";
import type { DatabaseSpec } from "./spec";

type Container = types.input.core.v1.Container;
type EnvVar = types.input.core.v1.EnvVar;

/** Runs a script in the engine's own image, which has the tools that dump and load. */
export function databaseContainer(
    { spec, host }: { readonly spec: DatabaseSpec; readonly host: pulumi.Input<string> },
    name: "dump" | "restore",
    more: readonly EnvVar[],
): Container {
    return scriptContainer(name, engineImage(spec), `${name}.sh`, {
        env: [
            ...variables({
                ENGINE: spec.engine,
                DB_HOST: host,
                DB_PORT: String(engines[spec.engine].port),
                DB_NAME: spec.databaseName,
                DB_USER: spec.username,
                PASSWORD_FILE: passwordFile,
                WORK_DIR: workDirectory,
                // What becomes of the new database. A trial, such as the weekly one, sets it to "drop".
                ...(name === "restore" && { AFTERWARDS: "keep" }),
            }),
            ...more,
        ],
        resources: kubernetesResources(dumpAmounts),
        volumeMounts: [mounts.scripts, mounts.credentials, mounts.temporary, mounts.work],
    });
}
