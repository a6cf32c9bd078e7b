import { spawn, type ChildProcess } from "node:child_process";
import { chmodSync, chownSync, closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

const interruptions = ["SIGINT", "SIGTERM"] as const;

/** Milliseconds that a program gets to end by itself. */
const patienceMilliseconds = 3000;

export interface ProgramOptions {
    readonly environment?: Readonly<Record<string, string>>;
    /** Who runs it. Default: whoever runs the test. */
    readonly user?: { readonly uid: number; readonly gid: number };
    /** What ends it at once, with everything that it started. Default SIGKILL. */
    readonly killSignal?: NodeJS.Signals;
}

interface Running {
    readonly name: string;
    readonly process: ChildProcess;
    readonly killSignal: NodeJS.Signals;
}

function ended({ process }: Running): boolean {
    return process.exitCode !== null || process.signalCode !== null;
}

/** Programs that a test starts, and the directory of their files. Neither outlives the test, not even where it is interrupted. */
export class Processes {
    readonly directory: string;
    private readonly running: Running[] = [];

    /** @param name begins the directory's name. */
    constructor(name: string) {
        this.directory = mkdtempSync(path.join(tmpdir(), `${name}-`));
        // Whoever else runs a program has to find what is his in it.
        chmodSync(this.directory, 0o711);
        process.once("exit", this.abandon);
        interruptions.forEach((signal) => process.once(signal, this.interrupt));
    }

    file(...parts: string[]): string {
        return path.join(this.directory, ...parts);
    }

    /** Gives files to whoever runs a program. */
    give(file: string, user: ProgramOptions["user"]): void {
        if (user !== undefined) {
            chownSync(file, user.uid, user.gid);
        }
    }

    /** Starts a program. What it prints is in a file of that name. A second start goes on with the same file. */
    start(name: string, command: string, args: readonly string[], options: ProgramOptions = {}): void {
        const log = openSync(this.logOf(name), "a");
        const child = spawn(command, args, {
            cwd: this.directory,
            stdio: ["ignore", log, log],
            env: { ...process.env, ...options.environment },
            ...options.user,
        });
        closeSync(log);
        // One that cannot be started has ended, and is found to have.
        child.on("error", () => undefined);
        this.running.push({ name, process: child, killSignal: options.killSignal ?? "SIGKILL" });
    }

    /** Ends a program at once, as a failure of its machine does. */
    async kill(name: string): Promise<void> {
        for (const each of this.named(name)) {
            await this.end(each, each.killSignal);
        }
    }

    /** @throws when one of the programs has ended by itself, with the end of what it printed. */
    checkAlive(): void {
        const dead = this.running.find(ended);
        if (dead !== undefined) {
            throw new Error(`${dead.name} ended:\n${this.lastLines(dead.name)}`);
        }
    }

    /** The end of what a program printed. */
    lastLines(name: string): string {
        const log = this.logOf(name);
        return existsSync(log) ? readFileSync(log, "utf8").split("\n").slice(-15).join("\n") : "";
    }

    /** Stops everything, what was started last first, and removes the files. */
    async stop(): Promise<void> {
        process.removeListener("exit", this.abandon);
        interruptions.forEach((signal) => process.removeListener(signal, this.interrupt));
        for (const each of [...this.running].reverse()) {
            await this.end(each, "SIGTERM");
        }
        this.removeFiles();
    }

    private readonly abandon = (): void => {
        this.running.forEach(({ process, killSignal }) => process.kill(killSignal));
        this.removeFiles();
    };

    /** What is about to end may write a last file while the others go. */
    private removeFiles(): void {
        rmSync(this.directory, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
    }

    private readonly interrupt = (): never => process.exit(1);

    private async end(program: Running, signal: NodeJS.Signals): Promise<void> {
        this.running.splice(this.running.indexOf(program), 1);
        if (ended(program) || program.process.pid === undefined) {
            return;
        }
        const end = new Promise((resolve) => program.process.once("exit", resolve));
        program.process.kill(signal);
        // Some wait for clients; nothing that they hold is needed any more.
        const overdue = setTimeout(() => program.process.kill(program.killSignal), patienceMilliseconds);
        await end;
        clearTimeout(overdue);
    }

    private named(name: string): Running[] {
        return this.running.filter((each) => each.name === name);
    }

    private logOf(name: string): string {
        return this.file(`${name}.log`);
    }
}
