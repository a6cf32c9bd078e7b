import type { PolicyResource, Problem, Rule } from "../rule";
import { statementsOf } from "../statements";
import type { Surroundings } from "../surroundings";
import { at, every, isFalse, isTrue, list, metadataOf, requires, shown } from "../values";

const isAnywhere = (cidr: unknown): boolean => cidr === "0.0.0.0/0" || cidr === "::/0";

const theWorld: readonly Problem[] = [{ problem: "it lets the whole internet in" }];

function ingress({ type, inputs }: PolicyResource): readonly Problem[] {
    if (type === "aws:ec2/securityGroup:SecurityGroup") {
        const cidrs = list(inputs.ingress).flatMap((rule) => [
            ...list(at(rule, "cidrBlocks")),
            ...list(at(rule, "ipv6CidrBlocks")),
        ]);
        return cidrs.some(isAnywhere) ? theWorld : [];
    }
    if (/securityGroupIngressRule|securityGroupRule/.test(type) && inputs.type !== "egress") {
        const cidrs = [inputs.cidrIpv4, inputs.cidrIpv6, ...list(inputs.cidrBlocks), ...list(inputs.ipv6CidrBlocks)];
        return cidrs.some(isAnywhere) ? theWorld : [];
    }
    return [];
}

function defaultGroup({ type, inputs }: PolicyResource): readonly Problem[] {
    return type === "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"
        ? ["ingress", "egress"]
              .filter((direction) => list(inputs[direction]).length > 0)
              .map((direction) => ({ problem: `it has ${direction} rules, allowed are none` }))
        : [];
}

const blocks = ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"] as const;

function publicAccessBlock(resource: PolicyResource, surroundings: Surroundings): readonly Problem[] {
    if (resource.type !== "aws:s3/bucket:Bucket") {
        return [];
    }
    const blocked = surroundings
        .ofTypeFor("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", resource)
        .some(({ inputs }) => blocks.every((each) => isTrue(inputs[each])));
    return blocked ? [] : [{ problem: "it is a bucket without a public access block" }];
}

/** Policies that say who may use a resource, by the type that carries them. */
const resourcePolicies =
    /^aws:(s3\/bucketPolicy|ecr\/repositoryPolicy|kms\/key|secretsmanager\/secretPolicy|sns\/topicPolicy|sqs\/queuePolicy):/;

function principals({ type, inputs }: PolicyResource): readonly Problem[] {
    if (type === "aws:lambda/permission:Permission") {
        return inputs.principal === "*" ? [{ problem: 'principal is "*", allowed is a service or an account' }] : [];
    }
    if (!resourcePolicies.test(type)) {
        return [];
    }
    return statementsOf(inputs.policy)
        .filter(({ Effect, Principal, Condition }) => {
            const everybody = Principal === "*" || list(at(Principal, "AWS")).includes("*");
            return Effect === "Allow" && everybody && !limitsCaller(Condition);
        })
        .map(({ Action }) => ({ problem: `its policy allows ${shown(Action)} to everybody` }));
}

/** Conditions on who calls; any other leaves a statement open to all who meet it. */
function limitsCaller(condition: unknown): boolean {
    return Object.values((condition ?? {}) as Readonly<Record<string, object>>)
        .flatMap((keys) => Object.keys(keys))
        .some((key) => /^(kms:CallerAccount|kms:ViaService|aws:Principal|aws:SourceAccount|aws:SourceArn)/i.test(key));
}

/** A declared edge is a second Service, named so; tests/stacks/edges.test.ts holds them to the declarations. */
const declaredEdge = /-public$/;

function openService(resource: PolicyResource): readonly Problem[] {
    const type = at(resource.inputs, "spec", "type");
    return resource.type === "kubernetes:core/v1:Service" &&
        (type === "LoadBalancer" || type === "NodePort") &&
        !declaredEdge.test(metadataOf(resource).name)
        ? [{ problem: `it is a Service of type ${type}, which is open to the outside, but no declared edge` }]
        : [];
}

