"use strict";

/** `npm run deploy`, `rollback`, `backup-db` and `new-system`. Plain JavaScript, because it prepares how TypeScript is loaded. */

const path = require("node:path");

const project = path.dirname(__dirname);

/** Runs a command on the project in `root` and sets the exit code. */
function run(root, args) {
    require("../simulation/prepare").prepare();

    // The commands find the locked Pulumi CLI, also where npm did not put it on the path.
    const bin = path.join(project, "node_modules", ".bin");
    process.env.PATH = [bin, process.env.PATH ?? ""].join(path.delimiter);

    // Whoever reads the output has seen enough, as `| head` does.
    process.stdout.on("error", (error) => {
        if (error.code !== "EPIPE") {
            throw error;
        }
    });
    const { main } = require("./main");
    const { surroundings } = require("./surroundings");
    return main(args, surroundings(root)).then((code) => {
        process.exitCode = code;
    });
}

module.exports = { run };

if (require.main === module) {
    void run(project, process.argv.slice(2));
}
