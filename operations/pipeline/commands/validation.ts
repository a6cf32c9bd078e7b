import { simulate } from "../../../simulation/program";
import { UserError } from "../../../simulation/failure";
import type { Command } from "../commands";
import { publicEndpoints, type Endpoint } from "../endpoints";
import { jobOn, type Job } from "../job";
import { loadTestArguments } from "../loadTest";
import type { Runner } from "../runner";
import { checkLines, integrationTest, smokeTest, type Check } from "../smokeTest";

/** The endpoints that a deployment has, or in a simulation would have. */
async function endpointsOf(stack: string, { mode }: Job, runner: Runner): Promise<Endpoint[]> {
    const plan = await simulate({ root: runner.root, stack });
    const outputs = mode.real ? await (await runner.stack(stack)).outputs() : plan.outputs;
    return publicEndpoints(plan, outputs.endpoints);
}

export const smokeTestCommand: Command = async ({ positionals: [stack = ""], options, flags }, runner) => {
    const job = jobOn(stack, runner);
    const patienceSeconds = Number(options.patience ?? 300);
    if (!Number.isInteger(patienceSeconds) || patienceSeconds < 0) {
        throw new UserError(`--patience must be a number of seconds, but is "${options.patience}".`);
    }
    const endpoints = await endpointsOf(stack, job, runner);
    const integration = flags.has("integration");
    if (!job.mode.real) {
        const asked = endpoints.map(({ system, service, url }) => `  GET ${url} (${system}/${service})`);
        job.say(
            [
                `Would ask, for up to ${patienceSeconds} s, until each has answered 200 three times running:`,
                ...asked,
                ...(integration ? ["and then check certificates and the redirection from HTTP to HTTPS."] : []),
            ].join("\n"),
        );
        return;
    }
    if (endpoints.length === 0) {
        job.say(`Stack ${stack} has no public endpoint to ask.`);
        return;
    }
    const settings = { patienceSeconds, pause: runner.pause, now: runner.now };
    report(job, await smokeTest(endpoints, settings));
    if (integration) {
        report(job, await integrationTest(endpoints, settings));
    }
};

function report({ say }: Job, checks: readonly Check[]): void {
    say(checkLines(checks).join("\n"));
    const failed = checks.filter(({ problem }) => problem !== undefined).length;
    if (failed > 0) {
        throw new UserError(`${failed} of ${checks.length} checks failed.`);
    }
}

export const loadTestCommand: Command = async ({ positionals: [stack = ""], options: { duration } }, runner) => {
    const job = jobOn(stack, runner);
    const endpoints = await endpointsOf(stack, job, runner);
    const args = loadTestArguments(runner.root, endpoints, { ...(duration !== undefined && { duration }) });
    if (!job.mode.real) {
        job.say(`Would run: k6 ${args.join(" ")}`);
        return;
    }
    if (endpoints.length === 0) {
        job.say(`Stack ${stack} has no public endpoint to put under load.`);
        return;
    }
    const { status, stdout } = runner.run("k6", args);
    runner.stdout.write(stdout);
    if (status !== 0) {
        // Source: k6, "Exit codes": 99 is a threshold that was crossed.
        throw new UserError(
            status === 99
                ? "An endpoint was slower or failed more often than its alerts allow; k6's report is above."
                : `k6 could not run the test (exit code ${status}); its message is above.`,
        );
    }
    job.say(`${endpoints.length} endpoints stayed within the limits of the alerts.`);
};
