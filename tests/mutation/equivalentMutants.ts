/** Mutants that no test can notice, because they say the same as the rule, with why. */
export const equivalentMutants: Readonly<Record<string, string>> = {};
