"use strict";

const { Buffer } = require("node:buffer");
const { createHash } = require("node:crypto");
const fs = require("node:fs");
const { Module, SourceMap } = require("node:module");
const path = require("node:path");

/**
 * Loads TypeScript through ts-node and keeps what it made of each file, so that TypeScript itself (a quarter of a second) is loaded
 * only when a file has changed. An entry is found by the hash of everything it depends on, so it is never stale. Where the
 * directory cannot be written nothing is kept.
 */

const root = path.dirname(__dirname);
const directory = path.join(root, ".cache", "typescript");
const settings = path.join(root, "tsconfig.json");

/** Gives the source map of each file that was loaded, as base64. It is read only when a trace needs it. */
const loaded = new Map();

let compiler;

function compile(source, file) {
    if (compiler === undefined) {
        const { prepareStackTrace } = Error;
        compiler = require("ts-node").create({ cwd: root, project: settings, transpileOnly: true });
        // ts-node rewrites every stack trace. That doubles their cost, and a run with a full cache would look different.
        Error.prepareStackTrace = prepareStackTrace;
    }
    return compiler.compile(source, file);
}

let known;

/** What every file's JavaScript depends on: the compiler and its options. */
function fingerprint() {
    known ??= readFingerprint();
    return known;
}

function readFingerprint() {
    const options = fs.readFileSync(settings, "utf8");
    if (options.includes('"extends"')) {
        return undefined; // The options are then in more files than this one.
    }
    const versions = ["typescript", "ts-node"].map((name) => require(`${name}/package.json`).version);
    return [options, ...versions].join("\0");
}

const inlineMap = /\/\/# sourceMappingURL=data:application\/json;[^,]*base64,([A-Za-z0-9+/=]+)\s*$/;

/** Compiled code, and apart from it the source map that ts-node appends, which is longer than the code. */
function compiled(source, file) {
    const output = compile(source, file);
    const [, map = ""] = inlineMap.exec(output) ?? [];
    return { code: output.replace(inlineMap, ""), map };
}

/** The text of a file in the cache; empty when another process has just replaced it. */
function read(name) {
    try {
        return fs.readFileSync(path.join(directory, name), "utf8");
    } catch {
        return "";
    }
}

function write(name, text) {
    const temporary = path.join(directory, `${name}.${process.pid}`);
    fs.writeFileSync(temporary, text);
    fs.renameSync(temporary, path.join(directory, name));
}

/** Keeps an entry, and removes what an earlier version of the same file left. */
function keep(prefix, entry, { code, map }) {
    try {
        fs.mkdirSync(directory, { recursive: true });
        write(`${entry}.map`, map);
        write(`${entry}.js`, code);
        for (const name of fs.readdirSync(directory)) {
            if (name.startsWith(prefix) && !name.startsWith(entry)) {
                fs.rmSync(path.join(directory, name), { force: true });
            }
        }
    } catch {
        // A read-only checkout works, too; it is only slower.
    }
}

/** The JavaScript of a file, and what gives its source map. */
function load(file, base) {
    const source = fs.readFileSync(file, "utf8");
    const prefix = `${encodeURIComponent(path.relative(root, file))}-`;
    const key = createHash("sha256").update([base, file, source].join("\0")).digest("hex");
    const entry = prefix + key.slice(0, 32);
    if (base !== undefined) {
        try {
            const code = fs.readFileSync(path.join(directory, `${entry}.js`), "utf8");
            return { code, map: () => read(`${entry}.map`) };
        } catch {
            // Not compiled yet.
        }
    }
    const output = compiled(source, file);
    if (base !== undefined) {
        keep(prefix, entry, output);
    }
    return { code: output.code, map: () => output.map };
}

const files = new Map();

function isFile(file) {
    if (file === undefined) {
        return false;
    }
    let found = files.get(file);
    if (found === undefined) {
        found = fs.existsSync(file);
        files.set(file, found);
    }
    return found;
}

/**
 * Lets `require` load TypeScript.
 *
 * @param traces whether stack traces name the lines of the TypeScript. Each trace that is looked at then costs more.
 * @param run runs a module, given its file and what gives its JavaScript. Default: as Node does.
 */
function register({ traces = false, run = (module, file, code) => module._compile(code(), file) } = {}) {
    const base = fingerprint();
    require.extensions[".ts"] = (module, file) => {
        const directoryOfFile = path.dirname(file);
        // Node would look for three other endings first, at every import.
        module.require = (id) => {
            const typescript = id.startsWith(".") ? `${path.join(directoryOfFile, id)}.ts` : undefined;
            return Module.prototype.require.call(module, isFile(typescript) ? typescript : id);
        };
        loaded.set(file, () => load(file, base).map());
        run(module, file, () => load(file, base).code);
    };
    if (traces) {
        mapsTraces = true;
        Error.prepareStackTrace = (error, frames) => [String(error), ...frames.map(frameText)].join("\n    at ");
    }
}

let mapsTraces = false;

const frameTexts = new Map();

function frameText(frame) {
    const text = frame.toString();
    const file = frame.getFileName();
    if (!loaded.has(file)) {
        return text;
    }
    let mapped = frameTexts.get(text);
    if (mapped === undefined) {
        const { line, column } = mappedPosition(file, frame.getLineNumber(), frame.getColumnNumber());
        mapped = text.replace(/:\d+:\d+(\)?)$/, `:${line}:${column}$1`);
        frameTexts.set(text, mapped);
    }
    return mapped;
}

/** The parsed source map of each file whose position was asked for. */
const maps = new Map();

function sourceMap(file) {
    if (!maps.has(file)) {
        const encoded = loaded.get(file)?.();
        const text = encoded ? Buffer.from(encoded, "base64").toString() : undefined;
        maps.set(file, text && new SourceMap(JSON.parse(text)));
    }
    return maps.get(file);
}

function originalPosition(file, line, column) {
    return mapsTraces ? { line, column } : mappedPosition(file, line, column);
}

function mappedPosition(file, line, column) {
    const entry = sourceMap(file)?.findEntry(line - 1, column - 1) ?? {};
    return entry.originalLine === undefined
        ? { line, column }
        : { line: entry.originalLine + 1, column: entry.originalColumn + 1 };
}

/** The JavaScript of a TypeScript file, without loading it. */
function javascriptOf(file) {
    return load(file, fingerprint()).code;
}

module.exports = { register, originalPosition, javascriptOf };
