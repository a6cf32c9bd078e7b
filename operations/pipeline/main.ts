import { explain } from "../../simulation/failure";
import { styled, terminalOf } from "../../simulation/terminal";
import { parsePipeline } from "./arguments";
import { commands } from "./commands";
import type { Runner } from "./runner";

/** Runs a command of the pipelines. Gives back the exit code. */
export async function main(args: readonly string[], runner: Runner): Promise<number> {
    try {
        const parsed = parsePipeline(args);
        if (typeof parsed === "string") {
            runner.stdout.write(parsed);
            return 0;
        }
        await commands[parsed.command](parsed, runner);
        return 0;
    } catch (failure) {
        const messages = terminalOf(runner.stderr);
        messages.write(`${styled(messages, "red", "error:")} ${explain(failure, runner.root)}\n`);
        return 1;
    }
}
