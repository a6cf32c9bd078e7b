import type { types } from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { PlatformConfig } from "../../config/schema";
import { keepVariables } from "../backup/jobs";
import { credentialsVolume, mounts, passwordFile, scriptContainer, variables, workDirectory } from "../backup/pods";
import { jobFiles, scriptFiles, transferFiles, type Files } from "../backup/scriptFiles";
import { StoreBackup } from "../backup/storeBackup";
import type { StoreConnection } from "../connection";
import type { SystemScope } from "../context";
import { engineImage } from "./images";
import { connectsTo, workerPolicy } from "./networkPolicy";
import { kubernetesResources, restoreAmounts, snapshotAmounts, volumeGiB } from "./resources";
import type { ContainerAmounts } from "../store/amounts";
import type { CacheSpec } from "./spec";

type Container = types.input.core.v1.Container;
type EnvVar = types.input.core.v1.EnvVar;

export interface CacheBackupArgs {
    readonly scope: SystemScope;
    /** Name of the store in its system. */
    readonly store: string;
    readonly spec: CacheSpec;
    readonly connection: StoreConnection;
    /** When snapshots are taken, in UTC, and how long they are kept where no bucket does that. Changed in place. */
    readonly backups: PlatformConfig["data"]["backups"];
}

const authorityDirectory = "/authority";

/**
 * Regular snapshots of an in-cluster cache. A restore loads one into the server's database 15, beside the live one, and ends with the
 * command that swaps the two; told so, it runs it. ElastiCache takes snapshots itself and lets nobody else do so.
 */
export class CacheBackup extends StoreBackup {
    constructor(
        name: string,
        { scope, store, spec, connection, backups }: CacheBackupArgs,
        opts: pulumi.ComponentResourceOptions,
    ) {
        const { secret, network, certificateAuthority: authority } = connection;
        if (network.kind !== "pods") {
            throw new Error(`Cache "${store}": only a cache in the cluster is backed up by jobs of the cluster`);
        }
        const container = (
            script: "dump-cache" | "restore-cache",
            amounts: ContainerAmounts,
            more: readonly EnvVar[],
        ): Container => cacheContainer({ spec, connection }, script, amounts, more);
        super(
            "platform:cache:CacheBackup",
            name,
            {
                scope,
                store,
                kubernetesName: spec.kubernetesName ?? store,
                schedule: backups.schedule,
                retentionDays: backups.retentionDays,
                files: cacheBackupFiles(),
                suffix: "rdb.gz",
                userId: engineImage(spec).user,
                volumes: [
                    credentialsVolume(secret.name),
                    ...(authority === undefined ? [] : [authorityVolume(authority.secret.name, authority.key)]),
                ],
                // Beside the packed snapshot lies the unpacked one, and at a restore the commands made of it.
                volumeGiB: volumeGiB(spec) + 1,
                policy: (pods, usesAws) => workerPolicy(pods, network.labels, usesAws),
                clientLabels: { [connectsTo(store)]: "true" },
                dump: (place) => container("dump-cache", snapshotAmounts, keepVariables(place)),
                restore: (choice) => container("restore-cache", restoreAmounts(spec), choice),
                needs: [...secret.dependsOn, ...(authority?.secret.dependsOn ?? []), ...connection.dependsOn],
            },
            opts,
        );
    }
}

/** What snapshots and restores of a cache run by. */
export function cacheBackupFiles(): Files {
    return {
        ...jobFiles(),
        ...scriptFiles("cache", "backup-common.sh", "dump-cache.sh", "restore-cache.sh"),
        ...transferFiles(),
    };
}

function authorityVolume(secretName: string, key: string): types.input.core.v1.Volume {
    return { name: "authority", secret: { secretName, defaultMode: 0o440, items: [{ key, path: "ca.crt" }] } };
}

function cacheContainer(
    { spec, connection }: { readonly spec: CacheSpec; readonly connection: StoreConnection },
    script: "dump-cache" | "restore-cache",
    amounts: ContainerAmounts,
    more: readonly EnvVar[],
): Container {
    const { image, server, client, check } = engineImage(spec);
    const encrypted = connection.certificateAuthority !== undefined;
    return scriptContainer(script === "dump-cache" ? "dump" : "restore", image, `${script}.sh`, {
        env: [
            ...variables({
                CACHE_HOST: connection.host,
                CACHE_PORT: String(connection.port),
                TLS_CA: encrypted ? `${authorityDirectory}/ca.crt` : "",
                SERVER: server,
                CLI: client,
                CHECK: check,
                PASSWORD_FILE: passwordFile,
                WORK_DIR: workDirectory,
                // What becomes of what was restored. A trial, such as the weekly one, sets it to "drop".
                ...(script === "restore-cache" && { AFTERWARDS: "keep" }),
            }),
            ...more,
        ],
        resources: kubernetesResources(amounts),
        volumeMounts: [
            mounts.scripts,
            mounts.credentials,
            ...(encrypted ? [{ name: "authority", mountPath: authorityDirectory, readOnly: true }] : []),
            mounts.temporary,
            mounts.work,
        ],
    });
}
