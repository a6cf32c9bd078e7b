import { prod, resource, resourceFor } from "../fixture";
import type { RuleCase } from "./case";
import {
    instance,
    group,
    bucket,
    cluster,
    detector,
    feature,
    logGroup,
    repository,
    lifecycle,
    trail,
} from "./cloudResources";

export const dataCases: readonly RuleCase[] = [
    {
        rule: "data-protected",
        holds: {
            "everything in prod that is protected": [prod, instance(), group(), cluster()],
            "a replica, whose source is protected": [
                prod,
                instance({ replicateSourceDb: "main", skipFinalSnapshot: true }, false),
            ],
            "anything elsewhere": [instance({ deletionProtection: false }, false)],
        },
        broken: {
            "a database": { resources: [prod, instance({}, false)], problem: /not protected/ },
            "a database that AWS would delete": {
                resources: [prod, instance({ deletionProtection: false })],
                problem: /deletionProtection/,
            },
            "a database that leaves nothing behind": {
                resources: [prod, instance({ skipFinalSnapshot: true })],
                problem: /skipFinalSnapshot/,
            },
            "a cache that leaves nothing behind": {
                resources: [prod, group({ finalSnapshotIdentifier: undefined })],
                problem: /finalSnapshot/,
            },
            "a key that is gone in a week": {
                resources: [prod, resource("aws:kms/key:Key", { deletionWindowInDays: 7 }, { protect: true })],
                problem: /below 30/,
            },
        },
    },
    {
        rule: "data-backed-up",
        holds: {
            "a week": [prod, group()],
            "a day where it is not prod": [instance({ backupRetentionPeriod: 1 })],
            "a bucket with versions": [
                bucket,
                resourceFor(bucket, "aws:s3/bucketVersioning:BucketVersioning", {
                    versioningConfiguration: { status: "Enabled" },
                }),
            ],
        },
        broken: {
            "a day in prod": { resources: [prod, instance({ backupRetentionPeriod: 1 })], problem: /7 days and more/ },
            "a cache without snapshots": {
                resources: [prod, group({ snapshotRetentionLimit: undefined })],
                problem: /is not set/,
            },
            "a bucket without versions": { resources: [bucket], problem: /not versioned/ },
        },
    },
    {
        rule: "stores-fail-over",
        holds: {
            "a standby": [prod, instance(), group()],
            "none where it is not prod": [instance({ multiAz: false })],
        },
        broken: {
            "a database in one zone": { resources: [prod, instance({ multiAz: false })], problem: /multiAz is false/ },
            "a cache without failover": {
                resources: [prod, group({ automaticFailoverEnabled: false })],
                problem: /automaticFailoverEnabled/,
            },
        },
    },
    {
        rule: "image-repositories-hardened",
        holds: { "a hardened repository": [repository(), lifecycle] },
        broken: {
            "one that does not scan": {
                resources: [repository({ imageScanningConfiguration: {} }), lifecycle],
                problem: /not scanned/,
            },
            "one whose tags move": {
                resources: [repository({ imageTagMutability: "MUTABLE" }), lifecycle],
                problem: /"MUTABLE"/,
            },
            "one whose versions may move": {
                resources: [
                    repository({
                        imageTagMutability: "IMMUTABLE_WITH_EXCLUSION",
                        imageTagMutabilityExclusionFilters: [{ filter: "v*" }],
                    }),
                    lifecycle,
                ],
                problem: /excluded from immutability/,
            },
            "one that grows for ever": { resources: [repository()], problem: /keeps every image/ },
        },
    },
    {
        rule: "cluster-audited",
        holds: { "all five logs, in a group": [cluster(), logGroup()] },
        broken: {
            "a cluster without its audit log": {
                resources: [cluster({ enabledClusterLogTypes: ["api"] }), logGroup()],
                problem: /lacks audit, authenticator/,
            },
            "a group that EKS would make": {
                resources: [cluster()],
                problem: /no log group \/aws\/eks\/platform-prod\/cluster/,
            },
        },
    },
    {
        rule: "stores-log",
        holds: { "stores that log": [instance(), group({ logDeliveryConfigurations: [{}] })] },
        broken: {
            "a database": {
                resources: [instance({ enabledCloudwatchLogsExports: [] })],
                problem: /enabledCloudwatchLogsExports/,
            },
            "a cache": { resources: [group()], problem: /logDeliveryConfigurations is not set/ },
        },
    },
    {
        rule: "network-logged",
        holds: { "a VPC with a flow log": [prod, resourceFor(prod, "aws:ec2/flowLog:FlowLog", {})] },
        broken: { "a VPC without": { resources: [prod], problem: /no flow log/ } },
    },
    {
        rule: "trail-can-be-trusted",
        holds: { "a trail of every region, with digests, under a key": [trail()] },
        broken: {
            "a trail of one region": {
                resources: [trail({ isMultiRegionTrail: false })],
                problem: /isMultiRegionTrail is false/,
            },
            "a trail that leaves IAM out": {
                resources: [trail({ includeGlobalServiceEvents: false })],
                problem: /includeGlobalServiceEvents is false/,
            },
            "a trail that is switched off": {
                resources: [trail({ enableLogging: false })],
                problem: /enableLogging is false/,
            },
            "a trail without digests": {
                resources: [trail({ enableLogFileValidation: undefined })],
                problem: /enableLogFileValidation is not set/,
            },
            "a trail without a key": { resources: [trail({ kmsKeyId: "" })], problem: /kmsKeyId is ""/ },
        },
    },
    {
        rule: "detector-watches-clusters",
        holds: { "a detector that reads audit logs": [detector(), feature("ENABLED")] },
        broken: {
            "a detector that is off": {
                resources: [detector({ enable: false }), feature("ENABLED")],
                problem: /enable is false/,
            },
            "a detector without the feature": { resources: [detector()], problem: /EKS_AUDIT_LOGS/ },
            "a detector with the feature off": {
                resources: [detector(), feature("DISABLED")],
                problem: /EKS_AUDIT_LOGS/,
            },
        },
    },
    {
        rule: "logs-expire",
        holds: { "ninety days": [logGroup()] },
        broken: { "for ever": { resources: [logGroup({ retentionInDays: 0 })], problem: /retentionInDays is 0/ } },
    },
    {
        rule: "functions-log-to-their-group",
        holds: {
            "a function with a group": [
                resource("aws:lambda/function:Function", { loggingConfig: { logGroup: "/aws/lambda/x" } }),
            ],
        },
        broken: {
            "a function without": {
                resources: [resource("aws:lambda/function:Function", {})],
                problem: /loggingConfig\.logGroup is not set/,
            },
        },
    },
];
