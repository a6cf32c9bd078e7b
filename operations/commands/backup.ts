import { UserError } from "../../simulation/failure";
import { backupJobs } from "../backups";
import type { Command, Context, Outcome } from "../command";
import { jobName, runJob } from "../jobs";
import { requireSystem } from "../versions";

export const backup: Command = {
    name: "backup",
    positionals: [{ name: "stack" }, { name: "system", optional: true }],
    text: "Backs up every store of a stack, or of one system, now, and waits until the\nbackups are complete. They run side by side. On AWS, ConfigMaps and the\ndefinitions of ExternalSecrets are kept beside them.",
    run: backUp,
};

async function backUp({ operation, stack, file, mode, plan, around, screen, cluster }: Context): Promise<Outcome> {
    const { system } = operation.words;
    if (system !== undefined) {
        requireSystem(file, system);
    }
    const now = around.now();
    const jobs = backupJobs(await plan(), system).map((job) => ({ ...job, name: jobName(job.cronJob, now) }));
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
        return { result: { jobs } };
    }
    const target = await cluster();
    const ends = await Promise.allSettled(
        jobs.map(async (job) => {
            await runJob(target, job, around, (text) => screen.write(text));
            screen.write(`${job.namespace}/${job.name} is complete.\n`);
        }),
    );
    const failures = ends.flatMap((end) => (end.status === "rejected" ? [(end.reason as Error).message] : []));
    if (failures.length > 0) {
        throw new UserError(failures.join("\n"));
    }
    return { result: { jobs } };
}
