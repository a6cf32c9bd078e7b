import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { z } from "zod";
import { platformConfig } from "../../config/schema";

interface Declared {
    type: string;
    description: string;
    default?: unknown;
}

const project = parse(readFileSync("Pulumi.yaml", "utf8")) as { config: Record<string, Declared> };
const shape = platformConfig.shape as Record<string, z.ZodType>;

/** The schema below defaults, and whether there is one. */
function unwrapped(schema: z.ZodType): { inner: z.ZodType; optional: boolean; description?: string } {
    let inner = schema;
    let { description } = schema;
    let optional = false;
    while (inner instanceof z.ZodDefault || inner instanceof z.ZodPrefault) {
        optional = true;
        inner = inner.unwrap() as z.ZodType;
        description ??= inner.description;
    }
    return { inner, optional, ...(description !== undefined && { description }) };
}

describe("Pulumi.yaml and the configuration schema", () => {
    it("declare the same keys", () => {
        // The CLI demands a value for every declared key without a default, so optional keys cannot be declared.
        const declarable = Object.keys(shape).filter((key) => !(shape[key] instanceof z.ZodOptional));
        assert.deepEqual(Object.keys(project.config).sort(), declarable.sort());
    });

    for (const [key, schema] of Object.entries(shape).filter(([, each]) => !(each instanceof z.ZodOptional))) {
        it(`agree on ${key}`, () => {
            const { inner, optional, description } = unwrapped(schema);
            const declared = project.config[key];
            assert.equal(declared?.description, description);
            assert.equal(declared?.type, inner instanceof z.ZodEnum ? "string" : "object");
            assert.deepEqual(declared?.default, optional ? {} : undefined);
        });
    }
});
