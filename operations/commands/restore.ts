import { UserError } from "../../simulation/failure";
import type { Plan } from "../../simulation/record";
import { backupJobs, type BackupJob } from "../backups";
import type { Command, Context, Outcome } from "../command";
import { bucketsOf, definitionsStore, restoreDefinitions } from "../definitions";
import { usageError } from "../failures";
import { jobName, runJob } from "../jobs";
import { managedStores, shortTime, type ManagedStore } from "../pointInTime/instance";
import { restoreManaged, type ManagedRestore } from "../pointInTime/managed";
import { requireSystem } from "../versions";

export const restore: Command = {
    name: "restore",
    positionals: [{ name: "stack" }, { name: "system" }, { name: "store", optional: true }],
    text: "Restores a backup into a new database beside the live one, which stays as it is,\nand says how to switch over. With --switch it does that, too: the services'\nsessions end, and what was there before is kept under another name. By default\nthe newest backup. The store may be left out where the system has only one.\n\nA database of RDS is restored --at any moment, into a new instance. --switch\nputs it into the stack's file and Pulumi's state, and a deployment leads the\nservices there; the earlier instance runs on until somebody deletes it.\n\nThe store `definitions` are ConfigMaps and ExternalSecrets: those that are\nmissing are made again.",
    options: {
        backup: { type: "string", value: "NAME", text: "this one, such as 20260131T020000Z.sql.gz" },
        at: { type: "string", value: "TIME", text: "RDS: then; else the last backup before 2026-01-31T12:00Z" },
        instance: { type: "string", value: "NAME", text: "an instance of RDS that is there already" },
        switch: { type: "boolean", text: "make it the live database" },
    },
    confirmed: ({ values }) => (values.switch === true ? "A switch to a restored database" : undefined),
    run: runRestore,
};

async function runRestore(context: Context): Promise<Outcome> {
    const { operation, stack, file, mode, plan, around, screen, cluster } = context;
    const { system = "", store } = operation.words;
    requireSystem(file, system);
    const variables = choiceOf(operation.values);
    if (store === definitionsStore) {
        return restoreDefinitions(context, definitionsOf(await plan(), system, operation.values));
    }
    const managed = managedChoice(operation.values, managedStores(await plan(), system), system, store);
    if (managed !== undefined) {
        return restoreManaged(context, managed);
    }
    const job = restoreJob(backupJobs(await plan(), system, "restore"), system, store);
    const name = jobName(job.cronJob, around.now());
    const result = { namespace: job.namespace, job: name, ...variables };
    if (!mode.real) {
        screen.write(`Restore in stack ${stack}, what each step would do:\n`);
        const choice = Object.entries(variables).map(([key, value]) => ` with ${key}=${value}`);
        screen.write(
            `  1. kubectl create job ${name} --from=cronjob/${job.cronJob} --namespace ${job.namespace}${choice.join("")}\n`,
        );
        screen.write("  2. Wait for it, and show what it says about the new database and the way to it.\n");
        return { result };
    }
    if (operation.values.switch === true) {
        await context.confirm(`Make the restored database the live one of ${system} in ${stack}?`);
    }
    const output = await runJob(await cluster(), { ...job, name, variables }, around, (text) => screen.write(text));
    screen.write(`\n${output}`);
    return { result: { ...result, output } };
}

/** Which copy of a system's ConfigMaps and ExternalSecrets. */
function definitionsOf(
    plan: Plan,
    system: string,
    values: Context["operation"]["values"],
): Parameters<typeof restoreDefinitions>[1] {
    const bucket = bucketsOf(plan)[system];
    if (bucket === undefined) {
        throw new UserError(
            `${system} has no backup bucket, so no definitions are kept: they are what its deployment makes.`,
        );
    }
    if (values.switch === true || values.instance !== undefined) {
        throw usageError(
            `${definitionsStore} are made again where they are missing, so there is nothing to switch to.`,
        );
    }
    const { BACKUP: name, BEFORE: before } = choiceOf(values);
    return { system, bucket, choice: { ...(name !== undefined && { name }), ...(before !== undefined && { before }) } };
}

/** The instance that is asked for, and how; undefined where a backup is. */
function managedChoice(
    values: Context["operation"]["values"],
    stores: readonly ManagedStore[],
    system: string,
    store: string | undefined,
): ManagedRestore | undefined {
    const { at, backup, instance } = values as { at?: string; backup?: string; instance?: string };
    if (instance !== undefined && (at !== undefined || backup !== undefined)) {
        throw usageError(
            "--instance is there already, so neither --at nor --backup says what is in it: give one of them.",
        );
    }
    if (instance !== undefined && values.switch !== true) {
        throw usageError("--instance is for --switch: there is nothing to restore.");
    }
    const live = store === undefined && stores.length === 1 ? stores[0] : stores.find((each) => each.store === store);
    if (live === undefined) {
        if (instance !== undefined) {
            const names =
                stores.length === 0 ? "It has none" : `It has: ${stores.map((each) => each.store).join(", ")}`;
            throw usageError(`Which database of ${system} in RDS? ${names}.`);
        }
        return undefined;
    }
    const choice = { live, switches: values.switch === true };
    return instance !== undefined
        ? { ...choice, instance }
        : at !== undefined
          ? { ...choice, moment: momentIn(at) }
          : undefined;
}

/** What the scripts are told; components/backup/scripts says what each means. */
function choiceOf(values: Context["operation"]["values"]): Record<string, string> {
    const { backup, at } = values as { backup?: string; at?: string };
    if (backup !== undefined && at !== undefined) {
        throw usageError("--backup and --at both say which backup: give one of them.");
    }
    if (backup !== undefined && !/^\d{8}T\d{6}Z(\.\w+)+$/.test(backup)) {
        throw usageError(`--backup is "${backup}", but must be a name such as 20260131T020000Z.sql.gz.`);
    }
    const moment = at === undefined ? undefined : shortTime(momentIn(at)).replace(/[-:]/g, "");
    return {
        ...(backup !== undefined && { BACKUP: backup }),
        ...(moment !== undefined && { BEFORE: moment }),
        ...(values.switch === true && { SWITCH: "yes" }),
    };
}

/** A moment. Without a zone it would mean something else on every machine. */
function momentIn(text: string): Date {
    const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : NaN;
    if (Number.isNaN(time)) {
        throw usageError(`--at is "${text}", but must be a moment with its zone, such as 2026-01-31T12:00Z.`);
    }
    return new Date(time);
}

function restoreJob(jobs: readonly BackupJob[], system: string, store: string | undefined): BackupJob {
    const storeOf = ({ cronJob }: BackupJob): string => cronJob.replace(/-restore$/, "");
    if (jobs.length === 0) {
        throw new UserError(`${system} has nothing that is backed up by this platform.`);
    }
    const found = store === undefined && jobs.length === 1 ? jobs[0] : jobs.find((job) => storeOf(job) === store);
    if (found === undefined) {
        const names = [...jobs.map(storeOf), definitionsStore].join(", ");
        throw usageError(
            store === undefined
                ? `Which store? ${system} has: ${names}.`
                : `${system} has no store "${store}": ${names}.`,
        );
    }
    return found;
}
