import * as pulumi from "@pulumi/pulumi";
import type { PolicyStatement } from "../identity/podIdentity";
import type { AddonContext } from "./definition";

/** The tag that the controller puts on everything it makes; the value is the cluster. */
const ownershipTag = "elbv2.k8s.aws/cluster";

/**
 * What the AWS Load Balancer Controller may do: the policy that the project publishes (docs/install/iam_policy.json of v3.5.0), made
 * narrower. Instead of "has the tag of some cluster" it says "of this cluster", resources are of this account and region, security
 * groups of this VPC, and Shield, Cognito and, without a firewall, WAF are left out because the controller has them switched off or no
 * Ingress uses them.
 */
export function loadBalancerStatements({ cluster, edge }: AddonContext): PolicyStatement[] {
    const { region, accountId, vpcId } = cluster;
    const balancing = (kind: string): pulumi.Output<string> =>
        pulumi.interpolate`arn:aws:elasticloadbalancing:${region}:${accountId}:${kind}`;
    const each = (...kinds: string[]): pulumi.Output<string>[] => kinds.map(balancing);
    const loadBalancers = each("loadbalancer/app/*/*", "loadbalancer/net/*/*");
    const targetGroups = each("targetgroup/*/*");
    const listeners = each("listener/app/*/*/*", "listener/net/*/*/*");
    const listenerRules = each("listener-rule/app/*/*/*/*", "listener-rule/net/*/*/*/*");
    const securityGroups = pulumi.interpolate`arn:aws:ec2:${region}:${accountId}:security-group/*`;
    const vpc = pulumi.interpolate`arn:aws:ec2:${region}:${accountId}:vpc/${vpcId}`;
    const ofThisCluster = { [`aws:ResourceTag/${ownershipTag}`]: cluster.name };
    const forThisCluster = { [`aws:RequestTag/${ownershipTag}`]: cluster.name };

    return [
        {
            sid: "CreateItsServiceLinkedRole",
            actions: ["iam:CreateServiceLinkedRole"],
            resources: [
                pulumi.interpolate`arn:aws:iam::${accountId}:role/aws-service-role/elasticloadbalancing.amazonaws.com/AWSServiceRoleForElasticLoadBalancing`,
            ],
            conditions: { StringEquals: { "iam:AWSServiceName": "elasticloadbalancing.amazonaws.com" } },
        },
        {
            // AWS knows no resources for these actions.
            sid: "Describe",
            actions: [
                "ec2:DescribeAccountAttributes",
                "ec2:DescribeAddresses",
                "ec2:DescribeAvailabilityZones",
                "ec2:DescribeCoipPools",
                "ec2:DescribeInstances",
                "ec2:DescribeInternetGateways",
                "ec2:DescribeIpamPools",
                "ec2:DescribeNetworkInterfaces",
                "ec2:DescribeRouteTables",
                "ec2:DescribeSecurityGroups",
                "ec2:DescribeSubnets",
                "ec2:DescribeTags",
                "ec2:DescribeVpcPeeringConnections",
                "ec2:DescribeVpcs",
                "ec2:GetCoipPoolUsage",
                "ec2:GetSecurityGroupsForVpc",
                "elasticloadbalancing:DescribeCapacityReservation",
                "elasticloadbalancing:DescribeListenerAttributes",
                "elasticloadbalancing:DescribeListenerCertificates",
                "elasticloadbalancing:DescribeListeners",
                "elasticloadbalancing:DescribeLoadBalancerAttributes",
                "elasticloadbalancing:DescribeLoadBalancers",
                "elasticloadbalancing:DescribeRules",
                "elasticloadbalancing:DescribeSSLPolicies",
                "elasticloadbalancing:DescribeTags",
                "elasticloadbalancing:DescribeTargetGroupAttributes",
                "elasticloadbalancing:DescribeTargetGroups",
                "elasticloadbalancing:DescribeTargetHealth",
                "elasticloadbalancing:DescribeTrustStores",
                "acm:ListCertificates",
            ],
            resources: ["*"],
        },
        {
            sid: "ReadCertificates",
            actions: ["acm:DescribeCertificate"],
            resources: [pulumi.interpolate`arn:aws:acm:${region}:${accountId}:certificate/*`],
        },
        {
            // Also on groups that are not its own: it lets load balancers reach the pods of the cluster.
            sid: "OpenSecurityGroupsOfTheVpc",
            actions: ["ec2:AuthorizeSecurityGroupIngress", "ec2:RevokeSecurityGroupIngress"],
            resources: [securityGroups],
            conditions: { ArnEquals: { "ec2:Vpc": vpc } },
        },
        { sid: "CreateSecurityGroups", actions: ["ec2:CreateSecurityGroup"], resources: [securityGroups, vpc] },
        {
            sid: "TagNewSecurityGroups",
            actions: ["ec2:CreateTags"],
            resources: [securityGroups],
            conditions: { StringEquals: { "ec2:CreateAction": "CreateSecurityGroup", ...forThisCluster } },
        },
        {
            sid: "TagItsSecurityGroups",
            actions: ["ec2:CreateTags", "ec2:DeleteTags"],
            resources: [securityGroups],
            conditions: {
                StringEquals: ofThisCluster,
                Null: { [`aws:RequestTag/${ownershipTag}`]: "true" },
            },
        },
        {
            sid: "DeleteItsSecurityGroups",
            actions: ["ec2:DeleteSecurityGroup"],
            resources: [securityGroups],
            conditions: { StringEquals: ofThisCluster },
        },
        {
            sid: "Create",
            actions: ["elasticloadbalancing:CreateLoadBalancer", "elasticloadbalancing:CreateTargetGroup"],
            resources: [...loadBalancers, ...targetGroups],
            conditions: { StringEquals: forThisCluster },
        },
        {
            sid: "TagWhatItCreates",
            actions: ["elasticloadbalancing:AddTags"],
            resources: [...loadBalancers, ...targetGroups],
            conditions: {
                StringEquals: {
                    "elasticloadbalancing:CreateAction": ["CreateLoadBalancer", "CreateTargetGroup"],
                    ...forThisCluster,
                },
            },
        },
        {
            sid: "TagItsOwn",
            actions: ["elasticloadbalancing:AddTags", "elasticloadbalancing:RemoveTags"],
            resources: [...loadBalancers, ...targetGroups],
            conditions: {
                StringEquals: ofThisCluster,
                Null: { [`aws:RequestTag/${ownershipTag}`]: "true" },
            },
        },
        {
            sid: "TagListeners",
            actions: ["elasticloadbalancing:AddTags", "elasticloadbalancing:RemoveTags"],
            resources: [...listeners, ...listenerRules],
        },
        {
            sid: "ChangeItsOwn",
            actions: [
                "elasticloadbalancing:DeleteLoadBalancer",
                "elasticloadbalancing:DeleteTargetGroup",
                "elasticloadbalancing:ModifyCapacityReservation",
                "elasticloadbalancing:ModifyIpPools",
                "elasticloadbalancing:ModifyListenerAttributes",
                "elasticloadbalancing:ModifyLoadBalancerAttributes",
                "elasticloadbalancing:ModifyTargetGroup",
                "elasticloadbalancing:ModifyTargetGroupAttributes",
                "elasticloadbalancing:SetIpAddressType",
                "elasticloadbalancing:SetSecurityGroups",
                "elasticloadbalancing:SetSubnets",
            ],
            resources: [...loadBalancers, ...targetGroups, ...listeners],
            conditions: { StringEquals: ofThisCluster },
        },
        {
            sid: "ChangeListeners",
            actions: [
                "elasticloadbalancing:AddListenerCertificates",
                "elasticloadbalancing:CreateListener",
                "elasticloadbalancing:CreateRule",
                "elasticloadbalancing:DeleteListener",
                "elasticloadbalancing:DeleteRule",
                "elasticloadbalancing:ModifyListener",
                "elasticloadbalancing:ModifyRule",
                "elasticloadbalancing:RemoveListenerCertificates",
                "elasticloadbalancing:SetRulePriorities",
            ],
            resources: [...loadBalancers, ...listeners, ...listenerRules],
        },
        {
            sid: "RegisterTargets",
            actions: ["elasticloadbalancing:DeregisterTargets", "elasticloadbalancing:RegisterTargets"],
            resources: targetGroups,
        },
        ...(edge.firewall === true
            ? [
                  {
                      sid: "PutBehindFirewalls",
                      actions: [
                          "elasticloadbalancing:SetWebAcl",
                          "wafv2:AssociateWebACL",
                          "wafv2:DisassociateWebACL",
                          "wafv2:GetWebACL",
                          "wafv2:GetWebACLForResource",
                      ],
                      // An association is a right on both of its ends.
                      resources: [
                          ...each("loadbalancer/app/*/*"),
                          pulumi.interpolate`arn:aws:wafv2:${region}:${accountId}:regional/webacl/*/*`,
                      ],
                  },
              ]
            : []),
    ];
}
