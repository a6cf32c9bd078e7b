import type { Rule } from "./rule";
import { dataRules } from "./rules/data";
import { edgeRules } from "./rules/edge";
import { encryptionRules } from "./rules/encryption";
import { exposureRules } from "./rules/exposure";
import { identityRules } from "./rules/identity";
import { logRules } from "./rules/logs";
import { namespaceRules } from "./rules/namespaces";
import { podRules } from "./rules/pods";
import { secretRules } from "./rules/secrets";

/** Every rule, by subject. docs/security.md lists them. */
export const rules: readonly Rule[] = [
    ...encryptionRules,
    ...exposureRules,
    ...edgeRules,
    ...identityRules,
    ...secretRules,
    ...podRules,
    ...namespaceRules,
    ...dataRules,
    ...logRules,
];
