import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";

const original = path.resolve(__dirname, "..", "..");
const linked = [
    "components",
    "config",
    "report",
    "simulation",
    "operations",
    "node_modules",
    "Pulumi.yaml",
    "index.ts",
    "package.json",
    "tsconfig.json",
    "tsconfig.pulumi.json",
];

/**
 * A copy of the project in which files can be changed as an operator would change them. What is not changed is a link to the original.
 *
 * @param directory where it is made.
 * @param edits the new text of files, by path and made from the old text.
 */
export function projectIn(directory: string, edits: Readonly<Record<string, (text: string) => string>> = {}): string {
    const link = (file: string): void => symlinkSync(path.join(original, file), path.join(directory, file));
    mkdirSync(path.join(directory, "stacks"), { recursive: true });
    linked.forEach(link);
    readdirSync(original)
        .filter((file) => /^Pulumi\..+\.yaml$/.test(file) || file === ".prettierrc.json")
        .forEach(link);
    readdirSync(path.join(original, "stacks")).forEach((file) => link(path.join("stacks", file)));
    // A link is loaded as the file it leads to, with that file's neighbours, so what leads to a changed file is copied.
    const code = Object.keys(edits).some((file) => file.endsWith(".ts"));
    const copies = code ? ["index.ts", "stacks/registry.ts"] : [];
    for (const file of new Set([...copies, ...Object.keys(edits)])) {
        const text = readFileSync(path.join(original, file), "utf8");
        rmSync(path.join(directory, file));
        writeFileSync(path.join(directory, file), edits[file]?.(text) ?? text);
    }
    return directory;
}

/** Replaces a part of a text that has to be there. */
export function replacing(from: string | RegExp, to: string): (text: string) => string {
    return (text) => {
        const changed = text.replace(from, to);
        if (changed === text) {
            throw new Error(`there is no ${String(from)} to replace`);
        }
        return changed;
    };
}
