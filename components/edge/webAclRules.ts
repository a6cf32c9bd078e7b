import type * as aws from "@pulumi/aws";

type Rule = aws.types.input.wafv2.WebAclRule;

/** Rule groups that AWS maintains, in the order in which they are asked. Source: AWS WAF Developer Guide, "AWS Managed Rules rule groups list". */
const managedGroups: readonly { readonly name: string; readonly onlyCounted?: readonly string[] }[] = [
    { name: "AWSManagedRulesAmazonIpReputationList" },
    // It refuses bodies above 8 KiB, which every upload has; what a system takes is limited at its own edge. Larger bodies are counted.
    { name: "AWSManagedRulesCommonRuleSet", onlyCounted: ["SizeRestrictions_BODY"] },
    { name: "AWSManagedRulesKnownBadInputsRuleSet" },
    { name: "AWSManagedRulesSQLiRuleSet" },
];

/**
 * What a firewall asks of every request: the limit for each address first, for it costs AWS the least, then the managed groups.
 *
 * Behind a CDN the address is the CDN's own: a limit for its visitors belongs into the CDN's firewall.
 */
export function webAclRules(requestsPerFiveMinutes: number): Rule[] {
    return [
        {
            name: "rate-limit",
            priority: 0,
            action: { block: { customResponse: { responseCode: 429 } } },
            statement: {
                rateBasedStatement: { limit: requestsPerFiveMinutes, evaluationWindowSec: 300, aggregateKeyType: "IP" },
            },
            visibilityConfig: visibility("rate-limit"),
        },
        ...managedGroups.map(({ name, onlyCounted = [] }, index) => ({
            name,
            priority: index + 1,
            overrideAction: { none: {} },
            statement: {
                managedRuleGroupStatement: {
                    vendorName: "AWS",
                    name,
                    ruleActionOverrides: onlyCounted.map((rule) => ({ name: rule, actionToUse: { count: {} } })),
                },
            },
            visibilityConfig: visibility(name),
        })),
    ];
}

function visibility(metricName: string): Rule["visibilityConfig"] {
    return { metricName, cloudwatchMetricsEnabled: true, sampledRequestsEnabled: true };
}
