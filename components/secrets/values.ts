import { createHash } from "node:crypto";
import { nameLimits, physicalName } from "../naming";
import { flag, members, named, number, shapeProblems, text } from "../shapes";
import type { GeneratedValue, RsaKeyPair, SecretSpec } from "./spec";

/** 43 letters and digits hold 43 × log2(62) = 256 bits. */
export const defaultLength = 43;

export const lengthBounds = { min: 16, max: 1024 } as const;

/** The most days between two rotations, and the default. */
export const maxRotationDays = 90;

/** Keys of a Kubernetes Secret (API reference of core/v1 Secret, `data`), but for the one that JavaScript takes for something else. */
const secretKey = /^(?!__proto__$)[A-Za-z0-9._-]{1,253}$/;

/**
 * Each generated value is described by a tag of the AWS secret, `platform:value:<key>`. A secret has 50 tags at most, of which the stack
 * needs some; a tag's name has 128 characters (AWS Secrets Manager API, Tag).
 */
const most = { generatedKeys: 30, generatedKeyLength: 100 } as const;

const kinds = ["text", "base64-256", "rsa-4096"] as const;

export type Generated = Readonly<Record<string, GeneratedValue>>;

/** The plain part of what a secret is asked to be. */
export interface SecretShape {
    readonly generated: Generated;
    /** Keys whose values come from outside. */
    readonly givenKeys?: readonly string[];
    /** Keys that repeat a value of another Secret. */
    readonly importedKeys?: readonly string[];
    readonly rotationDays?: number;
    readonly awsName?: string;
    readonly environment: string;
}

export interface ValueProblem {
    /** The property of the arguments. */
    readonly path: string;
    readonly value: unknown;
    readonly message: string;
}

/** Everything that is wrong with the plain part of a secret's arguments. `values` is what the argument with the keys is called. */
export function secretProblems(shape: SecretShape, values = "values"): ValueProblem[] {
    const { generated, givenKeys = [], importedKeys = [], rotationDays = maxRotationDays, awsName } = shape;
    const keys = [...generatedKeys(generated), ...givenKeys, ...importedKeys];
    const count = Object.keys(generated).length;
    return [
        ...problemWhen(keys.length === 0, values, {}, "must have at least one key"),
        ...keys
            .filter((key) => !secretKey.test(key))
            .flatMap((key) =>
                problemWhen(true, `${values}.${key}`, key, "must be a key of letters, digits, `.`, `_` or `-`"),
            ),
        ...keys
            .filter((key, index) => keys.indexOf(key) !== index)
            .flatMap((key) => problemWhen(true, `${values}.${key}`, key, "must be there once")),
        ...Object.entries(generated).flatMap(([key, value]) => generatedProblems(`${values}.${key}`, key, value)),
        ...problemWhen(
            count > most.generatedKeys,
            values,
            count,
            `must have at most ${most.generatedKeys} generated keys`,
        ),
        ...problemWhen(
            !Number.isInteger(rotationDays) || rotationDays < 1 || rotationDays > maxRotationDays,
            "rotationDays",
            rotationDays,
            `must be a whole number from 1 to ${maxRotationDays}`,
        ),
        ...problemWhen(
            awsName !== undefined && !isAwsName(awsName, shape.environment),
            "awsName",
            awsName,
            `must be three segments of lower-case letters, digits and hyphens, such as ${shape.environment}/backend/app`,
        ),
    ];
}

/** The types of how a value is made. */
export const generatedShape = members({ kind: text, length: number, rotate: flag, publicKey: text });

/** The types of a `SecretSpec`. */
export const secretShape = members(
    { imports: named(text), awsName: text, rotationDays: number },
    { keys: named(generatedShape) },
);

/** Everything that is wrong with how a system declares a secret. Paths are relative to the secret. */
export function secretSpecProblems(declared: SecretSpec, environment: string): ValueProblem[] {
    const wrongTypes = shapeProblems(secretShape, declared);
    if (wrongTypes.length > 0) {
        return wrongTypes.map(({ path, value, message }) => ({ path, value, message }));
    }
    const { keys, imports, ...spec } = declared;
    const importedKeys = Object.keys(imports ?? {});
    return secretProblems({ ...spec, generated: keys, importedKeys, environment }, "keys");
}

