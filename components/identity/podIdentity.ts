import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Component } from "../component";
import { physicalName } from "../naming";
import { tagsFor, type TagContext } from "../tags";

/** One permission of a role. Everything in it is exact; a wildcard stands only where AWS offers nothing narrower. */
export interface PolicyStatement {
    /** What the statement is for, in letters and digits. */
    readonly sid?: string;
    /** IAM actions, such as "s3:PutObject". */
    readonly actions: readonly string[];
    /** ARNs that the actions are allowed on. */
    readonly resources: readonly pulumi.Input<string>[];
    /** Conditions by operator and key, such as `{ StringEquals: { "aws:ResourceTag/Name": "x" } }`. */
    readonly conditions?: Readonly<
        Record<string, Readonly<Record<string, pulumi.Input<string> | pulumi.Input<string>[]>>>
    >;
}

export interface PodIdentityRoleArgs {
    readonly tags: TagContext;
    /** Physical name of the EKS cluster. A change replaces the role. */
    readonly clusterName: string;
    /** AWS account of the cluster. */
    readonly accountId: pulumi.Input<string>;
    /** AWS region of the cluster. */
    readonly region: string;
    /** Kubernetes namespace of the service account. A change replaces the role. */
    readonly namespace: string;
    /** Name of the service account. A change replaces the role. */
    readonly serviceAccount: string;
    /**
     * What the pods may do. Changes apply in place, to running pods too. An empty list is an identity that may do nothing yet: pods
     * that have one get a permission as soon as it is granted, pods without would have to be started anew.
     */
    readonly statements: readonly PolicyStatement[];
    /**
     * Policies that AWS maintains for one piece of its own software, such as an EKS add-on; they follow its releases. Default none:
     * everything else gets `statements`. Changes apply in place.
     */
    readonly managedPolicyArns?: readonly string[];
}

/**
 * The AWS identity of one Kubernetes service account. Pods of the account get short-lived credentials from the EKS Pod Identity
 * agent; nobody else can assume the role, not even the same service account of another cluster.
 *
 * What creates the pods has to wait for `ready`: credentials are injected when a pod is admitted, so a pod that is older than the
 * association never gets any. The component itself has to wait for the cluster (`dependsOn`), whose name it knows as plain text.
 *
 * @example
 * const identity = new PodIdentityRole("backup-identity", {
 *     tags, clusterName, accountId, region, namespace: "shop", serviceAccount: "backup",
 *     statements: [{ actions: ["s3:PutObject"], resources: [pulumi.interpolate`${bucket.arn}/*`] }],
 * });
 */
export class PodIdentityRole extends Component {
    /** ARN of the role. */
    readonly roleArn: pulumi.Output<string>;
    /** Name of the role. */
    readonly roleName: pulumi.Output<string>;
    /** What pods of the service account wait for. */
    readonly ready: readonly pulumi.Resource[];

    constructor(name: string, args: PodIdentityRoleArgs, opts?: pulumi.ComponentResourceOptions) {
        super("platform:identity:PodIdentityRole", name, opts);

        const role = this.createRole(args);
        const permissions = this.createPermissions(role, args);
        const association = new aws.eks.PodIdentityAssociation(
            this.childName("association"),
            {
                clusterName: args.clusterName,
                namespace: args.namespace,
                serviceAccount: args.serviceAccount,
                roleArn: role.arn,
                tags: tagsFor(args.tags, `${args.namespace}/${args.serviceAccount}`),
            },
            this.childOptions({ dependsOn: permissions }),
        );

        this.roleArn = role.arn;
        this.roleName = role.name;
        this.ready = [association];
        this.registerOutputs({ roleArn: this.roleArn, roleName: this.roleName });
    }

    private createRole(args: PodIdentityRoleArgs): aws.iam.Role {
        const roleName = physicalName("iamRole", args.clusterName, args.namespace, args.serviceAccount);
        return new aws.iam.Role(
            this.childName("role"),
            {
                name: roleName,
                description: `Pods of service account ${args.namespace}/${args.serviceAccount} in ${args.clusterName}`,
                assumeRolePolicy: trustPolicy(args),
                tags: tagsFor(args.tags, roleName),
            },
            this.childOptions(),
        );
    }

    private createPermissions(role: aws.iam.Role, args: PodIdentityRoleArgs): pulumi.Resource[] {
        const attachments = (args.managedPolicyArns ?? []).map(
            (policyArn) =>
                new aws.iam.RolePolicyAttachment(
                    this.childName(policyArn.slice(policyArn.lastIndexOf("/") + 1)),
                    { role: role.name, policyArn },
                    this.childOptions(),
                ),
        );
        if (args.statements.length === 0) {
            return attachments;
        }
        const inline = new aws.iam.RolePolicy(
            this.childName("policy"),
            { name: "permissions", role: role.name, policy: policyDocument(args.statements) },
            this.childOptions(),
        );
        return [...attachments, inline];
    }
}

/**
 * Who may assume the role. The source conditions bind it to the cluster, the session tags that EKS adds bind it to the service account.
 * Source: Amazon EKS User Guide, "Create IAM role with trust policy required by EKS Pod Identity"; EKS Best Practices, IAM.
 */
function trustPolicy(args: PodIdentityRoleArgs): pulumi.Output<string> {
    return pulumi.jsonStringify({
        Version: "2012-10-17",
        Statement: [
            {
                Effect: "Allow",
                Principal: { Service: "pods.eks.amazonaws.com" },
                Action: ["sts:AssumeRole", "sts:TagSession"],
                Condition: {
                    StringEquals: {
                        "aws:SourceAccount": args.accountId,
                        "aws:RequestTag/kubernetes-namespace": args.namespace,
                        "aws:RequestTag/kubernetes-service-account": args.serviceAccount,
                    },
                    ArnEquals: {
                        "aws:SourceArn": pulumi.interpolate`arn:aws:eks:${args.region}:${args.accountId}:cluster/${args.clusterName}`,
                    },
                },
            },
        ],
    });
}

/** The statements as an IAM policy document. */
export function policyDocument(statements: readonly PolicyStatement[]): pulumi.Output<string> {
    return pulumi.jsonStringify({
        Version: "2012-10-17",
        Statement: statements.map((statement) => ({
            ...(statement.sid === undefined ? {} : { Sid: statement.sid }),
            Effect: "Allow",
            Action: [...statement.actions],
            Resource: [...statement.resources],
            ...(statement.conditions === undefined ? {} : { Condition: statement.conditions }),
        })),
    });
}
