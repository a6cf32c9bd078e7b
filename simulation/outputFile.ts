import { createHash } from "node:crypto";

/** A file of a simulation's output. */
export interface OutputFile {
    /** Path in the output directory, with forward slashes. */
    readonly path: string;
    readonly content: string;
}

/** A file name made from any text: what file systems and shells dislike becomes a hyphen. */
export function fileName(text: string): string {
    return text.toLowerCase().replace(/[^a-z0-9._-]+/g, "-");
}

/** Gives files that would have the same path, on a file system that ignores case, a path of their own. */
export function distinct(files: readonly (OutputFile & { readonly identity: string })[]): OutputFile[] {
    const uses = new Map<string, number>();
    for (const { path } of files) {
        uses.set(path, (uses.get(path) ?? 0) + 1);
    }
    return files.map(({ path, content, identity }) => {
        if (uses.get(path) === 1) {
            return { path, content };
        }
        const hash = createHash("sha256").update(identity).digest("hex").slice(0, 6);
        return { path: path.replace(/(\.[a-z]+)$/, `-${hash}$1`), content };
    });
}
