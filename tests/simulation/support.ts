import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { main } from "../../simulation/main";

/** The directory of a fixture program. */
export const fixture = (name: string): string => path.join(__dirname, "fixtures", name);

/** Directories that are removed when the tests of a file are done. */
export function temporaryDirectories(): () => string {
    const made: string[] = [];
    after(() => made.forEach((directory) => rmSync(directory, { recursive: true, force: true })));
    return () => {
        const directory = mkdtempSync(path.join(tmpdir(), "simulation-"));
        made.push(directory);
        return directory;
    };
}

/** What a command printed, and how it ended. */
export interface Outcome {
    readonly code: number;
    readonly stdout: string;
    readonly stderr: string;
}

/** A stream that keeps what is written to it. */
export class FakeStream {
    text = "";

    constructor(
        readonly isTTY = false,
        readonly columns = 80,
    ) {}

    write(text: string): boolean {
        this.text += text;
        return true;
    }

    hasColors(): boolean {
        return true;
    }
}

/** Runs the command of `npm start` on a program. */
export async function start(root: string, args: readonly string[], options = { isTTY: false }): Promise<Outcome> {
    const stdout = new FakeStream(options.isTTY);
    const stderr = new FakeStream(options.isTTY);
    const code = await main(args, {
        root,
        stdout: stdout as unknown as NodeJS.WriteStream,
        stderr: stderr as unknown as NodeJS.WriteStream,
    });
    return { code, stdout: stdout.text, stderr: stderr.text };
}

/** Every file in a directory with its content, by path with forward slashes. */
export function contents(directory: string): Record<string, string> {
    return Object.fromEntries(
        readdirSync(directory, { recursive: true, withFileTypes: true })
            .filter((entry) => entry.isFile())
            .map((entry) => path.join(entry.parentPath, entry.name))
            .sort()
            .map((file) => [path.relative(directory, file).split(path.sep).join("/"), readFileSync(file, "utf8")]),
    );
}
