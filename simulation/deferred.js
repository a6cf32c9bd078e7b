"use strict";

const { readdirSync } = require("node:fs");
const { createRequire, Module } = require("node:module");
const path = require("node:path");

/**
 * Modules that a program's imports bring along, although a simulation hardly ever calls them. Each is loaded when something first
 * asks for one of its members; until then a stand-in takes its place.
 *
 * - The Pulumi SDK imports the TypeScript compiler and npm's dependency resolver, to turn functions of a program into cloud
 *   functions. They are half of the time it takes to import the SDK.
 * - The providers' packages import every service of their cloud; a program uses a dozen of hundreds. Kubernetes' looks for files of
 *   manifests by patterns.
 * - Grafana's query builder imports two further generations of dashboards, zod its messages in fifty languages.
 */
const modules = {
    "@pulumi/pulumi": [
        "typescript",
        "@npmcli/arborist",
        "normalize-package-data",
        "semver",
        "@grpc/grpc-js",
        "@opentelemetry/api",
        "./automation",
        "./provider",
        "./proto/callback_grpc_pb",
        "./proto/engine_grpc_pb",
        "./proto/resource_grpc_pb",
    ],
    "@pulumi/kubernetes": ["glob"],
    "@grafana/grafana-foundation-sdk/prometheus": ["../dashboardv2", "../dashboardv2beta1"],
    zod: ["./v4/locales/index.cjs"],
};

/** Packages of which every directory is a module of its own. */
const packages = ["@pulumi/aws", "@pulumi/kubernetes"];

function defer() {
    for (const [importer, names] of Object.entries(modules)) {
        const from = createRequire(require.resolve(importer));
        for (const name of names) {
            deferFile(from.resolve(name));
        }
    }
    for (const name of packages) {
        const directory = path.dirname(require.resolve(name));
        for (const entry of readdirSync(directory, { withFileTypes: true })) {
            if (entry.isDirectory()) {
                deferFile(path.join(directory, entry.name, "index.js"));
            }
        }
    }
}

/** Puts a stand-in where `require` looks for modules that are loaded already. */
function deferFile(file) {
    if (require.cache[file] !== undefined) {
        return;
    }
    const standIn = new Module(file);
    standIn.filename = file;
    standIn.loaded = true;
    standIn.exports = whenAsked(() => {
        if (require.cache[file] === standIn) {
            delete require.cache[file];
        }
        return require(file);
    });
    require.cache[file] = standIn;
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
