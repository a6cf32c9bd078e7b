/** An IAM policy document, as far as the policies of this folder need it. */
export interface PolicyDocument {
    readonly Version: "2012-10-17";
    readonly Statement: readonly Readonly<Record<string, unknown>>[];
}

/**
 * What may pass the S3 gateway endpoint: everything on buckets of this account, and reading single objects anywhere. Images' layers
 * (ECR, registry.k8s.io), packages of Amazon Linux and other published files lie in buckets of others, so reading stays open. Writing
 * does not: whoever takes over a pod cannot carry data off to a bucket of their own by this way, not even with their own credentials.
 * Source: Amazon ECR User Guide, "Amazon ECR interface VPC endpoints"; AWS PrivateLink Guide, "Gateway endpoints for Amazon S3".
 */
export function s3EndpointPolicy(accountId: string): PolicyDocument {
    return {
        Version: "2012-10-17",
        Statement: [
            { Sid: "ReadPublished", Effect: "Allow", Principal: "*", Action: "s3:GetObject", Resource: "*" },
            {
                Sid: "UseOwnBuckets",
                Effect: "Allow",
                Principal: "*",
                Action: "s3:*",
                Resource: "*",
                Condition: { StringEquals: { "aws:ResourceAccount": accountId } },
            },
        ],
    };
}

/**
 * What pods may do through the endpoint that GuardDuty's agent sends its events to: anything, for this account.
 * Source: Amazon GuardDuty User Guide, "Prerequisite: creating an Amazon VPC endpoint".
 */
export function guardDutyEndpointPolicy(accountId: string): PolicyDocument {
    const everything = { Principal: "*", Action: "*", Resource: "*" };
    return {
        Version: "2012-10-17",
        Statement: [
            { Sid: "Use", Effect: "Allow", ...everything },
            {
                Sid: "RefuseOtherAccounts",
                Effect: "Deny",
                ...everything,
                Condition: { StringNotEquals: { "aws:PrincipalAccount": accountId } },
            },
        ],
    };
}

/**
 * Who may assume the role of the flow logs: the flow log service, for flow logs of this account and region.
 * Source: Amazon VPC User Guide, "IAM role for publishing flow logs to CloudWatch Logs".
 */
export function flowLogTrustPolicy(accountId: string, region: string): PolicyDocument {
    return {
        Version: "2012-10-17",
        Statement: [
            {
                Effect: "Allow",
                Principal: { Service: "vpc-flow-logs.amazonaws.com" },
                Action: "sts:AssumeRole",
                Condition: {
                    StringEquals: { "aws:SourceAccount": accountId },
                    ArnLike: { "aws:SourceArn": `arn:aws:ec2:${region}:${accountId}:vpc-flow-log/*` },
                },
            },
        ],
    };
}

/** Who may assume the role of an instance: EC2, for the machine it runs. */
export const instanceTrustPolicy: PolicyDocument = {
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" }],
};
