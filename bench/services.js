"use strict";

// Runs in a process of its own: composes as many services as it is told and prints what that took, as JSON.
require("../simulation/prepare").prepare();

const { measureServices } = require("./services.ts");

void measureServices(Number(process.argv[2])).then((result) => process.stdout.write(`${JSON.stringify(result)}\n`));
