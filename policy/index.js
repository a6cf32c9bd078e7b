"use strict";

/**
 * The CrossGuard pack: `pulumi preview --policy-pack policy`. Plain JavaScript, because it loads the rules as the project's programs do, without
 * checking types anew at every preview.
 */

require("../simulation/transpile").register();

const { PolicyPack } = require("@pulumi/policy");
const { policies } = require("./pack");

new PolicyPack("platform", { policies });
