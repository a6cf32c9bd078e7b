import { regionOf } from "../../../simulation/configuration";
import { UserError } from "../../../simulation/failure";
import { kubernetesObjects } from "../../../simulation/manifests";
import { simulate } from "../../../simulation/program";
import type { Plan } from "../../../simulation/record";
import { backupJobs, type BackupJob } from "../../backups";
import { jobName, runJob } from "../../jobs";
import { snapshotAge, snapshotsQuestion, snapshottedCaches } from "../cacheSnapshots";
import type { Command } from "../commands";
import { jobOn } from "../job";

/** The variable by which a restore is told to drop what it has restored; only restores that know it can be tried out. */
const afterwards = { name: "AFTERWARDS", value: "drop" } as const;

/** The restores of a stack that can be tried out: they drop again what they have restored. */
export function scratchRestores(plan: Plan): BackupJob[] {
    const knowing = new Set(
        kubernetesObjects(plan)
            .filter(({ kind, spec }) => kind === "CronJob" && JSON.stringify(spec).includes(`"${afterwards.name}"`))
            .map(({ metadata }) => `${metadata.namespace}/${metadata.name}`),
    );
    return backupJobs(plan, undefined, "restore").filter(({ namespace, cronJob }) =>
        knowing.has(`${namespace}/${cronJob}`),
    );
}

/** What a restore says that it has brought back: tables of a database, or keys of a cache. */
function broughtBackIn(output: string): { readonly count: number; readonly what: string } | undefined {
    const [, count, what] = /done: .* has (\d+) (tables|keys)/.exec(output) ?? [];
    return count === undefined || what === undefined ? undefined : { count: Number(count), what };
}

export const verifyBackupsCommand: Command = async ({ positionals: [stack = ""] }, runner) => {
    const { mode, say } = jobOn(stack, runner);
    const plan = await simulate({ root: runner.root, stack });
    const restores = scratchRestores(plan);
    const caches = snapshottedCaches(plan);
    if (restores.length + caches.length === 0) {
        say(`Stack ${stack} has no backup that can be tried out.`);
        return;
    }
    const jobs = restores.map((job) => ({
        ...job,
        name: jobName(job.cronJob, runner.now()),
        variables: { [afterwards.name]: afterwards.value },
    }));
    if (!mode.real) {
        const lines = jobs.map(
            ({ namespace, cronJob, name }) =>
                `  kubectl create job ${name} --from=cronjob/${cronJob} --namespace ${namespace}, with ${afterwards.name}=${afterwards.value}`,
        );
        say(
            [
                "Would restore the newest backup of each database and cache beside the live one, count what came back and drop it:",
                ...lines,
                ...(caches.length === 0
                    ? []
                    : [
                          `and look whether ElastiCache's newest snapshots are new enough, which only a cluster of their own could load: ${caches.join(", ")}`,
                      ]),
            ].join("\n"),
        );
        return;
    }
    const cluster = await runner.cluster(await (await runner.stack(stack)).outputs());
    const problems: string[] = [];
    // One after the other: each loads a whole database into a server that is in use.
    for (const job of jobs) {
        const pause = (seconds: number): Promise<void> => runner.pause(seconds * 1000);
        try {
            const output = await runJob(cluster, job, { pause }, (text) => runner.stdout.write(text));
            const back = broughtBackIn(output);
            // A cache may have been empty; a database has its tables at least.
            if (back === undefined || (back.count === 0 && back.what === "tables")) {
                problems.push(`${job.namespace}/${job.cronJob}: nothing comes back from the newest backup`);
            } else {
                say(`${job.namespace}/${job.cronJob}: the newest backup restores to ${back.count} ${back.what}.`);
            }
        } catch (failure) {
            problems.push(`${job.namespace}/${job.cronJob}: ${(failure as Error).message}`);
        }
    }
    const region = regionOf(runner.root, stack) ?? "";
    for (const group of caches) {
        const { status, stdout } = runner.run("aws", snapshotsQuestion(group, region));
        const found = status === 0 ? snapshotAge(stdout, runner.now()) : { problem: "its snapshots cannot be listed" };
        if ("problem" in found) {
            problems.push(`${group}: ${found.problem}`);
        } else {
            say(`${group}: ElastiCache's newest snapshot is ${found.age} old.`);
        }
    }
    if (problems.length > 0) {
        throw new UserError(["A backup cannot be restored:", ...problems.map((each) => `  ${each}`)].join("\n"));
    }
};
