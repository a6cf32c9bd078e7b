import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { shownIssue } from "../config/errors";
import { members, named, number, shapeProblems, text } from "./shapes";

/**
 * Arguments are checked before a component registers itself: TypeScript checks types only where somebody runs it, and what the SDK says about a
 * wrong type names neither the component nor the property. What is wrong is told at once, all of it, and nothing is half there.
 *
 * @param name the component's Pulumi name.
 * @throws Error that lists each property that cannot be, with its value and what is allowed.
 */
export function checkArgs(name: string, shape: z.ZodType, args: unknown): void {
    const problems = shapeProblems(shape, args);
    if (problems.length > 0) {
        throw new Error(
            `${name}: ${problems.map((each) => shownIssue({ ...each, path: each.path || "args" })).join("; ")}`,
        );
    }
}

/** A text that may be known only later. */
export const textInput = z.custom<pulumi.Input<string>>(
    (value) => typeof value === "string" || pulumi.Output.isInstance(value) || value instanceof Promise,
    "a text, or an output of one",
);

/** Resources to wait for. */
export const resources = z.array(z.custom<pulumi.Resource>((value) => pulumi.Resource.isInstance(value), "a resource"));

/** When backups are made and how long they are kept. */
export const backupSettings = members({}, { schedule: text, retentionDays: number });

export const tagContext = members({ system: text }, { stack: text, environment: text, extraTags: named(text) });
