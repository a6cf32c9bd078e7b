"use strict";

/** `npm start`. Plain JavaScript, because it prepares how everything else is loaded. */

const path = require("node:path");

const project = path.dirname(__dirname);

/** Simulates a stack of the project in `root` and sets the exit code. */
function run(root, args) {
    require("./prepare").prepare();

    // A program that never settles leaves Node with nothing to wait for: the process would end as if all were well.
    let finished = false;
    process.on("exit", (code) => {
        if (!finished && code === 0) {
            process.stderr.write(
                "\nerror: The program ended unfinished: it waits for something that never happens, or ends the process itself.\n",
            );
            process.exitCode = 1;
        }
    });
    // Whoever reads the output has seen enough, as `| head` does.
    process.stdout.on("error", (error) => {
        if (error.code !== "EPIPE") {
            throw error;
        }
        finished = true;
        process.exit(0);
    });
    const { main } = require("./main");
    return main(args, { root, stdout: process.stdout, stderr: process.stderr }).then((code) => {
        finished = true;
        process.exitCode = code;
    });
}

module.exports = { run };

if (require.main === module) {
    void run(project, process.argv.slice(2));
}
