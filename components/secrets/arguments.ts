import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { textInput } from "../checkedArgs";
import type { SecretReference } from "../connection";
import type { SystemScope } from "../context";
import { members, named, number, text } from "../shapes";
import type { SecretForm } from "./dockerConfig";
import type { GeneratedValue } from "./spec";
import { generatedShape, isKeyPair, rotates, secretProblems, type Generated, type ValueProblem } from "./values";

/** An ElastiCache replication group whose auth token is a value of the secret. Rotation teaches the servers the new token first. */
export interface AuthTokenOwner {
    /** Key of the generated value that is the token. */
    readonly key: string;
    /** The token the group was made with. */
    readonly initial: pulumi.Input<string>;
    readonly replicationGroupId: pulumi.Input<string>;
    readonly replicationGroupArn: pulumi.Input<string>;
}

/** A value that another Secret of the same system has. */
export interface ImportedValue {
    readonly from: SecretReference;
    /** Key in that Secret. */
    readonly key: string;
}

export interface SystemSecretArgs {
    readonly scope: SystemScope;
    /** Name of the Kubernetes Secret. A change makes a new AWS secret with new values. */
    readonly kubernetesName: string;
    /**
     * The keys, each generated or given. Adding, removing or resizing a generated key makes new values for all keys that rotate,
     * exactly as a rotation does. A given value is updated in place and never rotated.
     */
    readonly values: Readonly<Record<string, GeneratedValue | pulumi.Input<string>>>;
    /** Keys that repeat a value of another Secret of the system, and follow it within a minute. Changed in place. Default: none. */
    readonly imports?: Readonly<Record<string, ImportedValue>>;
    /** Path in AWS Secrets Manager, as in `SecretSpec`. A change makes a new AWS secret with new values. */
    readonly awsName?: string;
    /**
     * Days between two rotations of the generated values, 1 to 90. Default 90. Changed in place; where there is a key pair, a change
     * rotates at once.
     */
    readonly rotationDays?: number;
    /** The replication group to tell about a new auth token. Default: none. */
    readonly authTokenOf?: AuthTokenOwner;
    /** What Kubernetes prescribes for the Secret. Default: one key for each value. A change replaces the Secret. */
    readonly form?: SecretForm;
}

/** The types of the arguments, but for those that only other components give. */
export const argumentShape = members(
    {
        imports: named(members({}, { from: members({}, { name: text }), key: text })),
        awsName: text,
        rotationDays: number,
    },
    { kubernetesName: text, values: named(z.union([textInput, generatedShape], "a text, or how to make it")) },
);

/** Throws an error that names everything that cannot work in the arguments of a secret. */
export function refuseImpossible(
    name: string,
    args: SystemSecretArgs,
    generated: Generated,
    givenKeys: readonly string[],
): void {
    const { authTokenOf, imports = {}, rotationDays, awsName } = args;
    const problems = secretProblems({
        generated,
        givenKeys,
        importedKeys: Object.keys(imports),
        environment: args.scope.platform.environment,
        ...(rotationDays !== undefined && { rotationDays }),
        ...(awsName !== undefined && { awsName }),
    });
    problems.push(...tokenProblems(generated, authTokenOf), ...importProblems(imports));
    if (problems.length > 0) {
        const lines = problems.map(({ path, value, message }) => `${path} ${message}, but is ${JSON.stringify(value)}`);
        throw new Error(`Secret "${name}": ${lines.join("; ")}`);
    }
}

function tokenProblems(generated: Generated, owner: AuthTokenOwner | undefined): ValueProblem[] {
    const value = owner && generated[owner.key];
    return owner === undefined || (value !== undefined && rotates(value) && !isKeyPair(value))
        ? []
        : [{ path: "authTokenOf.key", value: owner.key, message: "must be a generated value that rotates" }];
}

function importProblems(imports: Readonly<Record<string, ImportedValue>>): ValueProblem[] {
    return Object.entries(imports)
        .filter(([, { from, key }]) => from.sources?.[key] === undefined)
        .map(([name, { from, key }]) => ({
            path: `imports.${name}.key`,
            value: key,
            message: `must be one of the keys that can be repeated from ${from.name} (${Object.keys(from.sources ?? {}).join(", ") || "none"})`,
        }));
}

/** Whether a value is a recipe; everything else, a promise and an output included, is the value itself. */
export function isGenerated(entry: [string, GeneratedValue | pulumi.Input<string>]): entry is [string, GeneratedValue] {
    const [, value] = entry;
    return (
        typeof value === "object" && value !== null && !pulumi.Output.isInstance(value) && !(value instanceof Promise)
    );
}
