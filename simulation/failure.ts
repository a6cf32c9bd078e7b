import path from "node:path";
import { originalPosition } from "./transpile";

/** A mistake that its message explains completely: the place in the program does not matter. */
export class UserError extends Error {
    override readonly name = "UserError";
}

/** Where an error was raised. */
export interface Place {
    /** Path relative to the project, with forward slashes. */
    readonly file: string;
    readonly line: number;
    readonly column: number;
}

const frame = /\(?(?<file>(?:\/|[A-Za-z]:\\|file:\/\/)[^()]*?):(?<line>\d+):(?<column>\d+)\)?$/;

/** Directories whose code runs the program rather than being part of it. */
const machinery = /^(node_modules|simulation|operations|bench|tests\/harness\.ts)(\/|$)/;

/** The places in the project's own files that a stack trace passes through, innermost first. */
export function placesOf(error: unknown, root: string): Place[] {
    const trace = error instanceof Error ? (error.stack ?? "") : "";
    const places: Place[] = [];
    for (const line of trace.split("\n")) {
        const groups = frame.exec(line.trim())?.groups;
        if (groups?.file === undefined) {
            continue;
        }
        const absolute = groups.file.replace(/^file:\/\//, "");
        const file = path.relative(root, absolute).split(path.sep).join("/");
        if (file.startsWith("..") || path.isAbsolute(file) || machinery.test(file)) {
            continue;
        }
        places.push({ file, ...originalPosition(absolute, Number(groups.line), Number(groups.column)) });
    }
    return places;
}

/** What went wrong, and where in the project, in a few lines without a stack trace. */
export function explain(failure: unknown, root: string): string {
    if (!(failure instanceof Error)) {
        return `The program threw ${typeof failure === "string" ? `"${failure}"` : JSON.stringify(failure)}.`;
    }
    const { __pulumiRunError: isRunError, code } = failure as { __pulumiRunError?: boolean; code?: unknown };
    if (failure instanceof UserError || isRunError === true || failure.name === "ConfigError") {
        return failure.message;
    }
    if (failure.name === "TSError") {
        return syntaxError(failure, root);
    }
    if (code === "MODULE_NOT_FOUND") {
        return missingModule(failure, root);
    }
    const [innermost, ...callers] = placesOf(failure, root);
    const composition = callers.find(({ file }) => file.startsWith("stacks/") || file === "index.ts");
    return [
        `The program failed: ${failure.message || failure.name}`,
        ...(innermost === undefined ? [] : [`  at ${placeText(innermost)}`]),
        ...(composition === undefined || innermost?.file.startsWith("stacks/")
            ? []
            : [`  called from ${placeText(composition)}`]),
    ].join("\n");
}

function placeText({ file, line, column }: Place): string {
    return `${file}:${line}:${column}`;
}

/** The compiler names files relative to the project that this file is part of. */
function syntaxError(failure: Error, root: string): string {
    return failure.message
        .split("\n")
        .flatMap((line) => {
            const found = /^(.+?)\((\d+),(\d+)\): error TS\d+: (.*)$/.exec(line);
            const [, file = "", row = "", column = "", text = ""] = found ?? [];
            const inside = path
                .relative(root, path.resolve(__dirname, "..", file))
                .split(path.sep)
                .join("/");
            return found === null ? [] : [`${inside}:${row}:${column}: ${text}`];
        })
        .join("\n");
}

function missingModule(failure: Error, root: string): string {
    const [message = "", , importer] = failure.message.split("\n");
    const from = importer?.replace(/^- /, "");
    return [
        `The program failed: ${message}`,
        ...(from === undefined ? [] : [`  imported by ${path.relative(root, from).split(path.sep).join("/")}`]),
        ...(/'(\.|\/)/.test(message) ? [] : ["Run `npm ci` if it was not run since the last update."]),
    ].join("\n");
}
