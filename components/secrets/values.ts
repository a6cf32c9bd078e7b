import { createHash } from "node:crypto";
import { physicalName } from "../naming";
import type { GeneratedValue } from "./spec";

/** 43 letters and digits hold 43 × log2(62) = 256 bits. */
export const defaultLength = 43;

export const lengthBounds = { min: 16, max: 1024 } as const;

/** The most days between two rotations, and the default. */
export const maxRotationDays = 90;

/** Keys of a Kubernetes Secret (API reference of core/v1 Secret, `data`). */
const secretKey = /^[A-Za-z0-9._-]{1,253}$/;

export interface ValueProblem {
    /** The property of the arguments. */
    readonly path: string;
    readonly value: unknown;
    readonly message: string;
}

/** Everything that is wrong with the plain part of a secret's arguments. */
export function secretProblems(
    generated: Readonly<Record<string, GeneratedValue>>,
    givenKeys: readonly string[],
    rotationDays: number,
): ValueProblem[] {
    const problems: ValueProblem[] = [];
    const keys = [...Object.keys(generated), ...givenKeys];
    if (keys.length === 0) {
        problems.push({ path: "values", value: {}, message: "must have at least one key" });
    }
    for (const key of keys.filter((each) => !secretKey.test(each))) {
        problems.push({
            path: `values.${key}`,
            value: key,
            message: "must be a key of letters, digits, `.`, `_` or `-`",
        });
    }
    for (const [key, { length = defaultLength }] of Object.entries(generated)) {
        if (!Number.isInteger(length) || length < lengthBounds.min || length > lengthBounds.max) {
            problems.push({
                path: `values.${key}.length`,
                value: length,
                message: `must be a whole number from ${lengthBounds.min} to ${lengthBounds.max}`,
            });
        }
    }
    if (!Number.isInteger(rotationDays) || rotationDays < 1 || rotationDays > maxRotationDays) {
        problems.push({
            path: "rotationDays",
            value: rotationDays,
            message: `must be a whole number from 1 to ${maxRotationDays}`,
        });
    }
    return problems;
}

/** The keys of a secret that rotation owns, and those whose values stay until somebody changes them. */
export function splitByOwner(
    generated: Readonly<Record<string, GeneratedValue>>,
    givenKeys: readonly string[],
): { readonly rotated: readonly string[]; readonly kept: readonly string[] } {
    const keys = Object.keys(generated);
    const rotates = (key: string): boolean => generated[key]?.rotate ?? true;
    return {
        rotated: keys.filter(rotates).sort(),
        kept: [...keys.filter((key) => !rotates(key)), ...givenKeys].sort(),
    };
}

/** Changes when a rotated key comes, goes or gets another length, and with nothing else. */
export function keySetFingerprint(
    generated: Readonly<Record<string, GeneratedValue>>,
    rotated: readonly string[],
): string {
    const shape = rotated.map((key) => `${key}:${generated[key]?.length ?? defaultLength}`).join(",");
    return createHash("sha256").update(shape).digest("hex").slice(0, 8);
}

/**
 * The name of a secret in AWS: `<environment>/<system>/<secret>`, with the stack in it where it is not called like the environment.
 * The number of segments tells the two forms apart, so no two stacks can mean the same secret.
 */
export function awsSecretName(
    where: { readonly environment: string; readonly stack: string; readonly system: string },
    kubernetesName: string,
): string {
    const { environment, stack, system } = where;
    const segments = stack === environment ? [environment, system] : [environment, stack, system];
    return [...segments, kubernetesName].map((segment) => physicalName("kubernetes", segment)).join("/");
}
