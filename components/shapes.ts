import { z } from "zod";
import type { ConfigIssue } from "../config/errors";
import { issuesOf } from "../config/zodIssues";

/**
 * The types of what a declaration says. TypeScript checks them where somebody runs it; the programs themselves are run without. What values are
 * allowed is up to the checks that come after: they may then rely on a text being a text.
 */

/** Any number. Whether it is whole, finite and in its bounds is checked where it is used. */
export const number = z.custom<number>((value) => typeof value === "number", "a number");
export const text = z.string();
export const flag = z.boolean();
export const texts = z.array(text);

/** A mapping whose keys are names that the declaration chooses. */
export function named(value: z.ZodType): z.ZodType {
    return z.record(z.string(), value);
}

/** A mapping with these members, all of which may be missing but those in `required`. Others are not looked at. */
export function members(
    optional: Readonly<Record<string, z.ZodType>>,
    required: Readonly<Record<string, z.ZodType>> = {},
): z.ZodType {
    return z.looseObject({
        ...Object.fromEntries(Object.entries(optional).map(([key, value]) => [key, value.optional()])),
        ...required,
    });
}

/** What has the wrong type. Paths are relative to the value. */
export function shapeProblems(schema: z.ZodType, value: unknown): ConfigIssue[] {
    const parsed = schema.safeParse(value);
    return parsed.success ? [] : issuesOf(parsed.error, { schema, input: value });
}
