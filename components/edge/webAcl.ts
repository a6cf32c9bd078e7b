import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { retention } from "../../config/fields";
import { z } from "zod";
import { checkArgs, tagContext, textInput } from "../checkedArgs";
import { Component } from "../component";
import { physicalName } from "../naming";
import { members } from "../shapes";
import { tagsFor, type TagContext } from "../tags";
import { webAclRules } from "./webAclRules";

export interface WebAclArgs {
    readonly tags: TagContext;
    /** What it stands before: load balancers of the stack's region, or distributions of CloudFront. A change replaces it. */
    readonly scope: "REGIONAL" | "CLOUDFRONT";
    /** Requests that one address may make in five minutes, 10 to 2,000,000,000 (AWS WAF quotas). Changed in place. */
    readonly requestsPerFiveMinutes: number;
    /** Its log: what was blocked, by which rule. Only a regional one can have it encrypted with a key of the region. Changed in place. */
    readonly logs: {
        readonly retentionDays: number;
        /** Default: the key that CloudWatch Logs owns. */
        readonly keyArn?: pulumi.Input<string>;
    };
}

const shape = members(
    {},
    {
        tags: tagContext,
        scope: z.enum(["REGIONAL", "CLOUDFRONT"]),
        requestsPerFiveMinutes: z.int().min(10).max(2_000_000_000),
        logs: members({ keyArn: textInput }, { retentionDays: retention }),
    },
);

/** Where everything is that belongs to CloudFront. */
const cloudFrontRegion = "us-east-1";

/**
 * A web application firewall: AWS's managed rules against known attacks, and a limit for each address. What it blocks is logged without the
 * headers that carry credentials.
 *
 * Costs $5 a month, $1 for each of its five rules, and $0.60 for a million requests: about $10 a month (AWS WAF pricing).
 *
 * @example
 * const firewall = new WebAcl("firewall", { tags, scope: "REGIONAL", requestsPerFiveMinutes: 2000, logs: { retentionDays: 90, keyArn } });
 */
export class WebAcl extends Component {
    /** What load balancers and distributions refer to. */
    readonly arn: pulumi.Output<string>;

    constructor(name: string, args: WebAclArgs, opts?: pulumi.ComponentResourceOptions) {
        checkArgs(name, shape, args);
        super("platform:edge:WebAcl", name, opts);
        const acl = this.createAcl(args);
        this.createLog(args, acl);

        this.arn = acl.arn;
        this.registerOutputs({ arn: this.arn });
    }

    private createAcl(args: WebAclArgs): aws.wafv2.WebAcl {
        const { tags, scope, requestsPerFiveMinutes } = args;
        const name = physicalName("webAcl", tags.stack, this.name);
        return new aws.wafv2.WebAcl(
            this.childName("acl"),
            {
                name,
                scope,
                ...inRegion(args),
                description: `Requests from the internet (${tags.stack})`,
                defaultAction: { allow: {} },
                rules: webAclRules(requestsPerFiveMinutes),
                visibilityConfig: { metricName: name, cloudwatchMetricsEnabled: true, sampledRequestsEnabled: true },
                tags: tagsFor(tags, name),
            },
            this.childOptions(),
        );
    }

    /** AWS takes only groups that are called so ("Sending web ACL traffic logs to a CloudWatch Logs log group"). */
    private createLog(args: WebAclArgs, acl: aws.wafv2.WebAcl): void {
        const name = `aws-waf-logs-${physicalName("webAcl", args.tags.stack, this.name)}`;
        const group = new aws.cloudwatch.LogGroup(
            this.childName("logs"),
            {
                name,
                ...inRegion(args),
                retentionInDays: args.logs.retentionDays,
                ...(args.logs.keyArn !== undefined && { kmsKeyId: args.logs.keyArn }),
                tags: tagsFor(args.tags, name),
            },
            this.childOptions(),
        );
        new aws.wafv2.WebAclLoggingConfiguration(
            this.childName("logging"),
            {
                ...inRegion(args),
                resourceArn: acl.arn,
                logDestinationConfigs: [group.arn],
                redactedFields: [{ singleHeader: { name: "authorization" } }, { singleHeader: { name: "cookie" } }],
                loggingFilter: {
                    defaultBehavior: "DROP",
                    filters: [
                        {
                            behavior: "KEEP",
                            requirement: "MEETS_ANY",
                            conditions: ["BLOCK", "COUNT"].map((action) => ({ actionCondition: { action } })),
                        },
                    ],
                },
            },
            this.childOptions(),
        );
    }
}

function inRegion({ scope }: WebAclArgs): { region?: string } {
    return scope === "CLOUDFRONT" ? { region: cloudFrontRegion } : {};
}
