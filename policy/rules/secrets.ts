import { containersOf, workloadTypes } from "../pods";
import type { PolicyResource, Problem, Rule } from "../rule";
import type { Surroundings } from "../surroundings";
import { at, isSet, list, shown } from "../values";

/** What the simulation writes in place of a secret (simulation/wire.ts). CrossGuard unmasks secrets, so there this rule has nothing to find. */
const mask = /\[secret\]/;

/** Where a secret may stand: in what stores secrets, and in the arguments that providers take secrets by. */
const secretPlaces: Readonly<Record<string, RegExp>> = {
    "kubernetes:core/v1:Secret": /^(stringData|data)(\.|$)/,
    "aws:secretsmanager/secretVersion:SecretVersion": /^secretString$/,
    "aws:elasticache/replicationGroup:ReplicationGroup": /^authToken$/,
    "aws:rds/instance:Instance": /^password$/,
};

/** The texts in a value that a pattern is found in, with the path to each. Every text of every resource comes by here, so it is kept quick. */
function textsWith(pattern: RegExp, value: unknown): { readonly path: string; readonly text: string }[] {
    const found: { path: string; text: string }[] = [];
    const path: string[] = [];
    const visit = (member: unknown): void => {
        if (typeof member === "string") {
            if (pattern.test(member)) {
                found.push({ path: path.join("."), text: member });
            }
        } else if (member !== null && typeof member === "object") {
            for (const key of Object.keys(member)) {
                path.push(key);
                visit((member as Readonly<Record<string, unknown>>)[key]);
                path.pop();
            }
        }
    };
    visit(value);
    return found;
}

