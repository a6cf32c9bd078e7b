import { nameLimits } from "../../components/naming";
import type { Invariant } from "./structure";

/** Which input holds the name of a type, and how long AWS lets it be. Sources: the API reference of each create call. */
const limits: Readonly<Record<string, readonly [input: string, limit: number]>> = {
    "aws:iam/role:Role": ["name", nameLimits.iamRole],
    "aws:iam/policy:Policy": ["name", nameLimits.iamPolicy],
    "aws:rds/instance:Instance": ["identifier", nameLimits.rdsIdentifier],
    "aws:rds/subnetGroup:SubnetGroup": ["name", 255],
    "aws:rds/parameterGroup:ParameterGroup": ["name", nameLimits.parameterGroup],
    "aws:elasticache/replicationGroup:ReplicationGroup": ["replicationGroupId", nameLimits.replicationGroup],
    "aws:elasticache/subnetGroup:SubnetGroup": ["name", 255],
    "aws:elasticache/parameterGroup:ParameterGroup": ["name", nameLimits.parameterGroup],
    "aws:s3/bucket:Bucket": ["bucket", nameLimits.s3Bucket],
    "aws:lambda/function:Function": ["name", nameLimits.lambda],
    "aws:secretsmanager/secret:Secret": ["name", nameLimits.secret],
    "aws:cloudwatch/logGroup:LogGroup": ["name", nameLimits.logGroup],
    "aws:eks/nodeGroup:NodeGroup": ["nodeGroupName", 63],
    "aws:ec2/securityGroup:SecurityGroup": ["name", nameLimits.securityGroup],
    "aws:ec2/launchTemplate:LaunchTemplate": ["name", 128],
    "aws:kms/alias:Alias": ["name", 256],
    "aws:ecr/repository:Repository": ["name", 256],
    "aws:cloudfront/cachePolicy:CachePolicy": ["name", 128],
    "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy": ["name", 128],
    "eks:index:Cluster": ["name", nameLimits.cluster],
};

/** Pulumi appends a hyphen and seven hexadecimal digits to names that it makes up itself. */
const suffixLength = 8;

export const namesFitTheirLimits: Invariant = (graph) =>
    graph.all.flatMap((resource) => {
        const [input, limit] = limits[resource.type] ?? [];
        if (input !== undefined && limit !== undefined) {
            const given = resource.inputs[input];
            const length = typeof given === "string" ? given.length : resource.name.length + suffixLength;
            return length <= limit ? [] : [`${resource.urn} is named with ${length} characters, AWS allows ${limit}`];
        }
        const name = (resource.inputs.metadata as { name?: string } | undefined)?.name;
        return name === undefined || name.length <= 253
            ? []
            : [`${resource.urn} has a Kubernetes name of ${name.length} characters`];
    });
