import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { javascriptOf } from "../simulation/transpile";

/**
 * The page's script and style, as they stand in every report.
 *
 * The script is TypeScript modules of this directory. Each is compiled by what compiles the program, and kept by it; a loader of ten lines
 * puts them together. That spares a bundler, a build step and generated code in the repository, and the page's script stays readable.
 */
export interface PageParts {
    readonly script: string;
    readonly style: string;
    /** Sources that the content security policy allows: the hashes of the two. */
    readonly scriptSource: string;
    readonly styleSource: string;
}

const entry = "page/main";

export function pageParts(): PageParts {
    const script = linked(modulesFrom(entry));
    const style = styleText();
    return { script, style, scriptSource: source(script), styleSource: source(style) };
}

/** The compiled text of a module and of all that it imports, by their names relative to this directory. */
function modulesFrom(name: string, modules = new Map<string, string>()): Map<string, string> {
    if (modules.has(name)) {
        return modules;
    }
    const compiled = javascriptOf(path.join(__dirname, `${name}.ts`));
    // Imports become paths from this directory, so that the loader need not work them out.
    const resolved = compiled.replace(/\brequire\("(\.[^"]+)"\)/g, (_, relative: string) => {
        return `require(${JSON.stringify(path.posix.join(path.posix.dirname(name), relative))})`;
    });
    modules.set(name, resolved);
    for (const [, imported = ""] of resolved.matchAll(/\brequire\("([^"]+)"\)/g)) {
        modulesFrom(imported, modules);
    }
    return modules;
}

function linked(modules: ReadonlyMap<string, string>): string {
    const definitions = [...modules]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, text]) => `${JSON.stringify(name)}(require, exports) {\n${text}\n}`);
    const script = `"use strict";
const modules = {
${definitions.join(",\n")}
};
const loaded = {};
function load(name) {
    if (loaded[name] === undefined) {
        loaded[name] = {};
        modules[name](load, loaded[name]);
    }
    return loaded[name];
}
load(${JSON.stringify(entry)}).open();
`;
    // The text of a script element ends at the first such tag, wherever it stands.
    if (/<\/script|<!--/i.test(script)) {
        throw new Error("The report's script contains the tag that would end it.");
    }
    return script;
}

const printStyle = "print.css";

function styleText(): string {
    const directory = path.join(__dirname, "page", "style");
    // What is for paper comes last: it takes back what the others say for screens.
    const files = readdirSync(directory)
        .filter((file) => file.endsWith(".css") && file !== printStyle)
        .sort()
        .concat(printStyle);
    return files.map((file) => readFileSync(path.join(directory, file), "utf8")).join("\n");
}

function source(text: string): string {
    return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}
