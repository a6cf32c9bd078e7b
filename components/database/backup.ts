import type * as pulumi from "@pulumi/pulumi";
import type { PlatformConfig } from "../../config/schema";
import { keepVariables } from "../backup/jobs";
import { credentialsVolume } from "../backup/pods";
import { StoreBackup } from "../backup/storeBackup";
import type { StoreConnection } from "../connection";
import { databaseContainer } from "./backupPods";
import { engines } from "./engines";
import { connectsTo, workerPolicy } from "./networkPolicies";
import type { DatabasePartArgs } from "./part";
import { volumeGiB } from "./resources";
import { backupFiles } from "./scripts";

export interface DatabaseBackupArgs extends DatabasePartArgs {
    readonly connection: StoreConnection;
    /** When dumps are made, in UTC, and how long they are kept where no bucket does that. Changed in place. */
    readonly backups: PlatformConfig["data"]["backups"];
}

/**
 * Regular dumps of a database. A restore goes into a new database beside the live one and ends with the commands that switch over; told
 * so, it runs them:
 *
 *     npm run restore -- <stack> <system> <store>
 *
 * or, where the command is not at hand:
 *
 *     kubectl -n <namespace> create configmap <store>-restore --from-literal=BACKUP=<file>   # only for another than the newest
 *     kubectl -n <namespace> create job --from=cronjob/<store>-restore <job>
 *     kubectl -n <namespace> logs -f job/<job>
 */
export class DatabaseBackup extends StoreBackup {
    constructor(
        name: string,
        { scope, store, spec, connection, backups }: DatabaseBackupArgs,
        opts: pulumi.ComponentResourceOptions,
    ) {
        const database = { spec, host: connection.host };
        super(
            "platform:database:DatabaseBackup",
            name,
            {
                scope,
                store,
                kubernetesName: spec.kubernetesName ?? store,
                schedule: backups.schedule,
                retentionDays: backups.retentionDays,
                files: backupFiles(spec.engine),
                suffix: "sql.gz",
                userId: engines[spec.engine].userId,
                volumes: [credentialsVolume(connection.secret.name)],
                volumeGiB: volumeGiB(spec),
                policy: (pods, usesAws) => workerPolicy(spec.engine, pods, connection.network, usesAws),
                clientLabels: { [connectsTo(store)]: "true" },
                dump: (place) => databaseContainer(database, "dump", keepVariables(place)),
                restore: (choice) => databaseContainer(database, "restore", choice),
                needs: [...connection.secret.dependsOn, ...connection.dependsOn],
            },
            opts,
        );
    }
}
