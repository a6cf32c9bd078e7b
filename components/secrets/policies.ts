import * as pulumi from "@pulumi/pulumi";
import type { AwsContext } from "../context";

/**
 * Who may do what with a secret, said in the roles alone. Within one account a resource policy could only take away again, and one that
 * took too much would lock out whoever has to repair it.
 */
type Aws = Pick<AwsContext, "region">;

/** Use of a KMS key for the given secrets, through Secrets Manager and for nothing else. */
function keyStatement(
    aws: Aws,
    keyArn: pulumi.Input<string>,
    secretArns: readonly pulumi.Input<string>[],
    actions: readonly string[],
): object {
    return {
        Effect: "Allow",
        Action: actions,
        Resource: keyArn,
        Condition: {
            StringEquals: {
                "kms:ViaService": `secretsmanager.${aws.region}.amazonaws.com`,
                // Secrets Manager encrypts each secret under its own ARN (User Guide, "Encryption context").
                "kms:EncryptionContext:SecretARN": secretArns,
            },
        },
    };
}

/** What the reader role may do with the given secrets, as an IAM policy document. */
export function readerPolicy(
    aws: Aws,
    keyArn: pulumi.Input<string> | undefined,
    secretArns: readonly pulumi.Input<string>[],
): pulumi.Output<string> {
    return pulumi.jsonStringify({
        Version: "2012-10-17",
        Statement: [
            {
                Effect: "Allow",
                Action: ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"],
                Resource: secretArns,
            },
            ...(keyArn === undefined ? [] : [keyStatement(aws, keyArn, secretArns, ["kms:Decrypt"])]),
        ],
    });
}

export interface RotationGrant {
    readonly secretArn: pulumi.Input<string>;
    readonly keyArn: pulumi.Input<string>;
    readonly rotationFunctionArn: pulumi.Input<string>;
    /** The replication group whose auth token the secret holds. */
    readonly replicationGroupArn?: pulumi.Input<string>;
}

/** What the rotation role may do with one secret, as an IAM policy document. */
export function rotationPolicy(aws: Aws, grant: RotationGrant): pulumi.Output<string> {
    return pulumi.jsonStringify({
        Version: "2012-10-17",
        Statement: [
            {
                Effect: "Allow",
                Action: [
                    "secretsmanager:DescribeSecret",
                    "secretsmanager:GetSecretValue",
                    "secretsmanager:PutSecretValue",
                    "secretsmanager:UpdateSecretVersionStage",
                ],
                Resource: grant.secretArn,
                Condition: {
                    StringEquals: { "secretsmanager:resource/AllowRotationLambdaArn": grant.rotationFunctionArn },
                },
            },
            keyStatement(aws, grant.keyArn, [grant.secretArn], ["kms:Decrypt", "kms:GenerateDataKey"]),
            ...(grant.replicationGroupArn === undefined
                ? []
                : [
                      {
                          Effect: "Allow",
                          Action: ["elasticache:DescribeReplicationGroups", "elasticache:ModifyReplicationGroup"],
                          Resource: grant.replicationGroupArn,
                      },
                  ]),
        ],
    });
}
