import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { parse, type ScalarTag } from "yaml";
import { simulateStack } from "../harness";
import { workflows } from "../workflows/workflows";

interface Statement {
    readonly Sid?: string;
    readonly Effect: string;
    readonly Action: string | readonly string[];
    readonly Resource?: unknown;
    readonly NotResource?: unknown;
    readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

interface Properties {
    readonly AssumeRolePolicyDocument?: { readonly Statement: readonly Statement[] };
    readonly PolicyDocument?: { readonly Statement: readonly Statement[] };
    readonly Policies?: readonly { readonly PolicyDocument: { readonly Statement: readonly Statement[] } }[];
    readonly ManagedPolicyArns?: readonly string[];
    readonly RoleName?: string;
}

interface Template {
    readonly Parameters: Readonly<Record<string, unknown>>;
    readonly Resources: Readonly<
        Record<string, { readonly Type: string; readonly DeletionPolicy?: string; readonly Properties: Properties }>
    >;
    readonly Outputs: Readonly<Record<string, { readonly Description: string }>>;
}

/** CloudFormation's short forms stand for themselves here: what they lead to is AWS' to say. */
const names = ["Ref", "Sub", "GetAtt", "If", "Equals", "Not", "Join"];
const tags = names.flatMap((name): ScalarTag[] => [
    { tag: `!${name}`, resolve: (text) => `!${name} ${text}` },
    { tag: `!${name}`, collection: "seq", resolve: (value: unknown) => value } as unknown as ScalarTag,
]);
const template = parse(readFileSync("bootstrap/aws.yaml", "utf8"), { customTags: tags }) as Template;

const roles = Object.entries(template.Resources).filter(([, { Type }]) => Type === "AWS::IAM::Role");
const deploy = template.Resources.DeployPolicy?.Properties.PolicyDocument?.Statement ?? [];

function actionsOf({ Action }: Statement): readonly string[] {
    return typeof Action === "string" ? [Action] : Action;
}

/** The service that is asked for what a module of the AWS provider makes, where it is called otherwise. */
const serviceOfModule: Readonly<Record<string, string>> = { cloudwatch: "logs", vpc: "ec2" };

/**
 * Services that nothing in a plan names: what the deployment asks, what controllers have made that it cleans up, and what no stack has
 * switched on.
 */
const besides = ["autoscaling", "ce", "elasticloadbalancing", "guardduty", "ssm", "sts"];

/** The one thing of the module cloudwatch that is not CloudWatch Logs'. */
const alarm = "aws:cloudwatch/metricAlarm:MetricAlarm";

describe("the bootstrap of an AWS account", () => {
    it("trusts one repository, and of it exactly the workflows that each role is for", () => {
        const subjects = Object.fromEntries(
            roles.map(([name, { Properties }]) => [
                name,
                (Properties.AssumeRolePolicyDocument?.Statement ?? []).flatMap(({ Condition = {} }) =>
                    Object.values(Condition).flatMap((each) =>
                        [each["token.actions.githubusercontent.com:sub"] ?? []].flat(),
                    ),
                ),
            ]),
        );
        const repository = "!Sub repo:${GitHubRepository}";
        assert.deepEqual(subjects, {
            DeployDevRole: [`${repository}:environment:dev`],
            DeployStagingRole: [`${repository}:environment:staging`],
            DeployProdRole: [`${repository}:environment:prod`],
            PreviewRole: [`${repository}:pull_request`, `${repository}:ref:refs/heads/\${DefaultBranch}`],
            ImageRole: ["!Ref ImageRepositories"],
        });
    });

    it("asks every token for its audience", () => {
        for (const [name, { Properties }] of roles) {
            for (const { Condition } of Properties.AssumeRolePolicyDocument?.Statement ?? []) {
                assert.equal(
                    Condition?.StringEquals?.["token.actions.githubusercontent.com:aud"],
                    "sts.amazonaws.com",
                    name,
                );
            }
        }
    });

    it("lets a deployment ask each service that the stacks use, and no other", async () => {
        const used = new Set<string>();
        for (const stack of ["dev", "staging", "prod"]) {
            const { plan } = await simulateStack(stack);
            for (const { type } of plan.resources) {
                const module = /^aws:([a-z0-9]+)\//.exec(type)?.[1] ?? (type.startsWith("eks:") ? "eks" : undefined);
                if (module !== undefined) {
                    used.add(type === alarm ? module : (serviceOfModule[module] ?? module));
                }
            }
        }
        const allowed = deploy
            .filter(({ Effect }) => Effect === "Allow")
            .flatMap(actionsOf)
            .map((action) => action.split(":")[0] ?? "");
        assert.deepEqual([...new Set(allowed)].sort(), [...new Set([...used, ...besides])].sort());
    });

    it("lets a deployment activate cost allocation tags, and ask nothing else about costs", () => {
        assert.deepEqual(
            deploy.flatMap(actionsOf).filter((action) => action.startsWith("ce:")),
            ["ce:ListCostAllocationTags", "ce:UpdateCostAllocationTagsStatus"],
        );
    });

    it("lets a deployment make the roles that the stacks have, by their names", async () => {
        const patterns = (deploy.find(({ Sid }) => Sid === "OwnRoles")?.Resource as readonly string[]).map(
            (arn) => new RegExp(`^${(/role\/(.*)$/.exec(arn)?.[1] ?? "").replaceAll("*", ".*")}$`),
        );
        for (const stack of ["dev", "staging", "prod"]) {
            const { plan } = await simulateStack(stack);
            const names = plan.resources
                .filter(({ type }) => type === "aws:iam/role:Role")
                .map(({ inputs }) => String(inputs.name ?? inputs.namePrefix));
            assert.ok(names.length > 10);
            assert.deepEqual(
                names.filter((name) => !patterns.some((pattern) => pattern.test(name))),
                [],
                stack,
            );
        }
    });

    it("lets a deployment make the instance profiles that the stacks have, by their names", async () => {
        const { Resource = "" } = deploy.find(({ Sid }) => Sid === "OwnInstanceProfiles") ?? {};
        assert.match(String(Resource), /instance-profile\/platform-\*$/);
        const { plan } = await simulateStack("dev");
        const names = plan.resources
            .filter(({ type }) => type === "aws:iam/instanceProfile:InstanceProfile")
            .map(({ inputs }) => String(inputs.name));
        assert.deepEqual(names, ["platform-dev-nat"]);
    });

    it("lets no deployment change the pipelines' own roles, nor lose the state", () => {
        const denied = deploy.filter(({ Effect }) => Effect === "Deny").flatMap(actionsOf);
        for (const action of [
            "iam:AttachRolePolicy",
            "iam:PutRolePolicy",
            "iam:UpdateAssumeRolePolicy",
            "s3:DeleteObjectVersion",
            "s3:PutBucketPolicy",
            "kms:ScheduleKeyDeletion",
        ]) {
            assert.ok(denied.includes(action), action);
        }
        for (const [name, { Properties }] of roles) {
            assert.match(Properties.RoleName ?? "", /^platform-pipeline-/, name);
        }
    });

    it("lets a preview write nothing, and read no contents", () => {
        const { Policies = [], ManagedPolicyArns = [] } = template.Resources.PreviewRole?.Properties ?? {};
        const statements = Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
        const allowed = statements.filter(({ Effect }) => Effect === "Allow").flatMap(actionsOf);
        assert.deepEqual(allowed, ["kms:Decrypt"]);
        assert.equal(ManagedPolicyArns.length, 1);
        assert.match(String(ManagedPolicyArns[0]), /policy\/ReadOnlyAccess$/);
        const denied = statements.filter(({ Effect }) => Effect === "Deny").flatMap(actionsOf);
        for (const action of ["s3:GetObject", "secretsmanager:GetSecretValue", "logs:GetLogEvents"]) {
            assert.ok(denied.includes(action), action);
        }
    });

    it("lets an image workflow push, and delete nothing", () => {
        const statements = (template.Resources.ImageRole?.Properties.Policies ?? []).flatMap(
            ({ PolicyDocument }) => PolicyDocument.Statement,
        );
        const actions = statements.flatMap(actionsOf);
        assert.ok(actions.includes("ecr:PutImage"));
        assert.deepEqual(
            actions.filter((action) => /\*|Delete|Policy/.test(action)),
            [],
        );
    });

    it("keeps state and key when it is taken down", () => {
        for (const name of ["StateBucket", "StateKey"]) {
            assert.equal(template.Resources[name]?.DeletionPolicy, "Retain", name);
        }
    });

    it("says of every output which variable of the workflows it is", () => {
        const text = workflows.map((each) => each.text).join("\n");
        const variables = Object.values(template.Outputs).flatMap(({ Description }) =>
            [...Description.matchAll(/[Vv]ariable ([A-Z_]+)/g)].map(([, variable = ""]) => variable),
        );
        assert.ok(variables.length >= 5);
        for (const variable of variables) {
            assert.ok(text.includes(`vars.${variable}`), variable);
        }
    });
});
