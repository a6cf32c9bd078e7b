import { UserError } from "../simulation/failure";
import { exitCodes, type ExitCode } from "./command";

/** A failure with an exit code of its own. */
export class CommandError extends UserError {
    constructor(
        readonly code: ExitCode,
        message: string,
    ) {
        super(message);
    }
}

/** The command line makes no sense. */
export const usageError = (message: string): CommandError => new CommandError(exitCodes.usage, message);

/** Nobody confirmed it, so nothing was done. */
export const declined = (message: string): CommandError => new CommandError(exitCodes.declined, message);

export function exitCodeOf(failure: unknown): ExitCode {
    return failure instanceof CommandError ? failure.code : exitCodes.failed;
}
