"use strict";

const { Module } = require("node:module");
const path = require("node:path");
const { setFlagsFromString } = require("node:v8");
const { defer } = require("./deferred");
const { register } = require("./transpile");

/** What a process that simulates does before it loads anything else. Nothing in it changes a result; docs/performance.md has figures. */
function prepare() {
    // V8's optimising compiler takes a third of the CPU time of a run that is over before it pays off.
    setFlagsFromString("--no-opt");
    // From Node 22 on, Node itself keeps the code that it compiled.
    Module.enableCompileCache?.(path.join(path.dirname(__dirname), ".cache", "node"));
    register();
    defer();
}

module.exports = { prepare };
