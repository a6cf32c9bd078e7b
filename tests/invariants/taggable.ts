import { readFileSync } from "node:fs";

const known = new Map<string, boolean>();

/** Whether AWS resources of a type take tags: asked of the provider's own class, which copies a `tags` argument or does not. */
export function isTaggable(type: string): boolean {
    let taggable = known.get(type);
    if (taggable === undefined) {
        const path = type.split(":")[1] ?? "";
        taggable = /resourceInputs\["tags"\] = args\?\.tags/.test(
            readFileSync(require.resolve(`@pulumi/aws/${path}.js`), "utf8"),
        );
        known.set(type, taggable);
    }
    return taggable;
}
