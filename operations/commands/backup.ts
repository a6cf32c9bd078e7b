import { UserError } from "../../simulation/failure";
import type { Plan } from "../../simulation/record";
import { backupJobs, type BackupJob } from "../backups";
import type { Command, Context, Outcome } from "../command";
import { bucketsOf, keepDefinitions, type DefinitionBackup } from "../definitions";
import { jobName, runJob } from "../jobs";
import { requireSystem } from "../versions";

export const backup: Command = {
    name: "backup",
    positionals: [{ name: "stack" }, { name: "system", optional: true }],
    text: "Backs up every store of a stack, or of one system, now, and waits until the\nbackups are complete. They run side by side. ConfigMaps and ExternalSecrets are\nkept beside them, as JSON that kubectl applies.",
    run: backUp,
};

async function backUp({ operation, stack, file, mode, plan, around, screen, cluster }: Context): Promise<Outcome> {
    const { system } = operation.words;
    if (system !== undefined) {
        requireSystem(file, system);
    }
    const now = around.now();
    const jobs = backupJobs(await plan(), system).map((job) => ({ ...job, name: jobName(job.cronJob, now) }));
    const buckets = definitionBackups(await plan(), jobs);
    if (jobs.length === 0) {
        throw new UserError(`${system ?? `Stack ${stack}`} has nothing that is backed up.`);
    }
    if (!mode.real) {
        screen.write(`Backup of stack ${stack}, what each step would do:\n`);
        jobs.forEach(({ namespace, cronJob, name }, index) =>
            screen.write(
                `  ${index + 1}. kubectl create job ${name} --from=cronjob/${cronJob} --namespace ${namespace}\n`,
            ),
        );
        screen.write(`  ${jobs.length + 1}. Wait for them; one that fails fails the command, with its last lines.\n`);
        buckets.forEach(({ bucket, namespaces }, index) =>
            screen.write(
                `  ${jobs.length + 2 + index}. Keep ConfigMaps and ExternalSecrets of ${namespaces.join(", ")} in s3://${bucket}/definitions/.\n`,
            ),
        );
        return { result: { jobs } };
    }
    const target = await cluster();
    const ends = await Promise.allSettled(
        jobs.map(async (job) => {
            await runJob(target, job, around, (text) => screen.write(text));
            screen.write(`${job.namespace}/${job.name} is complete.\n`);
        }),
    );
    const kept = await Promise.allSettled(
        buckets.map(async (each) => {
            const place = await keepDefinitions(target, around.aws, each, now);
            screen.write(`${place} has the definitions of ${each.namespaces.join(", ")}.\n`);
            return place;
        }),
    );
    const failures = [...ends, ...kept].flatMap((end) =>
        end.status === "rejected" ? [(end.reason as Error).message] : [],
    );
    if (failures.length > 0) {
        throw new UserError(failures.join("\n"));
    }
    return { result: { jobs, definitions: kept.flatMap((end) => (end.status === "fulfilled" ? [end.value] : [])) } };
}

/** For each system with a bucket of its own, the namespaces in which it has something that is backed up. */
function definitionBackups(plan: Plan, jobs: readonly BackupJob[]): DefinitionBackup[] {
    return Object.entries(bucketsOf(plan)).flatMap(([system, bucket]) => {
        const namespaces = [...new Set(jobs.filter((job) => job.system === system).map(({ namespace }) => namespace))];
        return namespaces.length === 0 ? [] : [{ bucket, namespaces }];
    });
}
