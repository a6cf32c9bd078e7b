import type { Command } from "./command";
import { abort, promote } from "./commands/blueGreen";
import { backup } from "./commands/backup";
import { debug } from "./commands/debug";
import { deployCommand, rollback } from "./commands/deployments";
import { destroy } from "./commands/destroy";
import { logs } from "./commands/logs";
import { restore } from "./commands/restore";
import { scale } from "./commands/scale";
import { status } from "./commands/status";
import { upgradePlan } from "./commands/upgradePlan";

/** Every operator's command. `npm run <name>` runs it; what all have in common is in main.ts and arguments.ts. */
export const commands: readonly Command[] = [
    deployCommand,
    rollback,
    status,
    promote,
    abort,
    scale,
    debug,
    logs,
    backup,
    restore,
    destroy,
    upgradePlan,
];
