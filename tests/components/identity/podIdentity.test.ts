import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { PodIdentityRole, type PodIdentityRoleArgs } from "../../../components/identity/podIdentity";
import { deploy, type ResourceGraph } from "../../harness";

const args: PodIdentityRoleArgs = {
    tags: { stack: "dev", environment: "dev", extraTags: {} },
    clusterName: "platform-dev",
    accountId: "123456789012",
    region: "eu-central-1",
    namespace: "shop",
    serviceAccount: "backup",
    statements: [
        {
            sid: "WriteDumps",
            actions: ["s3:PutObject"],
            resources: ["arn:aws:s3:::shop-dev-backups/*"],
            conditions: { StringEquals: { "s3:x-amz-server-side-encryption": "aws:kms" } },
        },
    ],
};

function identity(change: Partial<PodIdentityRoleArgs> = {}): Promise<ResourceGraph> {
    return deploy(() => {
        const role = new PodIdentityRole("shop-backup", { ...args, ...change });
        return { arn: role.roleArn };
    });
}

function document(graph: ResourceGraph, type: string, property: string): Record<string, unknown> {
    return JSON.parse(String(graph.one(type).inputs[property])) as Record<string, unknown>;
}

describe("identity of a service account", () => {
    it("can be assumed by this service account of this cluster only", async () => {
        const trust = document(await identity(), "aws:iam/role:Role", "assumeRolePolicy");
        assert.deepEqual(trust.Statement, [
            {
                Effect: "Allow",
                Principal: { Service: "pods.eks.amazonaws.com" },
                Action: ["sts:AssumeRole", "sts:TagSession"],
                Condition: {
                    StringEquals: {
                        "aws:SourceAccount": "123456789012",
                        "aws:RequestTag/kubernetes-namespace": "shop",
                        "aws:RequestTag/kubernetes-service-account": "backup",
                    },
                    ArnEquals: { "aws:SourceArn": "arn:aws:eks:eu-central-1:123456789012:cluster/platform-dev" },
                },
            },
        ]);
    });

    it("may do what its statements say and nothing else", async () => {
        const graph = await identity();
        assert.deepEqual(document(graph, "aws:iam/rolePolicy:RolePolicy", "policy").Statement, [
            {
                Sid: "WriteDumps",
                Effect: "Allow",
                Action: ["s3:PutObject"],
                Resource: ["arn:aws:s3:::shop-dev-backups/*"],
                Condition: { StringEquals: { "s3:x-amz-server-side-encryption": "aws:kms" } },
            },
        ]);
        assert.equal(graph.ofType("aws:iam/rolePolicyAttachment:RolePolicyAttachment").length, 0);
    });

    it("takes resources that are only known once they exist", async () => {
        const graph = await identity({
            statements: [{ actions: ["s3:GetObject"], resources: [pulumi.output("arn:aws:s3:::later/*")] }],
        });
        assert.match(String(graph.one("aws:iam/rolePolicy:RolePolicy").inputs.policy), /arn:aws:s3:::later/);
    });

    it("can have the policy that AWS maintains for its own add-on", async () => {
        const policyArn = "arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy";
        const graph = await identity({ statements: [], managedPolicyArns: [policyArn] });
        const attachment = graph.one("aws:iam/rolePolicyAttachment:RolePolicyAttachment");
        assert.equal(attachment.inputs.policyArn, policyArn);
        assert.equal(graph.ofType("aws:iam/rolePolicy:RolePolicy").length, 0);
        assert.ok(graph.waitsFor(graph.one("aws:eks/podIdentityAssociation:PodIdentityAssociation"), attachment));
    });

    it("is associated once its permissions are in place", async () => {
        const graph = await identity();
        const association = graph.one("aws:eks/podIdentityAssociation:PodIdentityAssociation");
        assert.equal(association.inputs.namespace, "shop");
        assert.equal(association.inputs.serviceAccount, "backup");
        assert.ok(graph.waitsFor(association, graph.one("aws:iam/rolePolicy:RolePolicy")));
    });

    it("keeps role names within the limit of IAM and apart from each other", async () => {
        const nameOf = async (serviceAccount: string): Promise<string> =>
            String((await identity({ serviceAccount })).one("aws:iam/role:Role").inputs.name);
        const first = await nameOf(`${"a".repeat(62)}b`);
        const second = await nameOf(`${"a".repeat(62)}c`);
        assert.ok(first.length <= 64 && second.length <= 64);
        assert.notEqual(first, second);
    });

    it("tags what can be tagged", async () => {
        const graph = await identity();
        for (const type of ["aws:iam/role:Role", "aws:eks/podIdentityAssociation:PodIdentityAssociation"]) {
            assert.equal((graph.one(type).inputs.tags as Record<string, string>)["platform:stack"], "dev");
        }
    });

    it("may do nothing without statements, and is there all the same", async () => {
        const graph = await identity({ statements: [] });
        assert.equal(graph.ofType("aws:iam/rolePolicy:RolePolicy").length, 0);
        assert.equal(graph.ofType("aws:eks/podIdentityAssociation:PodIdentityAssociation").length, 1);
    });

    it("can be previewed before anything exists", async () => {
        const graph = await deploy(() => void new PodIdentityRole("shop-backup", args), { preview: true });
        assert.equal(graph.ofType("aws:eks/podIdentityAssociation:PodIdentityAssociation").length, 1);
    });
});
