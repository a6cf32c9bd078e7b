"use strict";

/** `npm run pipeline`. Plain JavaScript, because it prepares how TypeScript is loaded. */

const path = require("node:path");

const project = path.dirname(path.dirname(__dirname));

/** Runs a command of the pipelines on the project in `root` and sets the exit code. */
function run(root, args) {
    require("../../simulation/prepare").prepare();

    // The commands find the locked Pulumi CLI, also where npm did not put it on the path.
    const bin = path.join(project, "node_modules", ".bin");
    process.env.PATH = [bin, process.env.PATH ?? ""].join(path.delimiter);

    const { main } = require("./main");
    const { runner } = require("./runner");
    return main(args, runner(root)).then((code) => {
        process.exitCode = code;
    });
}

module.exports = { run };

if (require.main === module) {
    void run(project, process.argv.slice(2));
}
