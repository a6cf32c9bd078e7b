import type { Command } from "./command";
import { backup } from "./commands/backup";
import { deployCommand, rollback } from "./commands/deployments";

/** Every operator's command. `npm run <name>` runs it; what all have in common is in main.ts and arguments.ts. */
export const commands: readonly Command[] = [deployCommand, rollback, backup];
