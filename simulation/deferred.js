"use strict";

const { createRequire, Module } = require("node:module");

/**
 * The Pulumi SDK imports the TypeScript compiler and npm's dependency resolver for one purpose: to turn functions of a program into
 * cloud functions. They are half of the time it takes to import the SDK. Here they are loaded when something first asks
 * for one of their members, which a program that serialises no function never does.
 */
const modules = ["typescript", "@npmcli/arborist", "normalize-package-data"];

function defer() {
    const sdk = createRequire(require.resolve("@pulumi/pulumi"));
    for (const name of modules) {
        const file = sdk.resolve(name);
        if (require.cache[file] === undefined) {
            const standIn = new Module(file);
            standIn.filename = file;
            standIn.loaded = true;
            standIn.exports = whenAsked(() => {
                if (require.cache[file] === standIn) {
                    delete require.cache[file];
                }
                return sdk(name);
            });
            require.cache[file] = standIn;
        }
    }
}

/** An object that behaves like the module and loads it on the first access. */
function whenAsked(load) {
    let real;
    const module = () => (real ??= load());
    return new Proxy(() => undefined, {
        get: (_, key) => {
            // Compiled imports ask this first; "yes" makes them take the module as it is, without copying its members.
            if (key === "__esModule") {
                return true;
            }
            return key === "default" && !("default" in module()) ? module() : module()[key];
        },
        has: (_, key) => key in module(),
        ownKeys: () => Reflect.ownKeys(module()),
        getOwnPropertyDescriptor: (_, key) => {
            const descriptor = Object.getOwnPropertyDescriptor(module(), key);
            return descriptor && { ...descriptor, configurable: true };
        },
        apply: (_, self, args) => Reflect.apply(module(), self, args),
        construct: (_, args) => Reflect.construct(module(), args),
    });
}

module.exports = { defer };
