import { createHash } from "node:crypto";
import type * as pulumi from "@pulumi/pulumi";

/**
 * What the clouds would answer: the identifiers, addresses and generated values that a real provider returns for a new resource. They
 * are made from the resource's type and name alone, so that the same program gives the same plan, byte for byte.
 */

export const simulatedAccount = "123456789012";

type State = Record<string, unknown>;

function digest(...parts: string[]): string {
    return createHash("sha256").update(parts.join("\0")).digest("hex");
}

function prefixedId(prefix: string) {
    return (args: pulumi.runtime.MockResourceArgs): string => `${prefix}-0${digest(args.type, args.name).slice(0, 16)}`;
}

/** Resources whose id has a prefix of its own on AWS. */
const ids: Record<string, (args: pulumi.runtime.MockResourceArgs) => string> = {
    "aws:ec2/vpc:Vpc": prefixedId("vpc"),
    "aws:ec2/subnet:Subnet": prefixedId("subnet"),
    "aws:ec2/securityGroup:SecurityGroup": prefixedId("sg"),
    "aws:ec2/routeTable:RouteTable": prefixedId("rtb"),
    "aws:ec2/natGateway:NatGateway": prefixedId("nat"),
    "aws:ec2/internetGateway:InternetGateway": prefixedId("igw"),
    "aws:ec2/eip:Eip": prefixedId("eipalloc"),
    "aws:ec2/vpcEndpoint:VpcEndpoint": prefixedId("vpce"),
    "aws:ec2/launchTemplate:LaunchTemplate": prefixedId("lt"),
};

/** What a resource of a type returns beyond its inputs, its id and its ARN. */
const generated: Record<string, (args: pulumi.runtime.MockResourceArgs, region: string) => State> = {
    "aws:rds/instance:Instance": (args, region) => ({
        address: `${args.inputs.identifier ?? args.name}.c${digest(args.name).slice(0, 11)}.${region}.rds.amazonaws.com`,
        masterUserSecrets: [
            {
                secretArn: `arn:aws:secretsmanager:${region}:${simulatedAccount}:secret:rds!db-${digest(args.name).slice(0, 12)}`,
                secretStatus: "active",
                kmsKeyId: args.inputs.masterUserSecretKmsKeyId,
            },
        ],
    }),
    "aws:elasticache/replicationGroup:ReplicationGroup": (args, region) => {
        const group = `${args.inputs.replicationGroupId ?? args.name}.${digest(args.name).slice(0, 6)}`;
        const zone = region.replace(/-(.).*?-(\d)$/, "$1$2").replace(/^../, (country) => country);
        return {
            primaryEndpointAddress: `master.${group}.${zone}.cache.amazonaws.com`,
            readerEndpointAddress: `replica.${group}.${zone}.cache.amazonaws.com`,
        };
    },
    "eks:index:Cluster": (args, region) => {
        const name = String(args.inputs.name ?? args.name);
        const host = `https://${digest(name).slice(0, 32).toUpperCase()}.gr7.${region}.eks.amazonaws.com`;
        const issuer = `oidc.eks.${region}.amazonaws.com/id/${digest(name).slice(0, 32).toUpperCase()}`;
        return {
            eksCluster: {
                name,
                endpoint: host,
                arn: `arn:aws:eks:${region}:${simulatedAccount}:cluster/${name}`,
                version: args.inputs.version,
            },
            kubeconfigJson: JSON.stringify({
                apiVersion: "v1",
                kind: "Config",
                clusters: [{ name, cluster: { server: host } }],
            }),
            kubeconfig: { apiVersion: "v1", kind: "Config", clusters: [{ name, cluster: { server: host } }] },
            clusterSecurityGroupId: `sg-0${digest("cluster", name).slice(0, 16)}`,
            nodeSecurityGroupId: `sg-0${digest("node", name).slice(0, 16)}`,
            oidcProviderArn: `arn:aws:iam::${simulatedAccount}:oidc-provider/${issuer}`,
            oidcProviderUrl: `https://${issuer}`,
            oidcIssuer: issuer,
        };
    },
    "random:index/randomPassword:RandomPassword": (args) => ({
        result: digest("password", args.name).slice(0, Number(args.inputs.length ?? 32)),
    }),
    "random:index/randomId:RandomId": (args) => ({
        hex: digest("id", args.name).slice(0, 2 * Number(args.inputs.byteLength ?? 4)),
    }),
    "aws:acm/certificate:Certificate": (args) => ({
        domainValidationOptions: [
            args.inputs.domainName,
            ...((args.inputs.subjectAlternativeNames as string[] | undefined) ?? []),
        ].map((domainName) => ({
            domainName: String(domainName),
            resourceRecordName: `_${digest(String(domainName)).slice(0, 32)}.${String(domainName)}.`,
            resourceRecordType: "CNAME",
            resourceRecordValue: `_${digest("v", String(domainName)).slice(0, 32)}.acm-validations.aws.`,
        })),
    }),
};

/** The ARN of an AWS resource, near enough to the real form to be read and to be told apart. */
function arnOf(args: pulumi.runtime.MockResourceArgs, id: string, region: string): string {
    const [, path = ""] = args.type.split(":");
    const [service = "", kind = ""] = path.split("/");
    const inputs = args.inputs as Record<string, unknown>;
    const name = String(inputs.name ?? inputs.identifier ?? inputs.bucket ?? inputs.replicationGroupId ?? id);
    switch (service) {
        case "s3":
            return `arn:aws:s3:::${name}`;
        case "iam":
            return `arn:aws:iam::${simulatedAccount}:${kind}/${name}`;
        case "secretsmanager":
            return `arn:aws:secretsmanager:${region}:${simulatedAccount}:secret:${name}-${digest(name).slice(0, 6)}`;
        case "kms":
            return `arn:aws:kms:${region}:${simulatedAccount}:${kind}/${id}`;
        case "cloudwatch":
            return `arn:aws:logs:${region}:${simulatedAccount}:log-group:${name}`;
        default:
            return `arn:aws:${service}:${region}:${simulatedAccount}:${kind}/${name}`;
    }
}

/** Answers in place of the clouds, for the given AWS region. */
export function simulatedCloud(region: string): pulumi.runtime.Mocks {
    return {
        newResource(args) {
            const id = ids[args.type]?.(args) ?? args.id ?? `${args.name}-${digest(args.type, args.name).slice(0, 7)}`;
            const state: State = { ...args.inputs };
            if (args.type.startsWith("aws:")) {
                state.arn = arnOf(args, id, region);
                state.name ??= id;
            }
            Object.assign(state, generated[args.type]?.(args, region));
            return { id, state };
        },
        call(args) {
            switch (args.token) {
                case "aws:index/getCallerIdentity:getCallerIdentity":
                    return {
                        accountId: simulatedAccount,
                        arn: `arn:aws:iam::${simulatedAccount}:user/simulation`,
                        id: simulatedAccount,
                    };
                case "aws:index/getPartition:getPartition":
                    return { partition: "aws", dnsSuffix: "amazonaws.com", id: "aws" };
                case "aws:index/getRegion:getRegion":
                    return { region, name: region, id: region };
                default:
                    throw new Error(`The simulation has no answer for the provider function ${args.token}.`);
            }
        },
    };
}
