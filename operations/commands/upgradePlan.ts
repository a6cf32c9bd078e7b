import { kubernetesVersions } from "../../config/supportedVersions";
import { simulate } from "../../simulation/program";
import { exitCodes, type Command, type Context, type Outcome } from "../command";
import { usageError } from "../failures";
import { compatibilityDate } from "../upgrades/compatibility";
import { planUpgrade, type UpgradePlan } from "../upgrades/planner";
import { upgradeStateOf, type UpgradeState } from "../upgrades/state";

export const upgradePlan: Command = {
    name: "upgrade-plan",
    positionals: [{ name: "stack" }],
    text: "Shows the steps from the versions that a stack runs to those that the program\nand Pulumi.<stack>.yaml say: Kubernetes, nodes, add-ons, databases. What runs is\nread from the stack's state; without credentials, from the last commit of its\nfile. Nothing is changed.",
    options: {
        kubernetes: { type: "string", value: "VERSION", text: "another target, such as 1.36" },
        from: { type: "string", value: "VERSION", text: "what runs, where it cannot be read" },
    },
    run: runUpgradePlan,
};

async function runUpgradePlan(context: Context): Promise<Outcome> {
    const { operation, stack, around, screen, plan } = context;
    const { kubernetes, from } = operation.values as { kubernetes?: string; from?: string };
    for (const [option, value] of Object.entries({ kubernetes, from })) {
        if (value !== undefined && !/^1\.\d{2}$/.test(value)) {
            throw usageError(
                `--${option} is "${value}", but must be a minor version: ${Object.keys(kubernetesVersions).join(", ")}.`,
            );
        }
    }
    const current = withKubernetes(await currentState(context), from);
    const target = withKubernetes(upgradeStateOf((await plan()).resources), kubernetes);
    const today = around.now().toISOString().slice(0, 10);
    const upgrade = planUpgrade(current, target, today);
    show(context, upgrade, stack);
    screen.write(
        `\nCompatibility as of ${compatibilityDate}; operations/upgrades/compatibility.ts names the sources.\n`,
    );
    return {
        result: { current, target, ...upgrade },
        code: upgrade.problems.length === 0 ? exitCodes.done : exitCodes.failed,
    };
}

function withKubernetes(state: UpgradeState, version: string | undefined): UpgradeState {
    return version === undefined || state.kubernetes === undefined ? state : { ...state, kubernetes: version };
}

/** What was deployed last; without credentials, what the last committed file gives with the program as it is. */
async function currentState({ mode, stack, file, around, plan }: Context): Promise<UpgradeState> {
    if (mode.real) {
        return upgradeStateOf(await (await around.stack(stack)).resources());
    }
    let committed: string;
    try {
        committed = around.git(["show", `HEAD:./${file.name}`]);
    } catch {
        // Never committed, so nothing can have changed.
        return upgradeStateOf((await plan()).resources);
    }
    return upgradeStateOf((await simulate({ root: around.root, stack, stackFile: committed })).resources);
}

function show({ screen }: Context, { steps, problems, notes }: UpgradePlan, stack: string): void {
    if (steps.length === 0) {
        screen.write(`Stack ${stack} runs what is wanted: there is nothing to upgrade.\n`);
    }
    const deployments = new Set(steps.map(({ deployment }) => deployment));
    for (const deployment of deployments) {
        const own = steps.filter((step) => step.deployment === deployment);
        const minor = own.find(({ kind }) => kind === "control-plane")?.to;
        const version = minor === undefined ? "" : `cluster.version: "${minor}", then `;
        screen.write(`Deployment ${deployment}: ${version}npm run deploy -- ${stack}\n`);
        for (const { kind, name, from, to, effect } of own) {
            const change = from === "" ? "" : ` ${from} → ${to}`;
            screen.write(`  ${kind.padEnd(13)}  ${name}${change}\n                 ${effect}\n`);
        }
    }
    notes.forEach((note) => screen.write(`Note: ${note}\n`));
    problems.forEach((problem) => screen.write(`Cannot be done: ${problem}.\n`));
}
