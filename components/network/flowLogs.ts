import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Component } from "../component";
import { policyDocument } from "../identity/podIdentity";
import { physicalName } from "../naming";
import { tagsFor, type TagContext } from "../tags";
import { flowLogTrustPolicy } from "./policies";

export interface FlowLogsArgs {
    readonly tags: TagContext;
    readonly region: string;
    readonly accountId: pulumi.Input<string>;
    readonly vpcId: pulumi.Input<string>;
    /** Name of the VPC in names: the log group is `/aws/vpc/<vpcName>/flow-logs`. A change replaces the group and its logs. */
    readonly vpcName: string;
    /** Days that records are kept; one of the periods that CloudWatch Logs accepts. Changes apply in place. */
    readonly retentionDays: number;
    /** ARN of the KMS key of logs; its policy has to allow CloudWatch Logs. Changes apply in place, to new records. */
    readonly keyArn: pulumi.Input<string>;
}

/**
 * Records of every connection in a VPC, accepted or refused, in an encrypted CloudWatch log group.
 * The writer may not create groups: a record that arrives after a destroy would bring the group back, unencrypted and kept for ever.
 *
 * Costs $0.50 per GB of records and $0.03 per GB and month of keeping them, in us-east-1. Source: Amazon CloudWatch pricing page, vended logs.
 */
export class FlowLogs extends Component {
    /** Name of the log group. */
    readonly logGroupName: string;

    constructor(name: string, args: FlowLogsArgs, opts?: pulumi.ComponentResourceOptions) {
        super("platform:network:FlowLogs", name, opts);
        this.logGroupName = `/aws/vpc/${args.vpcName}/flow-logs`;
        const logGroup = this.createLogGroup(args);
        const role = this.createRole(args);
        const policy = this.allowWriting(args, role, logGroup);
        new aws.ec2.FlowLog(
            this.childName("log"),
            {
                vpcId: args.vpcId,
                trafficType: "ALL",
                logDestinationType: "cloud-watch-logs",
                logDestination: logGroup.arn,
                iamRoleArn: role.arn,
                // Seconds; the longer of the two that AWS offers gives fewer and cheaper records.
                maxAggregationInterval: 600,
                tags: tagsFor(args.tags, `${args.vpcName}-flow-log`),
            },
            this.childOptions({ dependsOn: [policy] }),
        );
        this.registerOutputs({ logGroupName: this.logGroupName });
    }

    private createLogGroup(args: FlowLogsArgs): aws.cloudwatch.LogGroup {
        return new aws.cloudwatch.LogGroup(
            this.childName("group"),
            {
                name: this.logGroupName,
                retentionInDays: args.retentionDays,
                kmsKeyId: args.keyArn,
                tags: tagsFor(args.tags, this.logGroupName),
            },
            this.childOptions(),
        );
    }

    private createRole(args: FlowLogsArgs): aws.iam.Role {
        const roleName = physicalName("iamRole", args.vpcName, "flow-logs");
        return new aws.iam.Role(
            this.childName("role"),
            {
                name: roleName,
                description: `Writes the flow logs of the VPC ${args.vpcName}`,
                assumeRolePolicy: pulumi
                    .output(args.accountId)
                    .apply((accountId) => JSON.stringify(flowLogTrustPolicy(accountId, args.region))),
                tags: tagsFor(args.tags, roleName),
            },
            this.childOptions(),
        );
    }

    private allowWriting(
        args: FlowLogsArgs,
        role: aws.iam.Role,
        logGroup: aws.cloudwatch.LogGroup,
    ): aws.iam.RolePolicy {
        const groups = pulumi.interpolate`arn:aws:logs:${args.region}:${args.accountId}:log-group:*`;
        return new aws.iam.RolePolicy(
            this.childName("policy"),
            {
                name: "write-flow-logs",
                role: role.name,
                policy: policyDocument([
                    {
                        sid: "Write",
                        actions: ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
                        resources: [logGroup.arn, pulumi.interpolate`${logGroup.arn}:*`],
                    },
                    // Lists names; AWS offers nothing narrower than all groups of a region.
                    { sid: "FindGroup", actions: ["logs:DescribeLogGroups"], resources: [groups] },
                ]),
            },
            this.childOptions(),
        );
    }
}
