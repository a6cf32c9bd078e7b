"use strict";

// What `ts-node/register` does, with the compiled files kept between runs: a run that changes nothing compiles nothing.
require("../simulation/transpile").register({ traces: true });
