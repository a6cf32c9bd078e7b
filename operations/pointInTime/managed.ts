import type { Context, Outcome } from "../command";
import { instanceType, restoredName, shortTime, type ManagedStore } from "./instance";
import { goOnText, restoreToMoment } from "./restore";
import { switchTo } from "./switch";

/** A managed database, and what takes its place: what it was at a moment, or an instance that is there. */
export type ManagedRestore = {
    readonly live: ManagedStore;
    readonly switches: boolean;
} & ({ readonly moment: Date } | { readonly instance: string });

/** Restores a managed database, switches to what was restored, or both; or says what each step would do. */
export async function restoreManaged(context: Context, restore: ManagedRestore): Promise<Outcome> {
    const { mode, screen, stack } = context;
    const { live, switches } = restore;
    const instance = "moment" in restore ? restoredName(live.identifier, restore.moment) : restore.instance;
    const moment = "moment" in restore ? { restoredTo: shortTime(restore.moment) } : {};
    const result = { database: live.store, live: live.identifier, instance, ...moment, switched: switches };
    if (!mode.real) {
        screen.write(`Restore in stack ${stack}, what each step would do:\n`);
        stepsOf(context, restore, instance).forEach((step, index) => screen.write(`  ${index + 1}. ${step}\n`));
        return { result };
    }
    const address =
        "moment" in restore ? (await restoreToMoment(context, live, restore.moment)).Endpoint?.Address : undefined;
    if (switches) {
        await switchTo(context, live, instance);
        return { result };
    }
    screen.write(
        [
            `\n${live.identifier} is as it was. ${instance} answers at ${address ?? "its own address"}, to the same user; its password is`,
            "in the secret that `aws rds describe-db-instances` names (MasterUserSecret), else the one of that moment.",
            `To make it the live one: ${goOnText(stack, live, instance)}`,
            "To do away with it:",
            `  aws rds modify-db-instance --db-instance-identifier ${instance} --no-deletion-protection --apply-immediately`,
            `  aws rds delete-db-instance --db-instance-identifier ${instance} --skip-final-snapshot\n`,
        ].join("\n"),
    );
    return { result: { ...result, address } };
}

function stepsOf({ stack, file }: Context, restore: ManagedRestore, instance: string): string[] {
    const { live, switches } = restore;
    return [
        ...("moment" in restore
            ? [
                  `Look whether ${live.identifier} can be restored to ${shortTime(restore.moment)}: aws rds describe-db-instance-automated-backups.`,
                  `aws rds restore-db-instance-to-point-in-time --source-db-instance-identifier ${live.identifier} --target-db-instance-identifier ${instance} ` +
                      `--restore-time ${shortTime(restore.moment)}, with the class, network, parameters and tags of ${live.identifier}.`,
                  `Wait until ${instance} is available, and say how it is meanwhile.`,
              ]
            : []),
        ...(switches
            ? [
                  `Refuse ${instance} unless its engine, database, user, key and network are those of ${live.identifier}, then ask whether to go on.`,
                  `Hand ${instance} to Pulumi: in the state of ${stack}, ${instanceType} ${live.resource} becomes it, read from RDS by a refresh.`,
                  `Write to ${file.name}: platform:systems.${live.system}.databaseInstances.${live.store}: ${instance}`,
                  `npm run deploy -- ${stack}: the services roll to its address and its password; read replicas are made anew.`,
                  `Say how to delete ${live.identifier}, which runs on.`,
              ]
            : [`Say how to look into ${instance}, how to switch to it, and how to do away with it.`]),
    ];
}
