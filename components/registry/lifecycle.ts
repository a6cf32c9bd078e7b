/** How many tagged images are kept, and for how many days what has lost its tag. */
export const retention = { images: 10, untaggedDays: 7 } as const;

/**
 * The lifecycle policy of a repository. ECR applies rules by priority, the lowest number first, and an image belongs to the first rule
 * that selects it. Counting tagged images alone matters for images of several architectures: their parts carry no tag, and counted
 * with them ten entries would be three images. ECR keeps the parts as long as the whole (ECR User Guide, "Lifecycle policies").
 */
export function lifecyclePolicy(): string {
    return JSON.stringify({
        rules: [
            {
                rulePriority: 1,
                description: `Delete untagged images after ${retention.untaggedDays} days`,
                selection: {
                    tagStatus: "untagged",
                    countType: "sinceImagePushed",
                    countUnit: "days",
                    countNumber: retention.untaggedDays,
                },
                action: { type: "expire" },
            },
            {
                rulePriority: 2,
                description: `Keep the last ${retention.images} images`,
                selection: {
                    tagStatus: "tagged",
                    tagPatternList: ["*"],
                    countType: "imageCountMoreThan",
                    countNumber: retention.images,
                },
                action: { type: "expire" },
            },
        ],
    });
}
