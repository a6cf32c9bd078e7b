import type { PlannedResource } from "../record";
import { assumptions } from "./assumptions";
import { listIn, numberIn, objectAt, textIn, type Charge, type PlanIndex } from "./charge";
import { nodeGroupCharges } from "./nodeCharges";

const hours = assumptions.hoursPerMonth.value;

/** What AWS bills for a resource of a type. Nothing: it is free or billed with another one. */
export type ChargeRule = (resource: PlannedResource, plan: PlanIndex) => readonly Charge[];

const storage = "general purpose SSD, gp3";

export const awsCharges: Readonly<Record<string, ChargeRule>> = {
    "eks:index:Cluster": controlPlane,
    "aws:eks/cluster:Cluster": controlPlane,
    "aws:eks/nodeGroup:NodeGroup": nodeGroupCharges,
    "aws:ec2/natGateway:NatGateway": () => [
        { price: "nat-gateway", item: "NAT gateway", quantity: hours },
        {
            price: "nat-gateway-data",
            item: "data through the NAT gateway",
            quantity: assumptions.natGigabytes.value,
            assumption: "natGigabytes",
            usage: true,
        },
    ],
    "aws:ec2/instance:Instance": instance,
    "aws:cloudwatch/metricAlarm:MetricAlarm": () => [{ price: "metric-alarm", item: "alarm", quantity: 1 }],
    "aws:ec2/eip:Eip": () => [{ price: "public-ipv4", item: "public IPv4 address", quantity: hours }],
    // The endpoint of GuardDuty's agent is free. Source: Amazon GuardDuty User Guide, "Prerequisite: creating an Amazon VPC endpoint".
    "aws:ec2/vpcEndpoint:VpcEndpoint": ({ inputs }) =>
        textIn(inputs, "vpcEndpointType") === "Interface" &&
        textIn(inputs, "serviceName")?.endsWith(".guardduty-data") !== true
            ? [
                  {
                      price: "interface-endpoint",
                      item: "interface endpoint",
                      quantity: hours * listIn(inputs, "subnetIds").length,
                  },
              ]
            : [],
    "aws:kms/key:Key": () => [
        { price: "kms-key", item: "key", quantity: 1 },
        {
            price: "kms-requests",
            item: "uses of the key",
            quantity: assumptions.keyRequests.value / 10_000,
            assumption: "keyRequests",
            usage: true,
        },
    ],
    "aws:secretsmanager/secret:Secret": () => [
        { price: "secret", item: "secret", quantity: 1 },
        {
            price: "secret-requests",
            item: "reads of the secret",
            quantity: assumptions.secretRequests.value / 10_000,
            assumption: "secretRequests",
            usage: true,
        },
    ],
    "aws:cloudwatch/logGroup:LogGroup": ({ inputs }) => [
        {
            price: "logs-ingestion",
            item: "logs written",
            quantity: assumptions.logGigabytes.value,
            assumption: "logGigabytes",
            usage: true,
        },
        {
            price: "logs-storage",
            item: "logs kept",
            quantity: (assumptions.logGigabytes.value * (numberIn(inputs, "retentionInDays") ?? 365)) / 30,
            assumption: "logGigabytes",
            usage: true,
        },
    ],
    "aws:s3/bucket:Bucket": () => [
        {
            price: "s3-storage",
            item: "objects in the bucket",
            quantity: assumptions.bucketGigabytes.value,
            assumption: "bucketGigabytes",
            usage: true,
        },
    ],
    "aws:ecr/repository:Repository": () => [
        {
            price: "ecr-storage",
            item: "images in the repository",
            quantity: assumptions.imageGigabytes.value,
            assumption: "imageGigabytes",
            usage: true,
        },
    ],
    "aws:cloudfront/distribution:Distribution": () => [
        {
            price: "cloudfront-requests",
            item: "requests to the CDN",
            quantity: assumptions.cdnRequests.value / 10_000,
            assumption: "cdnRequests",
            usage: true,
        },
        {
            price: "cloudfront-data",
            item: "data from the CDN",
            quantity: assumptions.cdnGigabytes.value,
            assumption: "cdnGigabytes",
            usage: true,
        },
    ],
    "aws:wafv2/webAcl:WebAcl": ({ inputs }) => [
        { price: "web-acl", item: "firewall", quantity: 1 },
        { price: "web-acl-rule", item: "rules of the firewall", quantity: listIn(inputs, "rules").length },
        {
            price: "web-acl-requests",
            item: "requests that the firewall looks at",
            quantity: assumptions.firewallRequests.value / 10_000,
            assumption: "firewallRequests",
            usage: true,
        },
    ],
    "aws:route53/zone:Zone": () => [{ price: "hosted-zone", item: "hosted zone", quantity: 1 }],
    "aws:rds/instance:Instance": databaseInstance,
    "aws:elasticache/replicationGroup:ReplicationGroup": ({ inputs }) => {
        const type = textIn(inputs, "nodeType") ?? "of unknown type";
        const nodes = numberIn(inputs, "numCacheClusters") ?? 1;
        return [{ price: `elasticache:${type}`, item: `${nodes} × ${type}`, quantity: nodes * hours }];
    },
};

/** A machine of its own, which no group starts and stops. */
function instance({ inputs }: PlannedResource): readonly Charge[] {
    const type = textIn(inputs, "instanceType") ?? "of unknown type";
    const size = numberIn(objectAt(inputs, "rootBlockDevice"), "volumeSize");
    return [
        { price: `ec2:${type}`, item: type, quantity: hours },
        ...(size === undefined ? [] : [{ price: "ebs-gp3", item: `root volume of ${size} GiB`, quantity: size }]),
    ];
}

function controlPlane(): readonly Charge[] {
    return [{ price: "eks-control-plane", item: "EKS control plane, standard support", quantity: hours }];
}

/** A Multi-AZ instance is two machines with two volumes, billed as such. A replica without a size has its source's. */
function databaseInstance({ inputs }: PlannedResource, { byType }: PlanIndex): readonly Charge[] {
    const type = textIn(inputs, "instanceClass") ?? "of unknown class";
    const copies = inputs.multiAz === true ? 2 : 1;
    const source = textIn(inputs, "replicateSourceDb");
    const sourceInstance = (byType.get("aws:rds/instance:Instance") ?? []).find(
        (each) => source !== undefined && (textIn(each.inputs, "identifier") === source || source.includes(each.name)),
    );
    const size = numberIn(inputs, "allocatedStorage") ?? numberIn(objectAt(sourceInstance?.inputs), "allocatedStorage");
    return [
        {
            price: `rds:${type}`,
            item: `${type}${copies === 2 ? ", Multi-AZ" : ""}${source === undefined ? "" : ", replica"}`,
            quantity: copies * hours,
        },
        ...(size === undefined ? [] : [{ price: "rds-gp3", item: `storage, ${storage}`, quantity: copies * size }]),
    ];
}
