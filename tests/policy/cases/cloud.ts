import { prod, resource, resourceFor } from "../fixture";
import type { RuleCase } from "./case";
import {
    instance,
    group,
    bucket,
    policy,
    parameters,
    template,
    machine,
    bucketEncryption,
    bucketPolicy,
    withoutTls,
    securityGroup,
    cluster,
    logGroup,
    repository,
} from "./cloudResources";

export const cloudCases: readonly RuleCase[] = [
    {
        rule: "stores-encrypted-at-rest",
        holds: {
            "an encrypted database, cache and volume": [
                instance(),
                group(),
                template({ blockDeviceMappings: [{ deviceName: "/dev/xvda", ebs: { encrypted: "true" } }] }),
                machine({ rootBlockDevice: { encrypted: true } }),
                resource("kubernetes:storage.k8s.io/v1:StorageClass", { parameters: { encrypted: "true" } }),
            ],
        },
        broken: {
            "a database": {
                resources: [instance({ storageEncrypted: false })],
                problem: /storageEncrypted is false, allowed is true/,
            },
            "a cache with AWS's own key": {
                resources: [group({ kmsKeyId: undefined })],
                problem: /kmsKeyId is not set/,
            },
            "a machine's volume": {
                resources: [machine({ rootBlockDevice: { encrypted: false } })],
                problem: /rootBlockDevice.encrypted is false, allowed is true/,
            },
            "a node's volume": {
                resources: [template({ blockDeviceMappings: [{ deviceName: "/dev/xvda", ebs: {} }] })],
                problem: /the volume "\/dev\/xvda" is not encrypted/,
            },
            "a class of volumes": {
                resources: [resource("kubernetes:storage.k8s.io/v1:StorageClass", { parameters: {} })],
                problem: /parameters\.encrypted is not set/,
            },
        },
    },
    {
        rule: "buckets-encrypted-with-kms",
        holds: { "a bucket with KMS": [bucket, bucketEncryption("aws:kms")] },
        broken: {
            "a bucket that says nothing": { resources: [bucket], problem: /default encryption is not set/ },
            "a bucket with S3's own keys": { resources: [bucket, bucketEncryption("AES256")], problem: /"AES256"/ },
        },
    },
    {
        rule: "secrets-encrypted-with-own-key",
        holds: {
            "what names a key": [
                cluster(),
                logGroup(),
                repository(),
                resource("aws:secretsmanager/secret:Secret", { kmsKeyId: "arn" }),
            ],
        },
        broken: {
            "a secret": {
                resources: [resource("aws:secretsmanager/secret:Secret", {})],
                problem: /kmsKeyId is not set/,
            },
            "a cluster": {
                resources: [cluster({ encryptionConfigKeyArn: undefined })],
                problem: /encryptionConfigKeyArn is not set/,
            },
            "a repository": { resources: [repository({ encryptionConfigurations: [] })], problem: /allowed is "KMS"/ },
            "a log group": { resources: [logGroup({ kmsKeyId: "" })], problem: /kmsKeyId is ""/ },
        },
    },
    {
        rule: "keys-rotate",
        holds: { "a key that rotates": [resource("aws:kms/key:Key", { enableKeyRotation: true })] },
        broken: {
            "a key that does not": {
                resources: [resource("aws:kms/key:Key", {})],
                problem: /enableKeyRotation is not set/,
            },
        },
    },
    {
        rule: "stores-encrypted-in-transit",
        holds: {
            "stores that refuse plain connections": [
                group(),
                parameters("postgres16", "rds.force_ssl", "1"),
                parameters("mysql8.4", "require_secure_transport", "ON"),
                bucket,
                bucketPolicy(withoutTls),
            ],
        },
        broken: {
            PostgreSQL: {
                resources: [parameters("postgres16", "rds.force_ssl", "0")],
                problem: /rds\.force_ssl is "0"/,
            },
            MySQL: {
                resources: [parameters("mysql8.4", "slow_query_log", "1")],
                problem: /require_secure_transport is not set/,
            },
            "a cache": {
                resources: [group({ transitEncryptionEnabled: false })],
                problem: /transitEncryptionEnabled is false/,
            },
            "a cache that only prefers TLS": {
                resources: [group({ transitEncryptionMode: "preferred" })],
                problem: /"preferred"/,
            },
            "a bucket": { resources: [bucket, bucketPolicy([])], problem: /no bucket policy denies/ },
        },
    },
    {
        rule: "stores-not-public",
        holds: { "a private database": [instance()] },
        broken: {
            "a public database": {
                resources: [instance({ publiclyAccessible: true })],
                problem: /publiclyAccessible is true/,
            },
            "one that AWS would decide about": {
                resources: [instance({ publiclyAccessible: undefined })],
                problem: /is not set/,
            },
        },
    },
    {
        rule: "security-groups-closed",
        holds: {
            "a group for another group": [
                securityGroup({ ingress: [{ cidrBlocks: ["10.0.0.0/16"] }], egress: [{ cidrBlocks: ["0.0.0.0/0"] }] }),
                resource("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", {
                    referencedSecurityGroupId: "sg-1",
                }),
                resource("aws:ec2/securityGroupRule:SecurityGroupRule", { type: "egress", cidrBlocks: ["0.0.0.0/0"] }),
                resource("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", { ingress: [], egress: [] }),
            ],
        },
        broken: {
            "a group": {
                resources: [securityGroup({ ingress: [{ cidrBlocks: ["0.0.0.0/0"] }] })],
                problem: /whole internet/,
            },
            "a group for IPv6": {
                resources: [securityGroup({ ingress: [{ ipv6CidrBlocks: ["::/0"] }] })],
                problem: /whole internet/,
            },
            "a rule": {
                resources: [
                    resource("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", { cidrIpv4: "0.0.0.0/0" }),
                ],
                problem: /whole internet/,
            },
            "the default group of a VPC": {
                resources: [
                    resource("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", {
                        ingress: [{ self: true }],
                        egress: [],
                    }),
                ],
                problem: /it has ingress rules/,
            },
        },
    },
    {
        rule: "no-public-addresses",
        holds: {
            "a private subnet": [resource("aws:ec2/subnet:Subnet", { mapPublicIpOnLaunch: false }), template({})],
        },
        broken: {
            "a subnet": {
                resources: [resource("aws:ec2/subnet:Subnet", { mapPublicIpOnLaunch: true })],
                problem: /mapPublicIpOnLaunch is true/,
            },
            "a machine": {
                resources: [machine({ associatePublicIpAddress: true })],
                problem: /associatePublicIpAddress is true, allowed is false/,
            },
            "a node": {
                resources: [template({ networkInterfaces: [{ associatePublicIpAddress: "true" }] })],
                problem: /associatePublicIpAddress is "true"/,
            },
        },
    },
    {
        rule: "buckets-not-public",
        holds: {
            "a bucket that blocks": [
                bucket,
                resourceFor(bucket, "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", {
                    blockPublicAcls: true,
                    blockPublicPolicy: true,
                    ignorePublicAcls: true,
                    restrictPublicBuckets: true,
                }),
            ],
        },
        broken: {
            "a bucket that does not": { resources: [bucket], problem: /without a public access block/ },
            "a bucket that blocks by half": {
                resources: [
                    bucket,
                    resourceFor(bucket, "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", {
                        blockPublicAcls: true,
                    }),
                ],
                problem: /without a public access block/,
            },
        },
    },
    {
        rule: "resource-policies-closed",
        holds: {
            "a policy that denies everybody": [bucket, bucketPolicy(withoutTls)],
            "a key for callers of the account": [
                resource("aws:kms/key:Key", {
                    policy: policy([
                        {
                            Effect: "Allow",
                            Principal: { AWS: "*" },
                            Action: "kms:Decrypt",
                            Condition: { StringEquals: { "kms:CallerAccount": "123456789012" } },
                        },
                    ]),
                }),
                resource("aws:lambda/permission:Permission", { principal: "secretsmanager.amazonaws.com" }),
            ],
        },
        broken: {
            "a bucket for everybody": {
                resources: [bucket, bucketPolicy({ Effect: "Allow", Principal: "*", Action: "s3:GetObject" })],
                problem: /allows "s3:GetObject" to everybody/,
            },
            "a key for everybody with a condition on anything else": {
                resources: [
                    resource("aws:kms/key:Key", {
                        policy: policy([
                            {
                                Effect: "Allow",
                                Principal: { AWS: ["*"] },
                                Action: "kms:*",
                                Condition: { Bool: { "aws:SecureTransport": "true" } },
                            },
                        ]),
                    }),
                ],
                problem: /to everybody/,
            },
            "a function for everybody": {
                resources: [resource("aws:lambda/permission:Permission", { principal: "*" })],
                problem: /principal is "\*"/,
            },
        },
    },
    {
        rule: "cluster-endpoint-restricted",
        holds: {
            "a private endpoint in prod": [prod, cluster()],
            "networks of one's own elsewhere": [
                cluster({ endpointPublicAccess: true, publicAccessCidrs: ["203.0.113.0/24"] }),
            ],
        },
        broken: {
            "a public endpoint in prod": {
                resources: [prod, cluster({ endpointPublicAccess: true, publicAccessCidrs: ["203.0.113.0/24"] })],
                problem: /allowed in prod is false/,
            },
            "an endpoint for everybody": {
                resources: [cluster({ endpointPublicAccess: true, publicAccessCidrs: ["0.0.0.0/0"] })],
                problem: /networks of your own/,
            },
            "an endpoint that AWS opens to everybody": {
                resources: [cluster({ endpointPublicAccess: true, publicAccessCidrs: undefined })],
                problem: /publicAccessCidrs is not set/,
            },
        },
    },
];
