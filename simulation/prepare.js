"use strict";

const path = require("node:path");
const { setFlagsFromString } = require("node:v8");
const { CodeCache } = require("./codeCache");
const { defer } = require("./deferred");
const { register } = require("./transpile");

const root = path.dirname(__dirname);

/**
 * What makes V8 quick where a process is over before the usual ways pay off. Almost everything that a simulation makes lives to its end.
 *
 * - Optimising compiler: a third of the CPU time.
 * - Young objects: from a small space they are copied every few milliseconds until it has grown.
 */
const flags = ["--no-opt", "--semi-space-growth-factor=16"];

/** What a process that simulates does before it loads anything else. Nothing in it changes a result; docs/performance.md has figures. */
function prepare() {
    flags.forEach((flag) => setFlagsFromString(flag));
    const code = new CodeCache(root, path.join(root, ".cache", "code", nameOf(require.main)));
    code.register();
    register({ run: code.run.bind(code) });
    defer();
}

/** Each command keeps what it loads, for each Node that runs it. */
function nameOf(main) {
    const command = main === undefined ? "none" : path.relative(root, main.filename);
    return `${encodeURIComponent(command)}-${process.version}`;
}

module.exports = { prepare };
