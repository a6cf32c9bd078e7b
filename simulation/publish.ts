import {
    closeSync,
    lstatSync,
    mkdirSync,
    openSync,
    readdirSync,
    readSync,
    realpathSync,
    renameSync,
    rmSync,
    writeFileSync,
} from "node:fs";
import path from "node:path";
import { UserError } from "./failure";
import { outputEntries } from "./files";
import { kustomizationEntries } from "./kustomization";
import type { OutputFile } from "./outputFile";

/**
 * Fails when a directory cannot take the output: it holds other people's files, or it cannot be written.
 *
 * @returns the directory itself, where the path led to it over symbolic links.
 */
export function checkOutput(directory: string): string {
    const existing = kindOf(directory);
    if (existing === undefined) {
        return directory;
    }
    if (existing === "file") {
        throw new UserError(`${directory} is a file; choose another directory with --out.`);
    }
    const foreign = readdirSync(directory).filter(
        (entry) => !outputEntries.includes(entry) && !isKustomization(path.join(directory, entry)),
    );
    if (foreign.length > 0) {
        const shown = foreign.slice(0, 3).join(", ") + (foreign.length > 3 ? ", …" : "");
        throw new UserError(
            `${directory} holds files that no simulation wrote (${shown}); they would be lost. Choose another directory with --out.`,
        );
    }
    return realpathSync(directory);
}

/** A system's directory is known by what is in it: its name is the stack's to choose. */
function isKustomization(directory: string): boolean {
    return (
        kindOf(directory) === "directory" &&
        readdirSync(directory).every((entry) => kustomizationEntries.includes(entry))
    );
}

function kindOf(directory: string): "directory" | "file" | undefined {
    try {
        // A link to a directory counts as the directory it leads to.
        return lstatSync(realpathSync(directory)).isDirectory() ? "directory" : "file";
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") {
            return undefined;
        }
        throw cannotWrite(directory, error);
    }
}

/**
 * Puts the files in place of what was in the directory, all at once: whoever fails on the way leaves the earlier output alone. Where
 * nothing differs nothing is written.
 */
export function publish(directory: string, files: readonly OutputFile[]): void {
    const target = checkOutput(directory);
    if (holdsExactly(target, files)) {
        return;
    }
    const parent = path.dirname(target);
    const temporary = path.join(parent, `.${path.basename(target)}.${process.pid}.new`);
    const earlier = path.join(parent, `.${path.basename(target)}.${process.pid}.old`);
    try {
        writeAll(temporary, files);
        const replaces = kindOf(target) === "directory";
        if (replaces) {
            renameSync(target, earlier);
        }
        try {
            renameSync(temporary, target);
        } catch (error) {
            if (replaces) {
                renameSync(earlier, target);
            }
            throw error;
        }
    } catch (error) {
        throw error instanceof UserError ? error : cannotWrite(directory, error);
    } finally {
        rmSync(temporary, { recursive: true, force: true });
    }
    rmSync(earlier, { recursive: true, force: true });
}

/** Whether a directory holds these files, with the same bytes, and no other. */
function holdsExactly(directory: string, files: readonly OutputFile[]): boolean {
    if (kindOf(directory) !== "directory") {
        return false;
    }
    const present = readdirSync(directory, { recursive: true, withFileTypes: true }).filter(
        (entry) => !entry.isDirectory(),
    );
    const isSame = comparison();
    return (
        present.length === files.length &&
        files.every(({ path: name, content }) => isSame(path.join(directory, name), content))
    );
}

const chunkBytes = 256 * 1024;

/** Compares files with texts, all in the same two buffers: to decode hundreds of files takes twice as long, and memory. */
function comparison(): (file: string, content: string) => boolean {
    const encoder = new TextEncoder();
    const wanted = Buffer.alloc(chunkBytes);
    const found = Buffer.alloc(chunkBytes);
    return (file, content) => {
        let descriptor: number | undefined;
        try {
            descriptor = openSync(file, "r");
            let done = 0;
            do {
                const { read, written } = encoder.encodeInto(content.slice(done), wanted);
                if (
                    readSync(descriptor, found, 0, written, null) !== written ||
                    found.compare(wanted, 0, written, 0, written) !== 0
                ) {
                    return false;
                }
                done += read;
            } while (done < content.length);
            const isAtEnd = readSync(descriptor, found, 0, 1, null) === 0;
            return isAtEnd;
        } catch {
            // It is not there, or no file.
            return false;
        } finally {
            if (descriptor !== undefined) {
                closeSync(descriptor);
            }
        }
    };
}

function writeAll(directory: string, files: readonly OutputFile[]): void {
    const made = new Set<string>();
    for (const { path: name, content } of files) {
        const file = path.join(directory, name);
        const parent = path.dirname(file);
        if (!made.has(parent)) {
            mkdirSync(parent, { recursive: true });
            made.add(parent);
        }
        writeFileSync(file, content);
    }
}

const reasons: Readonly<Record<string, string>> = {
    EACCES: "permission denied",
    EPERM: "permission denied",
    EROFS: "the file system is read-only",
    ENOSPC: "no space is left",
    ENOTDIR: "part of the path is a file",
};

function cannotWrite(directory: string, error: unknown): UserError {
    const { code = "", message } = error as NodeJS.ErrnoException;
    return new UserError(`${directory} cannot be written: ${reasons[code] ?? message}.`);
}
