import { styled, terminalOf } from "../../simulation/terminal";
import { modeText, type Mode } from "../credentials";
import { pipelineMode } from "./mode";
import type { Runner } from "./runner";

/** What a job says, to its log and to its summary. */
export interface Job {
    readonly mode: Mode;
    readonly say: (text: string) => void;
    /** Hands a value to the steps that follow. */
    readonly output: (name: string, value: string) => void;
}

/** Begins a command about a stack: its first line is the mode. */
export function jobOn(stack: string, runner: Runner): Job {
    return begin(pipelineMode(runner.root, stack, runner.machine), runner);
}

/** Begins a command that needs nothing but GitHub. */
export function jobAtGitHub(runner: Runner): Job {
    const real = Boolean(runner.machine.env.GITHUB_TOKEN) && Boolean(runner.machine.env.GITHUB_REPOSITORY);
    const mode: Mode = real
        ? { real, reasons: ["GitHub by token"], remedies: [] }
        : { real, reasons: ["no GITHUB_TOKEN"], remedies: ["run it in a workflow"] };
    return begin(mode, runner);
}

function begin(mode: Mode, { machine, stdout, appendFile }: Runner): Job {
    const screen = terminalOf(stdout);
    const { GITHUB_STEP_SUMMARY: summary, GITHUB_OUTPUT: outputs } = machine.env;
    const say = (text: string): void => {
        screen.write(`${text}\n`);
        if (summary) {
            appendFile(summary, `${text}\n\n`);
        }
    };
    screen.write(`${styled(screen, "bold", modeText(mode))}\n`);
    if (summary) {
        appendFile(summary, `**${modeText(mode)}**\n\n`);
    }
    if (!mode.real && mode.remedies.length > 0) {
        screen.write(`To act for real:\n${mode.remedies.map((remedy) => `  - ${remedy}\n`).join("")}`);
    }
    return {
        mode,
        say,
        output: (name, value) => {
            if (outputs) {
                appendFile(outputs, `${name}=${value}\n`);
            }
        },
    };
}

/** Address of the run, for whoever reads about it elsewhere. */
export function runUrl({ machine: { env } }: Runner): string | undefined {
    const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository, GITHUB_RUN_ID: run } = env;
    return server && repository && run ? `${server}/${repository}/actions/runs/${run}` : undefined;
}