function generatedProblems(path: string, key: string, value: GeneratedValue): ValueProblem[] {
    const { kind = "text" } = value;
    if (!kinds.includes(kind)) {
        return problemWhen(true, `${path}.kind`, kind, `must be one of ${kinds.join(", ")}`);
    }
    const length = "length" in value ? (value.length ?? defaultLength) : defaultLength;
    return [
        ...problemWhen(
            !Number.isInteger(length) || length < lengthBounds.min || length > lengthBounds.max,
            `${path}.length`,
            length,
            `must be a whole number from ${lengthBounds.min} to ${lengthBounds.max}`,
        ),
        ...problemWhen(
            key.length > most.generatedKeyLength,
            path,
            key,
            `must have at most ${most.generatedKeyLength} characters, as every generated key`,
        ),
    ];
}

function problemWhen(wrong: boolean, path: string, value: unknown, message: string): ValueProblem[] {
    return wrong ? [{ path, value, message }] : [];
}

export function isKeyPair(value: GeneratedValue): value is RsaKeyPair {
    return value.kind === "rsa-4096";
}

/** Where the public half of a pair lies that was valid before the last rotation. */
export function previousKey(publicKey: string): string {
    return `${publicKey}_PREVIOUS`;
}

/** The keys that generated values lie under: a pair has three. */
export function generatedKeys(generated: Generated): string[] {
    return Object.entries(generated).flatMap(([key, value]) =>
        isKeyPair(value) ? [key, value.publicKey, previousKey(value.publicKey)] : [key],
    );
}

/** Every key of the Kubernetes Secret that a declaration leads to. */
export function secretKeys({ keys, imports }: Pick<SecretSpec, "keys" | "imports">): string[] {
    return [...generatedKeys(keys), ...Object.keys(imports ?? {})].sort();
}

/** Whether rotation makes a new value. */
export function rotates(value: GeneratedValue): boolean {
    return isKeyPair(value) || (value.rotate ?? true);
}

/**
 * How the rotation function makes each value that rotates, as tags of the AWS secret. What no tag names stays as it is: should tags get
 * lost, nothing does that cannot be brought back.
 */
export function recipeTags(generated: Generated): Record<string, string> {
    return Object.fromEntries(
        Object.entries(generated)
            .filter(([, value]) => rotates(value))
            .map(([key, value]) => [
                `platform:value:${key}`,
                isKeyPair(value) ? `${value.kind}:${value.publicKey}` : (value.kind ?? "text"),
            ]),
    );
}

/** Changes when a generated key comes, goes or is made in another way, and with nothing else. */
export function keySetFingerprint(generated: Generated): string {
    const shapeOf = (value: GeneratedValue): string => {
        switch (value.kind) {
            case "rsa-4096":
                return `${value.kind}:${value.publicKey}`;
            case "base64-256":
                return value.kind;
            case "text":
            case undefined:
                return String(value.length ?? defaultLength);
        }
    };
    const shape = Object.entries(generated).map(([key, value]) => `${key}:${shapeOf(value)}`);
    return createHash("sha256").update(shape.sort().join(",")).digest("hex").slice(0, 8);
}

const awsNameSegment = /^[a-z]([a-z0-9-]*[a-z0-9])?$/;

function isAwsName(awsName: string, environment: string): boolean {
    const segments = awsName.split("/");
    const fits = (segment: string): boolean => segment === physicalName("kubernetes", segment);
    return (
        segments.length === 3 &&
        segments[0] === environment &&
        segments.every(
            (segment) => segment.length <= nameLimits.kubernetes && awsNameSegment.test(segment) && fits(segment),
        )
    );
}

/**
 * The name of a secret in AWS: `<environment>/<system>/<secret>` or the path that was asked for, with the stack after the environment where
 * it is not called like it. The number of segments tells the two forms apart, so no two stacks can mean the same secret.
 */
export function awsSecretName(
    where: { readonly environment: string; readonly stack: string; readonly system: string },
    kubernetesName: string,
    awsName?: string,
): string {
    const { environment, stack, system } = where;
    const path = awsName === undefined ? [system, kubernetesName] : awsName.split("/").slice(1);
    const segments = stack === environment ? [environment, ...path] : [environment, stack, ...path];
    return segments.map((segment) => physicalName("kubernetes", segment)).join("/");
}
