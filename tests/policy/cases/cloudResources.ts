import type { PolicyResource } from "../../../policy/rule";
import { resource, resourceFor } from "../fixture";

/** Resources of AWS that keep every rule, but for what is overridden. */
export const instance = (inputs: Readonly<Record<string, unknown>> = {}, protect = true): PolicyResource =>
    resource(
        "aws:rds/instance:Instance",
        {
            storageEncrypted: true,
            publiclyAccessible: false,
            deletionProtection: true,
            skipFinalSnapshot: false,
            backupRetentionPeriod: 35,
            multiAz: true,
            enabledCloudwatchLogsExports: ["postgresql"],
            ...inputs,
        },
        { protect },
    );
export const group = (inputs: Readonly<Record<string, unknown>> = {}): PolicyResource =>
    resource(
        "aws:elasticache/replicationGroup:ReplicationGroup",
        {
            atRestEncryptionEnabled: true,
            transitEncryptionEnabled: true,
            kmsKeyId: "arn:aws:kms:us-east-1:123456789012:key/data",
            finalSnapshotIdentifier: "last",
            snapshotRetentionLimit: 7,
            automaticFailoverEnabled: true,
            ...inputs,
        },
        { protect: true },
    );
export const bucket = resource("aws:s3/bucket:Bucket", {}, { protect: true });
export const policy = (Statement: unknown): string => JSON.stringify({ Version: "2012-10-17", Statement });
export const parameters = (family: string, name: string, value: string): PolicyResource =>
    resource("aws:rds/parameterGroup:ParameterGroup", { family, parameters: [{ name, value }] });
export const template = (inputs: Readonly<Record<string, unknown>>): PolicyResource =>
    resource("aws:ec2/launchTemplate:LaunchTemplate", inputs);
export const machine = (inputs: Readonly<Record<string, unknown>>): PolicyResource =>
    resource("aws:ec2/instance:Instance", inputs);
export const bucketEncryption = (sseAlgorithm: string): PolicyResource =>
    resourceFor(bucket, "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration", {
        rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm } }],
    });
export const bucketPolicy = (statement: unknown): PolicyResource =>
    resourceFor(bucket, "aws:s3/bucketPolicy:BucketPolicy", { policy: policy(statement) });
export const withoutTls = {
    Effect: "Deny",
    Principal: "*",
    Action: "s3:*",
    Condition: { Bool: { "aws:SecureTransport": "false" } },
};
export const securityGroup = (inputs: Readonly<Record<string, unknown>>): PolicyResource =>
    resource("aws:ec2/securityGroup:SecurityGroup", inputs);
export const cluster = (inputs: Readonly<Record<string, unknown>> = {}): PolicyResource =>
    resource(
        "eks:index:Cluster",
        {
            name: "platform-prod",
            endpointPublicAccess: false,
            encryptionConfigKeyArn: "arn:aws:kms:us-east-1:123456789012:key/cluster",
            enabledClusterLogTypes: ["api", "audit", "authenticator", "controllerManager", "scheduler"],
            deletionProtection: true,
            ...inputs,
        },
        { protect: true },
    );
export const logGroup = (inputs: Readonly<Record<string, unknown>> = {}): PolicyResource =>
    resource("aws:cloudwatch/logGroup:LogGroup", {
        name: "/aws/eks/platform-prod/cluster",
        kmsKeyId: "arn:aws:kms:us-east-1:123456789012:key/logs",
        retentionInDays: 90,
        ...inputs,
    });
export const repository = (inputs: Readonly<Record<string, unknown>> = {}): PolicyResource =>
    resource("aws:ecr/repository:Repository", {
        imageScanningConfiguration: { scanOnPush: true },
        imageTagMutability: "IMMUTABLE",
        encryptionConfigurations: [{ encryptionType: "KMS" }],
        ...inputs,
    });
export const lifecycle = resourceFor(repository(), "aws:ecr/lifecyclePolicy:LifecyclePolicy", {});
export const trail = (inputs: Readonly<Record<string, unknown>> = {}): PolicyResource =>
    resource("aws:cloudtrail/trail:Trail", {
        isMultiRegionTrail: true,
        includeGlobalServiceEvents: true,
        enableLogging: true,
        enableLogFileValidation: true,
        kmsKeyId: "arn:aws:kms:us-east-1:123456789012:key/audit",
        ...inputs,
    });
export const detector = (inputs: Readonly<Record<string, unknown>> = {}): PolicyResource =>
    resource("aws:guardduty/detector:Detector", { enable: true, ...inputs });
export const feature = (status: string): PolicyResource =>
    resourceFor(detector(), "aws:guardduty/detectorFeature:DetectorFeature", { name: "EKS_AUDIT_LOGS", status });
