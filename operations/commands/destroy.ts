import { readConfiguration, regionOf } from "../../simulation/configuration";
import { UserError } from "../../simulation/failure";
import type { Command, Context, Outcome } from "../command";
import { clusterIsGone, isLate, leftoversOf, leftoverText, type Leftover, type Site } from "../leftovers";
import { Phases, phaseLines } from "../phases";
import { protectedIn, protectionText } from "../protection";
import type { DeployedStack } from "../surroundings";
import { tenantsOf, tenantsText } from "../tenants";

export const destroy: Command = {
    name: "destroy",
    positionals: [{ name: "stack" }],
    text: "Deletes everything of a stack, in the reverse of the order in which it was made.\nIt says what it waits for: load balancers, interfaces and volumes that\ncontrollers made. What is left of them once the cluster is gone it deletes, and\ntries again what AWS releases late. It refuses protected data, and a platform\nthat other stacks deploy into.",
    confirmed: "A destruction",
    run: runDestroy,
};

/** How often it is tried, and the seconds between: AWS releases interfaces of load balancers within minutes. */
const attempts = 5;
const pauseSeconds = 60;

/** Seconds between two looks at what is left while the deletion goes on. */
const lookSeconds = 30;

async function runDestroy(context: Context): Promise<Outcome> {
    const { stack, file, mode, plan, around, screen } = context;
    const planned = await plan();
    const found = protectedIn(planned);
    if (found.length > 0) {
        throw new UserError(protectionText(stack, file.name, found));
    }
    const result = { resources: planned.resources.length };
    if (!mode.real) {
        screen.write(`Destruction of stack ${stack}, what each step would do:\n`);
        stepsOf(context).forEach((step, index) => screen.write(`  ${index + 1}. ${step}\n`));
        return { result };
    }
    const deployed = await around.stack(stack);
    const held = (await deployed.resources()).filter(({ protect }) => protect);
    if (held.length > 0) {
        const names = held.map(({ type, name }) => ({ type, name, by: ["Pulumi"] as const }));
        throw new UserError(protectionText(stack, file.name, names));
    }
    const tenants = tenantsOf(context.around.root, stack, await deployed.others());
    if (tenants.length > 0) {
        throw new UserError(tenantsText(stack, tenants));
    }
    const site = siteOf(context, await deployed.outputs());
    await context.confirm(`Delete everything of stack ${stack}, data included?`);
    const phases = new Phases(around.now);
    const left = await phases.measure("destroy", () => destroyAll(context, deployed, site));
    screen.write(`\nStack ${stack} is destroyed.\n`);
    phaseLines(phases.done).forEach((line) => screen.write(`  ${line}\n`));
    screen.write(`Its history and file stay: npx pulumi stack rm ${stack} --preserve-config removes the history.\n`);
    return { result: { ...result, phases: phases.done, removed: left } };
}

function stepsOf({ stack, around }: Context): string[] {
    const site = ownsCluster({ stack, around });
    return [
        "Look for protected resources, in the configuration and in the stack: there are none in the configuration (done).",
        "Look for stacks that deploy into this one's cluster: they have to go first.",
        "Ask whether to go on.",
        `Run \`pulumi destroy --stack ${stack}\`: workloads, ingresses and gateways, controllers, nodes, cluster, network.`,
        ...(site
            ? [
                  "Meanwhile, say every half minute which load balancers, interfaces, security groups and volumes of controllers are left.",
                  "Once the cluster is gone, delete what is left of them.",
              ]
            : []),
        `Try again what AWS releases late, ${attempts} times at most.`,
    ];
}

/** A stack without a network of its own leaves the cluster, and so its controllers, where they are. */
function ownsCluster({ stack, around }: Pick<Context, "stack" | "around">): boolean {
    const { values } = readConfiguration(around.root, stack);
    return values["platform:environment"] !== "local" && values["platform:platformStack"] === undefined;
}

function siteOf(context: Context, outputs: Readonly<Record<string, unknown>>): Site | undefined {
    const { vpcId, clusterName } = outputs;
    const region = regionOf(context.around.root, context.stack);
    return ownsCluster(context) &&
        typeof vpcId === "string" &&
        typeof clusterName === "string" &&
        typeof region === "string"
        ? { vpcId, clusterName, region }
        : undefined;
}

/** Runs the deletion as often as it takes. Gives back what was left of the controllers and deleted here. */
async function destroyAll(context: Context, deployed: DeployedStack, site: Site | undefined): Promise<string[]> {
    const { around, screen, stack } = context;
    const removed: string[] = [];
    for (let attempt = 1; ; attempt++) {
        const sweeper = site === undefined ? undefined : new Sweeper(context, site, removed);
        try {
            const gone = site !== undefined && attempt > 1 && (await clusterIsGone(around.aws, site));
            await deployed.destroy((text) => screen.write(text), { clusterIsGone: gone });
            await sweeper?.stop();
            if (site !== undefined) {
                await sweep(context, site, removed);
            }
            return removed;
        } catch (failure) {
            await sweeper?.stop();
            const { message } = failure as Error;
            if (attempt >= attempts || !isLate(message)) {
                const left = site === undefined ? [] : await leftoversOf(around.aws, site);
                throw new UserError(
                    [
                        `${message}\nAfter ${attempt} attempts, ${stack} is not destroyed whole.`,
                        ...left.map((each) => `  Left: ${leftoverText(each)}`),
                        `What is gone is gone; npm run destroy -- ${stack} goes on from here.`,
                    ].join("\n"),
                );
            }
            screen.write(
                `\n${message}\nAWS may release that late: attempt ${attempt + 1} of ${attempts} in a minute.\n`,
            );
            if (site !== undefined) {
                await sweep(context, site, removed);
            }
            await around.pause(pauseSeconds);
        }
    }
}

/** Says what is left; once the cluster is gone, deletes what nobody else would. */
async function sweep({ around, screen }: Context, site: Site, removed: string[]): Promise<void> {
    const left = await leftoversOf(around.aws, site);
    if (left.length === 0) {
        return;
    }
    screen.write(`Waiting for: ${left.map(leftoverText).join("; ")}.\n`);
    if (!(await clusterIsGone(around.aws, site))) {
        return;
    }
    const removable = left.filter(
        (each): each is Leftover & { remove: readonly string[] } => each.remove !== undefined,
    );
    for (const each of removable) {
        try {
            await around.aws([...each.remove, "--region", site.region]);
            removed.push(`${each.kind} ${each.id}`);
            screen.write(`Deleted, because its controller is gone: ${leftoverText(each)}.\n`);
        } catch (error) {
            // It may depend on another that is still going; the next look tries again.
            screen.write(`Not yet: ${leftoverText(each)}: ${(error as Error).message}\n`);
        }
    }
}

/** Sweeps while the deletion runs, because Pulumi itself waits for a network that cannot go. */
class Sweeper {
    private stopped = false;
    private readonly done: Promise<void>;

    constructor(context: Context, site: Site, removed: string[]) {
        this.done = this.run(context, site, removed);
    }

    async stop(): Promise<void> {
        this.stopped = true;
        await this.done;
    }

    private async run(context: Context, site: Site, removed: string[]): Promise<void> {
        for (;;) {
            await context.around.pause(lookSeconds);
            if (this.stopped) {
                return;
            }
            try {
                await sweep(context, site, removed);
            } catch (error) {
                context.screen.write(`What is left cannot be seen now: ${(error as Error).message}\n`);
            }
        }
    }
}
