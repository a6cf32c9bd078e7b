import { trailArn } from "../audit/trailPolicy";

/**
 * Who may do what with each key. A key's policy is the root of all access to it: IAM policies count only as far as it lets them.
 *
 * No policy allows `kms:*`. Administering a key and using it are separate statements, and both name the account, which means: who has
 * the permission in IAM too. Naming single roles would lock everybody out when a role is recreated.
 */

/** A KMS key policy document. */
export interface KeyPolicy {
    readonly Version: "2012-10-17";
    readonly Statement: readonly KeyPolicyStatement[];
}

export interface KeyPolicyStatement {
    readonly Sid: string;
    readonly Effect: "Allow";
    readonly Principal: { readonly AWS: string } | { readonly Service: string };
    readonly Action: readonly string[];
    /** In a key policy, "*" is the key that the policy belongs to. */
    readonly Resource: "*";
    readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

/** Where a key lives. */
export interface KeyHome {
    readonly accountId: string;
    readonly region: string;
}

/** Services that encrypt data of this account in the name of who calls them. */
const dataServices = ["ec2", "ecr", "elasticache", "rds", "s3", "secretsmanager"] as const;

/** What it takes to encrypt, decrypt and re-encrypt. */
const use = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"];

/**
 * The key of the Kubernetes Secrets: EKS encrypts each Secret with it before it is stored (envelope encryption).
 *
 * Whoever creates the cluster creates a grant for EKS, once. That grant cannot be bound to AWS services: `kms:GrantIsForAWSResource`
 * is not supported by CreateCluster. EKS also checks the key's health with the cluster's role, hence ListGrants.
 * Source: Amazon EKS User Guide, "Encrypt Kubernetes secrets with KMS on existing clusters".
 */
export function clusterKeyPolicy(home: KeyHome): KeyPolicy {
    return policy(administration(home), {
        Sid: "EncryptKubernetesSecrets",
        Effect: "Allow",
        Principal: account(home),
        Action: ["kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:ListGrants"],
        Resource: "*",
    });
}

/**
 * The key of data at rest: databases, caches, backups, secrets, volumes.
 *
 * It works through these services alone: `aws kms decrypt` is refused to everybody, so whoever wants the data has to pass the
 * permissions of the service that keeps it. Services that outlive a call keep a grant, which the caller creates through them
 * (RDS and ElastiCache for a store, EBS for an attached volume, ECR for a repository, which retires its grants when it is deleted).
 *
 * Two cases need a closer look:
 * - Volumes of pods: the EBS CSI driver's role creates them through EC2, so its IAM policy needs `kms:CreateGrant` and the actions of
 *   use on this key; nothing more is needed here.
 * - Root volumes of nodes: EC2 Auto Scaling starts nodes with its own service-linked role, spot nodes with that of EC2 Spot. AWS wrote
 *   the IAM policies of these roles, without customer keys, so the key itself has to let them in. They are named by a condition because
 *   KMS refuses a policy whose principal does not exist yet, and a new account has these roles only once its first node starts.
 *
 * Sources: AWS KMS Developer Guide, "kms:ViaService"; Amazon EC2 Auto Scaling User Guide, "Required AWS KMS key policy for use with
 * encrypted volumes"; Amazon EKS User Guide, "Store Kubernetes volumes with Amazon EBS".
 */
export function dataKeyPolicy(home: KeyHome): KeyPolicy {
    const nodeLaunchers = {
        StringEquals: { "kms:CallerAccount": home.accountId },
        ArnLike: {
            "aws:PrincipalArn": [
                serviceLinkedRole(home, "autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling*"),
                serviceLinkedRole(home, "spot.amazonaws.com/AWSServiceRoleForEC2Spot"),
            ],
        },
    };
    return policy(
        administration(home),
        {
            Sid: "UseThroughServices",
            Effect: "Allow",
            Principal: account(home),
            Action: ["kms:CreateGrant", "kms:RetireGrant", ...use],
            Resource: "*",
            Condition: {
                StringEquals: {
                    "kms:ViaService": dataServices.map((service) => `${service}.${home.region}.amazonaws.com`),
                },
            },
        },
        {
            Sid: "StartNodes",
            Effect: "Allow",
            Principal: { AWS: "*" },
            Action: use,
            Resource: "*",
            Condition: nodeLaunchers,
        },
        {
            Sid: "AttachVolumesOfNodes",
            Effect: "Allow",
            Principal: { AWS: "*" },
            Action: ["kms:CreateGrant"],
            Resource: "*",
            Condition: { ...nodeLaunchers, Bool: { "kms:GrantIsForAWSResource": "true" } },
        },
    );
}

/**
 * The key of logs: CloudWatch Logs uses it, for log groups of this account and region and nothing else. Readers of a log group need no
 * permission on the key. Source: Amazon CloudWatch Logs User Guide, "Encrypt log data in CloudWatch Logs using AWS KMS".
 */
export function logsKeyPolicy(home: KeyHome): KeyPolicy {
    return policy(administration(home), {
        Sid: "EncryptLogGroups",
        Effect: "Allow",
        Principal: { Service: `logs.${home.region}.amazonaws.com` },
        Action: use,
        Resource: "*",
        Condition: {
            ArnLike: {
                "kms:EncryptionContext:aws:logs:arn": `arn:aws:logs:${home.region}:${home.accountId}:log-group:*`,
            },
        },
    });
}

/**
 * The key of a trail's events: CloudTrail encrypts with it for that one trail, and decrypts only to check that it may; people and tools read
 * through S3, those that IAM lets. Source: AWS CloudTrail User Guide, "Configure AWS KMS key policies for CloudTrail".
 */
export function auditKeyPolicy(home: KeyHome, trailName: string): KeyPolicy {
    const ofThisTrail = { "aws:SourceArn": trailArn({ ...home, trailName }) };
    const cloudTrail = { Service: "cloudtrail.amazonaws.com" };
    return policy(
        administration(home),
        {
            Sid: "EncryptEvents",
            Effect: "Allow",
            Principal: cloudTrail,
            Action: ["kms:GenerateDataKey*"],
            Resource: "*",
            Condition: {
                StringEquals: ofThisTrail,
                StringLike: {
                    "kms:EncryptionContext:aws:cloudtrail:arn": `arn:aws:cloudtrail:*:${home.accountId}:trail/*`,
                },
            },
        },
        {
            Sid: "CheckKey",
            Effect: "Allow",
            Principal: cloudTrail,
            // A bucket with a key of its own asks for Decrypt when a trail is made or changed.
            Action: ["kms:Decrypt", "kms:DescribeKey"],
            Resource: "*",
            Condition: { StringEquals: ofThisTrail },
        },
        {
            Sid: "ReadEventsThroughS3",
            Effect: "Allow",
            Principal: account(home),
            Action: ["kms:Decrypt"],
            Resource: "*",
            Condition: { StringEquals: { "kms:ViaService": `s3.${home.region}.amazonaws.com` } },
        },
    );
}

function policy(...statements: KeyPolicyStatement[]): KeyPolicy {
    return { Version: "2012-10-17", Statement: statements };
}

/** Everything about the key itself, but nothing that needs its key material, and no grants, which would be a way around that. */
function administration(home: KeyHome): KeyPolicyStatement {
    return {
        Sid: "Administer",
        Effect: "Allow",
        Principal: account(home),
        Action: [
            "kms:CancelKeyDeletion",
            "kms:CreateAlias",
            "kms:DeleteAlias",
            "kms:Describe*",
            "kms:DisableKey",
            "kms:DisableKeyRotation",
            "kms:EnableKey",
            "kms:EnableKeyRotation",
            "kms:Get*",
            "kms:List*",
            "kms:PutKeyPolicy",
            "kms:RevokeGrant",
            "kms:RotateKeyOnDemand",
            "kms:ScheduleKeyDeletion",
            "kms:TagResource",
            "kms:UntagResource",
            "kms:UpdateAlias",
            "kms:UpdateKeyDescription",
        ],
        Resource: "*",
    };
}

function account(home: KeyHome): { AWS: string } {
    return { AWS: `arn:aws:iam::${home.accountId}:root` };
}

function serviceLinkedRole(home: KeyHome, path: string): string {
    return `arn:aws:iam::${home.accountId}:role/aws-service-role/${path}`;
}
