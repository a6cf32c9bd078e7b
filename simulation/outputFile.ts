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

/** A copy whose mappings have their keys in alphabetical order, except those that are to come first. */
export function sorted(value: unknown, first: readonly string[] = []): unknown {
    if (Array.isArray(value)) {
        return value.map((member) => sorted(member));
    }
    if (value === null || typeof value !== "object") {
        return value;
    }
    const object = value as Record<string, unknown>;
    const keys = Object.keys(object).sort();
    const result: Record<string, unknown> = {};
    for (const key of [...first.filter((each) => keys.includes(each)), ...keys]) {
        result[key] ??= sorted(object[key]);
    }
    return result;
}
