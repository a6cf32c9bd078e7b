/**
 * The tags of an AWS resource. Every taggable resource carries them: `Name` is what the console shows, the `platform:*` keys answer
 * who a cost belongs to and which program to look in before changing something by hand.
 */
export interface TagContext {
    /** The Pulumi stack. */
    readonly stack: string;
    readonly environment: string;
    /** Additional tags from the stack's configuration. */
    readonly extraTags: Readonly<Record<string, string>>;
    /** The system the resource belongs to; absent for what all systems share. */
    readonly system?: string;
}

/** The tags that answer who a cost belongs to. AWS shows costs by them once they are activated as cost allocation tags. */
export const costTags = ["platform:project", "platform:stack", "platform:environment", "platform:system"] as const;

export function tagsFor(context: TagContext, name: string): Record<string, string> {
    return {
        ...context.extraTags,
        Name: name,
        "platform:project": "platform",
        "platform:stack": context.stack,
        "platform:environment": context.environment,
        "platform:system": context.system ?? "shared",
    };
}

/**
 * The tags for software in the cluster that makes AWS resources and names them itself. It takes tags as one text of
 * `key=value,key=value`, so additional tags that would break that text are left out.
 */
export function tagsForControllers(context: TagContext): Record<string, string> {
    return Object.fromEntries(
        Object.entries(tagsFor(context, "")).filter(([key, value]) => key !== "Name" && !/[,=]/.test(key + value)),
    );
}
