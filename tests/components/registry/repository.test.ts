import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { lifecyclePolicy } from "../../../components/registry/lifecycle";
import { ImageRepository, type ImageRepositoryArgs } from "../../../components/registry/repository";
import type { RecordOptions } from "../../../simulation/record";
import { deploy, type ResourceGraph } from "../../harness";

const repositoryType = "aws:ecr/repository:Repository";
const lifecycleType = "aws:ecr/lifecyclePolicy:LifecyclePolicy";
const keyArn = "arn:aws:kms:ap-south-1:123456789012:key/data";

const args: ImageRepositoryArgs = {
    tags: { stack: "dev", environment: "dev", extraTags: {}, system: "medical-practice" },
    repositoryName: "medical-practice/flask-app",
    keyArn: pulumi.output(keyArn),
    protect: false,
};

function repository(overrides: Partial<ImageRepositoryArgs> = {}, options: RecordOptions = {}): Promise<ResourceGraph> {
    return deploy(
        () => {
            const { url, arn } = new ImageRepository("images", { ...args, ...overrides });
            return { url, arn };
        },
        { region: "ap-south-1", ...options },
    );
}

describe("a repository of images", () => {
    let graph: ResourceGraph;
    before(async () => {
        graph = await repository();
    });

    it("gives a tag to one image for ever, except the pointers that a pipeline moves", () => {
        const { imageTagMutability, imageTagMutabilityExclusionFilters } = graph.one(repositoryType).inputs;
        assert.equal(imageTagMutability, "IMMUTABLE_WITH_EXCLUSION");
        const filters = imageTagMutabilityExclusionFilters as { filter: string; filterType: string }[];
        assert.deepEqual(
            filters.map(({ filter }) => filter),
            ["latest", "main", "develop", "feature-*", "release-*"],
        );
        assert.ok(filters.every(({ filterType }) => filterType === "WILDCARD"));
    });

    it("gives every tag to one image where no pointer is asked for", async () => {
        const { inputs } = (await repository({ mutableTags: [] })).one(repositoryType);
        assert.equal(inputs.imageTagMutability, "IMMUTABLE");
        assert.equal(inputs.imageTagMutabilityExclusionFilters, undefined);
    });

    it("scans at every push and encrypts with the platform's key", () => {
        const { inputs } = graph.one(repositoryType);
        assert.deepEqual(inputs.imageScanningConfiguration, { scanOnPush: true });
        assert.deepEqual(inputs.encryptionConfigurations, [{ encryptionType: "KMS", kmsKey: keyArn }]);
    });

    it("has its name, its tags, a lifecycle and nothing else", () => {
        const { inputs } = graph.one(repositoryType);
        assert.equal(inputs.name, "medical-practice/flask-app");
        assert.equal((inputs.tags as Record<string, string>)["platform:system"], "medical-practice");
        const types = graph.all.filter(({ custom, type }) => custom && type.startsWith("aws:")).map(({ type }) => type);
        assert.deepEqual(types.sort(), [lifecycleType, repositoryType]);
        assert.equal(graph.one(lifecycleType).inputs.policy, lifecyclePolicy());
    });

    it("says where its images are", () => {
        assert.deepEqual(graph.plan.outputs, {
            url: "123456789012.dkr.ecr.ap-south-1.amazonaws.com/medical-practice/flask-app",
            arn: "arn:aws:ecr:ap-south-1:123456789012:repository/medical-practice/flask-app",
        });
    });

    for (const protect of [true, false]) {
        it(`goes with ${protect ? "no" : "all its"} images where data is ${protect ? "" : "not "}protected`, async () => {
            const resource = (await repository({ protect })).one(repositoryType);
            assert.equal(resource.inputs.forceDelete, !protect);
            assert.equal(resource.protect, protect);
        });
    }

    it("is the same on a first preview", async () => {
        const preview = await repository({}, { preview: true });
        assert.deepEqual(
            preview.all.map(({ urn }) => urn),
            graph.all.map(({ urn }) => urn),
        );
    });

    const impossible: [string, Partial<ImageRepositoryArgs>, RegExp][] = [
        ["a name with capitals", { repositoryName: "Clinic" }, /repositoryName must be 2 to 256 .*, but is "Clinic"/],
        ["a name of one letter", { repositoryName: "a" }, /repositoryName must be 2 to 256/],
        ["a name that ends in a slash", { repositoryName: "clinic/" }, /repositoryName must be/],
        ["a name that is too long", { repositoryName: "a".repeat(257) }, /repositoryName must be/],
        [
            "six pointers",
            { mutableTags: ["a", "b", "c", "d", "e", "f"] },
            /mutableTags must be at most 5, but is \["a"/,
        ],
        [
            "a pointer with a slash",
            { mutableTags: ["feature/*"] },
            /mutableTags must be letters, .* but has "feature\/\*"/,
        ],
        ["a pointer with three wildcards", { mutableTags: ["*a*b*"] }, /at most 2 \*/],
        ["an empty pointer", { mutableTags: [""] }, /but has ""/],
    ];
    for (const [what, overrides, message] of impossible) {
        it(`is refused with ${what}`, () => assert.rejects(repository(overrides), message));
    }
});

describe("the lifecycle of images", () => {
    interface Rule {
        readonly rulePriority: number;
        readonly selection: Readonly<Record<string, unknown>>;
        readonly action: { readonly type: string };
    }
    const { rules } = JSON.parse(lifecyclePolicy()) as { rules: Rule[] };
    const ruleFor = (tagStatus: string): Rule | undefined =>
        rules.find(({ selection }) => selection.tagStatus === tagStatus);

    it("deletes what lost its tag after seven days, before it counts anything", () => {
        const untagged = ruleFor("untagged");
        assert.deepEqual(untagged?.selection, {
            tagStatus: "untagged",
            countType: "sinceImagePushed",
            countUnit: "days",
            countNumber: 7,
        });
        assert.ok(rules.every((rule) => rule === untagged || rule.rulePriority > (untagged?.rulePriority ?? 0)));
    });

    it("keeps the last ten tagged images, whatever their tags", () =>
        assert.deepEqual(ruleFor("tagged")?.selection, {
            tagStatus: "tagged",
            tagPatternList: ["*"],
            countType: "imageCountMoreThan",
            countNumber: 10,
        }));

    it("has two rules of different priority, which delete", () => {
        assert.equal(rules.length, 2);
        assert.equal(new Set(rules.map(({ rulePriority }) => rulePriority)).size, 2);
        assert.ok(rules.every(({ action }) => action.type === "expire"));
    });
});
