import type { CommandName, PipelineArguments } from "./arguments";
import { verifyBackupsCommand } from "./commands/backups";
import { bumpCommand } from "./commands/bump";
import { lastGoodCommand, promotionCommand, recordCommand } from "./commands/deployments";
import { driftCommand } from "./commands/drift";
import { modeCommand, notifyCommand } from "./commands/job";
import { changesCommand, commentCommand, previewCommand, riskGateCommand } from "./commands/pullRequest";
import { loadTestCommand, smokeTestCommand } from "./commands/validation";
import type { Runner } from "./runner";

export type Command = (args: PipelineArguments, runner: Runner) => Promise<void> | void;

export const commands: Readonly<Record<CommandName, Command>> = {
    mode: modeCommand,
    changes: changesCommand,
    preview: previewCommand,
    comment: commentCommand,
    "risk-gate": riskGateCommand,
    drift: driftCommand,
    "verify-backups": verifyBackupsCommand,
    promotion: promotionCommand,
    record: recordCommand,
    "last-good": lastGoodCommand,
    "smoke-test": smokeTestCommand,
    "load-test": loadTestCommand,
    bump: bumpCommand,
    notify: notifyCommand,
};