function clusterEndpoint({ type, inputs }: PolicyResource, { isProd }: Surroundings): readonly Problem[] {
    if (type !== "eks:index:Cluster" || isFalse(inputs.endpointPublicAccess)) {
        return [];
    }
    const cidrs = list(inputs.publicAccessCidrs);
    if (isProd) {
        return [{ problem: `endpointPublicAccess is ${shown(inputs.endpointPublicAccess)}, allowed in prod is false` }];
    }
    return cidrs.length === 0 || cidrs.some(isAnywhere)
        ? [{ problem: `publicAccessCidrs is ${shown(inputs.publicAccessCidrs)}, allowed are networks of your own` }]
        : [];
}

export const exposureRules: readonly Rule[] = [
    {
        id: "stores-not-public",
        types: /^aws:rds\/instance:/,
        severity: "critical",
        title: "No database has a public address.",
        why: "A database that can be reached from the internet is attacked within minutes; its password is then all that is left.",
        clauses: ["AWS FSBP RDS.2"],
        fix: "Set publiclyAccessible to false.",
        check: requires("aws:rds/instance:Instance", ["publiclyAccessible"], isFalse, "false"),
    },
    {
        id: "security-groups-closed",
        types: /^aws:(ec2|vpc)\/\w*[sS]ecurityGroup\w*:/,
        severity: "critical",
        title: "No security group lets the whole internet in, and the default one lets nothing in or out.",
        why: "Load balancers are the only way in; a group that is open to all is a way around them.",
        clauses: ["AWS FSBP EC2.2", "AWS FSBP EC2.13", "AWS FSBP EC2.18", "AWS FSBP EC2.19"],
        fix: "Name a security group or a network of your own as the source.",
        check: every(ingress, defaultGroup),
    },
    {
        id: "no-public-addresses",
        types: /^aws:ec2\/(subnet|launchTemplate|instance):/,
        severity: "high",
        title: "Nothing gets a public address by where it starts.",
        why: "A public address on a node makes every port that it opens a port on the internet.",
        clauses: ["AWS FSBP EC2.15", "AWS FSBP EC2.25", "CIS EKS 1.8.0 5.4.3"],
        fix: "Set mapPublicIpOnLaunch and associatePublicIpAddress to false.",
        check: every(
            requires("aws:ec2/subnet:Subnet", ["mapPublicIpOnLaunch"], (value) => !isTrue(value), "false"),
            requires(
                "aws:ec2/launchTemplate:LaunchTemplate",
                ["networkInterfaces", 0, "associatePublicIpAddress"],
                (value) => !isTrue(value),
                "false",
            ),
            requires("aws:ec2/instance:Instance", ["associatePublicIpAddress"], (value) => !isTrue(value), "false"),
        ),
    },
    {
        id: "buckets-not-public",
        types: /^aws:s3\/bucket:/,
        severity: "critical",
        title: "Every bucket blocks public access.",
        why: "One wrong policy or object ACL later, backups are on the internet.",
        clauses: ["AWS FSBP S3.8"],
        fix: "Give the bucket a BucketPublicAccessBlock with all four settings.",
        check: publicAccessBlock,
    },
    {
        id: "resource-policies-closed",
        types: new RegExp(`${resourcePolicies.source}|^aws:lambda/permission:`),
        severity: "critical",
        title: "No policy of a bucket, key, secret, repository or function allows everybody.",
        why: "A policy that names everybody names other people's accounts, too.",
        clauses: ["AWS FSBP Lambda.1", "AWS FSBP KMS.5", "AWS FSBP S3.2", "AWS FSBP S3.3"],
        fix: "Name the principals, or a condition on the calling account or service.",
        check: principals,
    },
    {
        id: "only-declared-edges",
        types: /^kubernetes:core\/v1:Service$/,
        severity: "high",
        title: "Only declared edges are open to the outside of the cluster.",
        why: "A Service of type LoadBalancer or NodePort stands beside TLS, rate limits and logs of the edge.",
        clauses: [],
        fix: "Declare an edge for the service.",
        check: openService,
    },
    {
        id: "cluster-endpoint-restricted",
        types: /^eks:index:Cluster$/,
        severity: "high",
        title: "The cluster's API is reachable from networks of one's own only, in prod not from the internet at all.",
        why: "The API server's next hole is then everybody's.",
        clauses: ["AWS FSBP EKS.1", "CIS EKS 1.8.0 5.4.1", "CIS EKS 1.8.0 5.4.2"],
        fix: "Name your networks in cluster.publicAccessCidrs; leave it empty in prod.",
        check: clusterEndpoint,
    },
];
