"use strict";

// What every program of this kind pays before it does anything: the import of the five SDK packages.
for (const name of ["pulumi", "aws", "eks", "kubernetes", "random"]) {
    require(`@pulumi/${name}`);
}