/** Forms that nothing but a credential has. */
const credentials: readonly (readonly [RegExp, string])[] = [
    [/\b(AKIA|ASIA)[A-Z0-9]{16}\b/, "an AWS access key"],
    [/-----BEGIN ([A-Z]+ )?PRIVATE KEY-----/, "a private key"],
    [/\bgh[pousr]_[A-Za-z0-9]{36}\b/, "a GitHub token"],
    [/\bxox[abprs]-[A-Za-z0-9-]{10,}/, "a Slack token"],
    [/hooks\.slack\.com\/services\/\w/, "a Slack webhook"],
    [/:\/\/[^\s:/@$]+:[^\s@/$({]{4,}@/, "a URL with a password"],
];

const anyCredential = new RegExp(credentials.map(([{ source }]) => source).join("|"));

function places({ type, inputs }: PolicyResource): readonly Problem[] {
    return textsWith(mask, inputs)
        .filter(({ path }) => secretPlaces[type]?.test(path) !== true)
        .map(({ path }) => ({ problem: `a secret stands in ${path}` }));
}

function literals({ type, inputs }: PolicyResource): readonly Problem[] {
    return textsWith(anyCredential, inputs)
        .filter(({ path }) => secretPlaces[type]?.test(path) !== true)
        .map(({ path, text }) => ({
            problem: `${path} holds ${credentials.find(([pattern]) => pattern.test(text))?.[1] ?? "a credential"}`,
        }));
}

const namedTypes = new RegExp(`${workloadTypes.source}|^kubernetes:core/v1:ConfigMap$`);

const secretName = /PASSWORD|SECRET|TOKEN|PRIVATE_KEY|API_KEY|CREDENTIAL/i;

const namesASecret = (name: string): boolean => secretName.test(name) && !/_FILE$/.test(name);

function named(resource: PolicyResource): readonly Problem[] {
    const data = resource.type === "kubernetes:core/v1:ConfigMap" ? resource.inputs.data : undefined;
    return [
        ...Object.keys(data ?? {})
            .filter(namesASecret)
            .map((key) => ({ problem: `it is a ConfigMap with the key ${key}` })),
        ...containersOf(resource).flatMap(({ name, env, args = [], command = [] }) => [
            ...list(env)
                .map((each) => each as { name: string; value?: string })
                .filter((each) => each.value !== undefined && namesASecret(each.name))
                .map((each) => ({ problem: `container ${name}: the variable ${each.name} is a literal` })),
            ...[...command, ...args]
                .filter((argument) => /^--?[\w-]*(password|secret|token|api-?key)[\w-]*=[^$/]/i.test(argument))
                .map((argument) => ({
                    problem: `container ${name}: the argument ${argument.replace(/=.*/s, "")} is a literal`,
                })),
        ]),
    ];
}

const longestDays = 90;

function rotation(resource: PolicyResource, surroundings: Surroundings): readonly Problem[] {
    if (resource.type === "aws:secretsmanager/secretRotation:SecretRotation") {
        const days = at(resource.inputs, "rotationRules", "automaticallyAfterDays");
        return Number(days) > 0 && Number(days) <= longestDays
            ? []
            : [{ problem: `rotationRules.automaticallyAfterDays is ${shown(days)}, allowed are 1 to ${longestDays}` }];
    }
    return resource.type === "aws:secretsmanager/secret:Secret" &&
        surroundings.ofTypeFor("aws:secretsmanager/secretRotation:SecretRotation", resource).length === 0
        ? [{ problem: "nothing rotates it" }]
        : [];
}

/** Where the cluster has AWS beside it, secrets come from Secrets Manager; what is made for the cluster itself is not one of a system's. */
function recovery({ type, inputs }: PolicyResource, { isProd }: Surroundings): readonly Problem[] {
    return type === "aws:secretsmanager/secret:Secret" &&
        isProd &&
        isSet(inputs.recoveryWindowInDays) &&
        Number(inputs.recoveryWindowInDays) < 7
        ? [{ problem: `recoveryWindowInDays is ${shown(inputs.recoveryWindowInDays)}, allowed in prod are 7 to 30` }]
        : [];
}

export const secretRules: readonly Rule[] = [
    {
        id: "secrets-in-their-place",
        types: /./,
        severity: "critical",
        title: "A secret stands in Secrets and in the arguments that providers take secrets by, nowhere else.",
        why: "ConfigMaps, arguments, variables, annotations and tags are read by everybody who may look at the cluster.",
        clauses: ["CIS EKS 1.8.0 4.4.2"],
        fix: "Declare it as a secret and refer to the Secret.",
        check: places,
    },
    {
        id: "no-credentials-in-clear",
        types: /./,
        severity: "critical",
        title: "No input of any resource holds something that looks like a credential.",
        why: "What is typed into a declaration is in the repository, in Pulumi's state and in the cluster in clear text.",
        clauses: ["checkov CKV_SECRET_2", "checkov CKV_SECRET_13"],
        fix: "Set it with `pulumi config set --secret`, or declare it as a secret.",
        check: literals,
    },
    {
        id: "no-secret-named-literals",
        types: namedTypes,
        severity: "high",
        title: "A variable, key or argument whose name says that it is secret is never a literal.",
        why: "The name says what belongs there; a literal is in the repository.",
        clauses: ["CIS EKS 1.8.0 4.4.1"],
        fix: "Use secretKeyRef or a mounted file.",
        check: named,
    },
    {
        id: "secrets-rotate",
        types: /^aws:secretsmanager\//,
        severity: "medium",
        title: `Every secret in Secrets Manager is rotated at least every ${longestDays} days.`,
        why: "A secret that leaked once is good for ever.",
        clauses: ["AWS FSBP SecretsManager.1", "AWS FSBP SecretsManager.4"],
        fix: "Give the SystemSecret a generated value; for one that somebody else makes, except it with its way of renewal.",
        check: rotation,
    },
    {
        id: "secrets-recoverable",
        types: /^aws:secretsmanager\/secret:/,
        severity: "low",
        title: "A deleted secret of prod can be brought back for a week or more.",
        why: "A database whose password is gone is down until it is reset.",
        clauses: [],
        fix: "Set recoveryWindowInDays to 7 or more.",
        check: recovery,
    },
];
