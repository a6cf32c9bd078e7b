"use strict";

const { Buffer } = require("node:buffer");
const fs = require("node:fs");
const { Module } = require("node:module");
const path = require("node:path");
const vm = require("node:vm");
const { part, read, write } = require("./codeFile");

/** Longer is only the TypeScript compiler. A run that compiles nothing shall not have to read it. */
const mostCharacters = 1_000_000;

/** Code that V8 has from a cache does not know who is to find what it imports at run time. */
const importsAtRunTime = /\bimport\s*\(/;

function isKept(text) {
    return text.length <= mostCharacters && !importsAtRunTime.test(text);
}

/**
 * Keeps what a program loads: the text of its modules, what V8 made of them, and where their imports led. To find, read and compile eight
 * hundred modules is a quarter of a simulation.
 *
 * A module is taken from there only while its file is the one that was read: the file system notes the time of every write and every
 * replacement (`ctime`), and no program can set it. Where imports led is forgotten with every installation of packages. Whatever is
 * missing, of another Node or of other flags of V8 is loaded as ever.
 */
class CodeCache {
    /** Scripts that ran, by their file. */
    #scripts = new Map();
    /** Where imports led that are not kept, by the file that they stand in. */
    #imports = new Map();
    #changed = false;

    /**
     * @param root directory of the modules that are kept.
     * @param file where they are kept.
     */
    constructor(root, file) {
        this.inside = root + path.sep;
        this.packages = path.join(root, "node_modules") + path.sep;
        this.file = file;
        this.kept = read(file);
        // Every installation of packages writes this file.
        this.installed = stampOf(path.join(this.packages, ".package-lock.json"));
        if (this.installed === undefined || this.installed !== this.kept.installed) {
            Object.values(this.kept.modules).forEach((entry) => (entry.imports = {}));
        }
    }

    /** Lets `require` load JavaScript from here, and keeps what was loaded when the process ends. */
    register() {
        const loadJavaScript = Module._extensions[".js"];
        Module._extensions[".js"] = (module, file) => {
            if (!this.#runKept(module, file)) {
                // Node finds out what kind of module it is, and comes back with its text.
                module._compile = (text, name, format) => {
                    delete module._compile;
                    this.#runNew(module, name, text, format);
                };
                loadJavaScript(module, file);
            }
        };
        const resolve = Module._resolveFilename;
        Module._resolveFilename = (request, parent, isMain, options) => {
            const search = () => resolve.call(Module, request, parent, isMain, options);
            return options === undefined && parent?.filename
                ? this.#resolved(request, parent.filename, search)
                : search();
        };
        process.once("exit", () => this.#keep());
    }

    /** Runs a module whose text the function gives. It is not asked where the module is kept. */
    run(module, file, text) {
        if (!this.#runKept(module, file)) {
            this.#runNew(module, file, text());
        }
    }

    #runKept(module, file) {
        const entry = this.kept.modules[file];
        if (entry === undefined || entry.stamp !== stampOf(file)) {
            return false;
        }
        const script = compile(file, textOf(part(this.kept, entry.text)), part(this.kept, entry.code));
        this.#changed ||= script.cachedDataRejected;
        this.#scripts.set(file, { script, stamp: entry.stamp, text: part(this.kept, entry.text) });
        execute(script, module, file);
        return true;
    }

    #runNew(module, file, text, format) {
        const stamp = file.startsWith(this.inside) && format !== "module" && isKept(text) ? stampOf(file) : undefined;
        const whole = `${head}${text}${tail}`;
        const script = stamp === undefined ? undefined : compileIfScript(file, whole);
        if (script === undefined) {
            module._compile(text, file, format);
            return;
        }
        this.#changed = true;
        this.#scripts.set(file, { script, stamp, text: bytesOf(whole) });
        execute(script, module, file);
    }

    #resolved(request, importer, search) {
        if (path.isAbsolute(request)) {
            return this.kept.modules[request] === undefined ? search() : request;
        }
        // A file that is added to the project can come before the one that an import found so far.
        if (request.startsWith(".") && !importer.startsWith(this.packages)) {
            return search();
        }
        const kept = this.kept.modules[importer];
        const known = kept?.imports[request];
        if (known !== undefined) {
            return known;
        }
        const found = search();
        const imports = this.#imports.get(importer) ?? {};
        imports[request] = found;
        this.#imports.set(importer, imports);
        this.#changed ||= kept !== undefined;
        return found;
    }

    #keep() {
        if (!this.#changed) {
            return;
        }
        try {
            write(this.file, this.installed, this.#entries());
        } catch {
            // A read-only checkout works, too; it is only slower.
        }
    }

    /** What this run loaded, and what earlier ones did and is still the same. */
    *#entries() {
        const { modules } = this.kept;
        for (const [name, { stamp, text, code, imports }] of Object.entries(modules)) {
            if (!this.#scripts.has(name) && stamp === stampOf(name)) {
                yield { name, stamp, text: part(this.kept, text), code: part(this.kept, code), imports };
            }
        }
        for (const [name, { script, stamp, text }] of this.#scripts) {
            const imports = { ...modules[name]?.imports, ...this.#imports.get(name) };
            yield { name, stamp, text, code: script.createCachedData(), imports };
        }
    }
}

/** What tells whether a file is still the same; nothing where there is none. */
function stampOf(file) {
    const stat = fs.statSync(file, { throwIfNoEntry: false });
    return stat && `${stat.ino} ${stat.size} ${stat.ctimeMs}`;
}

const [head, tail] = Module.wrapper;

function compile(file, text, cachedData) {
    return new vm.Script(text, {
        filename: file,
        // Places in stack traces are those in the file.
        columnOffset: -head.length,
        cachedData,
    });
}

/** What is no script, such as a module of the other kind, is left to Node. */
function compileIfScript(file, text) {
    try {
        return compile(file, text);
    } catch {
        return undefined;
    }
}

/** Runs a module as Node does. */
function execute(script, module, file) {
    const { exports } = module;
    const own = (request) => module.require(request);
    own.resolve = (request, options) => Module._resolveFilename(request, module, false, options);
    own.resolve.paths = (request) => Module._resolveLookupPaths(request, module);
    own.main = require.main;
    own.extensions = Module._extensions;
    own.cache = Module._cache;
    script.runInThisContext().call(exports, exports, own, module, file, path.dirname(file));
}

/** Text, and before it whether it is ASCII alone, which is read much faster as such. */
function bytesOf(text) {
    const bytes = Buffer.from(` ${text}`);
    bytes[0] = bytes.length === text.length + 1 ? 1 : 0;
    return bytes;
}

function textOf(bytes) {
    return bytes[0] === 1 ? bytes.latin1Slice(1) : bytes.utf8Slice(1);
}

module.exports = { CodeCache };
