import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { checkArgs, tagContext, textInput } from "../checkedArgs";
import { Component } from "../component";
import { flag, members, text, texts } from "../shapes";
import { tagsFor, type TagContext } from "../tags";
import { lifecyclePolicy } from "./lifecycle";

export interface ImageRepositoryArgs {
    readonly tags: TagContext;
    /**
     * Name of the repository, such as `clinic/flask-app`; unique in the account and region, so one stack owns it and the others pull from
     * it. A change makes a new, empty repository.
     */
    readonly repositoryName: string;
    /** ARN of the KMS key that encrypts the images. A change makes a new, empty repository. */
    readonly keyArn: pulumi.Input<string>;
    /** Keeps the repository: Pulumi refuses to delete it, and AWS does as long as it holds an image. Changes apply in place. */
    readonly protect: boolean;
    /**
     * Tags that a push may move to another image, at most five; `*` stands for any text. Changed in place. Default: `latest` and the
     * branches `main`, `develop`, `feature-*` and `release-*`. All other tags, versions and commits among them, name one image for ever.
     */
    readonly mutableTags?: readonly string[];
}

const shape = members(
    { mutableTags: texts },
    { tags: tagContext, repositoryName: text, keyArn: textInput, protect: flag },
);

/** The pointers of a pipeline: the newest image, and the newest of each branch. A tag cannot hold the slash of a branch's name. */
const defaultMutableTags = ["latest", "main", "develop", "feature-*", "release-*"];

/** Source: Amazon ECR API, PutImageTagMutability and ImageTagMutabilityExclusionFilter. */
const most = { filters: 5, filterLength: 128, wildcards: 2 } as const;

/** Source: Amazon ECR API, CreateRepository. */
const repositoryNamePattern = /^([a-z0-9]+([._-][a-z0-9]+)*\/)*[a-z0-9]+([._-][a-z0-9]+)*$/;
const repositoryNameLength = { min: 2, max: 256 } as const;

/**
 * A private repository for one image: scanned at every push, encrypted, its releases immutable, the last ten images kept and what lost its
 * tag deleted after a week.
 *
 * Every build counts as an image. An environment that stays on a release while ten newer ones are pushed cannot pull it again, so
 * nodes that start then get no image.
 *
 * It has no policy of its own: within the account, roles say who may pull and push.
 *
 * Costs $0.10 per GB and month; pulls from the same region are free, and so is basic scanning. Source: Amazon ECR pricing page.
 *
 * @example
 * const repository = new ImageRepository("flask-app-images", {
 *     tags, repositoryName: "clinic/flask-app", keyArn: keys.dataKeyArn, protect: false,
 * });
 */
export class ImageRepository extends Component {
    /** What the names of its images start with, such as `123456789012.dkr.ecr.eu-west-1.amazonaws.com/clinic/flask-app`. */
    readonly url: pulumi.Output<string>;
    readonly arn: pulumi.Output<string>;

    constructor(name: string, args: ImageRepositoryArgs, opts?: pulumi.ComponentResourceOptions) {
        checkArgs(name, shape, args);
        const mutableTags = args.mutableTags ?? defaultMutableTags;
        refuseImpossible(name, args.repositoryName, mutableTags);
        super("platform:registry:ImageRepository", name, opts);

        const repository = this.createRepository(args, mutableTags);
        this.expireImages(repository);

        this.url = repository.repositoryUrl;
        this.arn = repository.arn;
        this.registerOutputs({ url: this.url, arn: this.arn });
    }

    private createRepository(args: ImageRepositoryArgs, mutableTags: readonly string[]): aws.ecr.Repository {
        const { repositoryName, keyArn, protect } = args;
        return new aws.ecr.Repository(
            this.childName("repository"),
            {
                name: repositoryName,
                ...(mutableTags.length === 0
                    ? { imageTagMutability: "IMMUTABLE" }
                    : {
                          imageTagMutability: "IMMUTABLE_WITH_EXCLUSION",
                          imageTagMutabilityExclusionFilters: mutableTags.map((filter) => ({
                              filter,
                              filterType: "WILDCARD",
                          })),
                      }),
                imageScanningConfiguration: { scanOnPush: true },
                encryptionConfigurations: [{ encryptionType: "KMS", kmsKey: keyArn }],
                forceDelete: !protect,
                tags: tagsFor(args.tags, repositoryName),
            },
            this.childOptions({ protect }),
        );
    }

    private expireImages(repository: aws.ecr.Repository): void {
        new aws.ecr.LifecyclePolicy(
            this.childName("lifecycle"),
            { repository: repository.name, policy: lifecyclePolicy() },
            this.childOptions(),
        );
    }
}

function refuseImpossible(name: string, repositoryName: string, mutableTags: readonly string[]): void {
    const { min, max } = repositoryNameLength;
    if (repositoryName.length < min || repositoryName.length > max || !repositoryNamePattern.test(repositoryName)) {
        throw new Error(
            `${name}: repositoryName must be ${min} to ${max} lower-case letters and digits, joined by single ., _, - or /, but is "${repositoryName}"`,
        );
    }
    if (mutableTags.length > most.filters) {
        throw new Error(`${name}: mutableTags must be at most ${most.filters}, but is ${JSON.stringify(mutableTags)}`);
    }
    const wrong = mutableTags.find(
        (tag) =>
            !/^[0-9A-Za-z._*-]+$/.test(tag) ||
            tag.length > most.filterLength ||
            tag.split("*").length - 1 > most.wildcards,
    );
    if (wrong !== undefined) {
        throw new Error(
            `${name}: mutableTags must be letters, digits, ., _, - and at most ${most.wildcards} *, up to ${most.filterLength} characters, but has "${wrong}"`,
        );
    }
}
