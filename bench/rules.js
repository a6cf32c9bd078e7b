"use strict";

// Runs in a process of its own: measures the rules of as many services as it is told and prints their cost as JSON.
require("../simulation/prepare").prepare();

const { measureRules } = require("./rules.ts");

void measureRules(Number(process.argv[2])).then((result) => process.stdout.write(`${JSON.stringify(result)}\n`));
