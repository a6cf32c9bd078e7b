import { regionOf } from "../../simulation/configuration";
import { UserError } from "../../simulation/failure";
import type { Context } from "../command";
import { durationText } from "../phases";
import {
    requireWithin,
    restoredName,
    restoreInput,
    restoreWindow,
    shortTime,
    type AutomatedBackup,
    type DescribedInstance,
    type ManagedStore,
} from "./instance";

/** Runs `aws rds` in the region of the stack. */
export function rds({ around, stack }: Context): (...args: readonly string[]) => Promise<unknown> {
    const region = regionOf(around.root, stack);
    return (...args) => around.aws(["rds", ...args, ...(region === undefined ? [] : ["--region", region])]);
}

/** An instance, or undefined where there is none of that name. */
export async function describe(context: Context, identifier: string): Promise<DescribedInstance | undefined> {
    try {
        const { DBInstances } = (await rds(context)(
            "describe-db-instances",
            "--db-instance-identifier",
            identifier,
        )) as {
            readonly DBInstances: readonly DescribedInstance[];
        };
        return DBInstances[0];
    } catch (failure) {
        if (/DBInstanceNotFound/.test((failure as Error).message)) {
            return undefined;
        }
        throw failure;
    }
}

/** The instance; fails where there is none. */
export async function required(context: Context, identifier: string): Promise<DescribedInstance> {
    const found = await describe(context, identifier);
    if (found === undefined) {
        throw new UserError(`RDS has no instance ${identifier} in this account and region.`);
    }
    return found;
}

/** Restores a managed database to a moment, into a new instance beside the live one, and waits until that takes connections. */
export async function restoreToMoment(context: Context, live: ManagedStore, moment: Date): Promise<DescribedInstance> {
    const { screen, stack } = context;
    const source = await required(context, live.identifier);
    const { DBInstanceAutomatedBackups: backups } = (await rds(context)(
        "describe-db-instance-automated-backups",
        "--dbi-resource-id",
        source.DbiResourceId,
    )) as { readonly DBInstanceAutomatedBackups?: readonly AutomatedBackup[] };
    const window = restoreWindow(source, backups ?? []);
    requireWithin(moment, window, live.identifier);
    const target = restoredName(live.identifier, moment);
    const goOn = goOnText(stack, live, target);
    if ((await describe(context, target)) !== undefined) {
        throw new UserError(`${target} is there already. To make it the live one: ${goOn}`);
    }
    const input = restoreInput(source, target, moment);
    await rds(context)("restore-db-instance-to-point-in-time", "--cli-input-json", JSON.stringify(input));
    screen.write(
        `${live.identifier} is restored to ${shortTime(moment)} as ${target}. It goes on without you; then:\n  ${goOn}\n`,
    );
    return waitUntilAvailable(context, target);
}

/** The command that makes an instance the live one. */
export function goOnText(stack: string, { system, store }: ManagedStore, identifier: string): string {
    return `npm run restore -- ${stack} ${system} ${store} --instance ${identifier} --switch`;
}

/** Seconds between two looks, and how long a restore may take: RDS copies the storage and replays up to a day of logs. */
const lookSeconds = 30;
const mostSeconds = 6 * 3600;

/** States that nothing but somebody's hand gets an instance out of. Source: Amazon RDS User Guide, "Viewing Amazon RDS DB instance status". */
const failedStates: ReadonlySet<string> = new Set([
    "failed",
    "inaccessible-encryption-credentials",
    "incompatible-network",
    "incompatible-option-group",
    "incompatible-parameters",
    "incompatible-restore",
    "restore-error",
    "storage-full",
]);

async function waitUntilAvailable(context: Context, identifier: string): Promise<DescribedInstance> {
    const { around, screen } = context;
    const start = around.now().getTime();
    let last = "";
    for (;;) {
        const instance = await required(context, identifier);
        const { DBInstanceStatus: status } = instance;
        const seconds = (around.now().getTime() - start) / 1000;
        if (status !== last) {
            screen.write(`${identifier}: ${status}, after ${durationText(seconds)}\n`);
            last = status;
        }
        if (status === "available") {
            return instance;
        }
        if (failedStates.has(status) || seconds >= mostSeconds) {
            throw new UserError(
                `${identifier} is ${status} after ${durationText(seconds)}. Its events say why: ` +
                    `aws rds describe-events --source-type db-instance --source-identifier ${identifier} --duration 360`,
            );
        }
        await around.pause(lookSeconds);
    }
}
