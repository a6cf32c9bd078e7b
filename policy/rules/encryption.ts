import { unknownValue, type PolicyResource, type Problem, type Rule } from "../rule";
import type { Surroundings } from "../surroundings";
import { at, every, isSet, isTrue, list, requires, shown } from "../values";
import { statementsOf, type Statement } from "../statements";

const aKey = "the ARN of a KMS key";

/** Buckets are told apart by what refers to them: their settings are resources of their own. */
function bucketEncryption(resource: PolicyResource, surroundings: Surroundings): readonly Problem[] {
    const type = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration";
    if (resource.type !== "aws:s3/bucket:Bucket") {
        return [];
    }
    const algorithms = surroundings
        .ofTypeFor(type, resource)
        .flatMap(({ inputs }) => list(inputs.rules))
        .map((rule) => at(rule, "applyServerSideEncryptionByDefault", "sseAlgorithm"));
    return algorithms.length > 0 && algorithms.every((each) => each === "aws:kms")
        ? []
        : [{ problem: `its default encryption is ${shown(algorithms[0])}, allowed is "aws:kms"` }];
}

function deniesPlain({ Effect, Condition }: Statement): boolean {
    return Effect === "Deny" && String(at(Condition, "Bool", "aws:SecureTransport")) === "false";
}

function bucketTransport(resource: PolicyResource, surroundings: Surroundings): readonly Problem[] {
    if (resource.type !== "aws:s3/bucket:Bucket") {
        return [];
    }
    const refusesPlain = surroundings
        .ofTypeFor("aws:s3/bucketPolicy:BucketPolicy", resource)
        .some(({ inputs: { policy } }) => policy === unknownValue || statementsOf(policy).some(deniesPlain));
    return refusesPlain ? [] : [{ problem: "no bucket policy denies requests without TLS (aws:SecureTransport)" }];
}

function parameter(engine: RegExp, name: string): (resource: PolicyResource) => readonly Problem[] {
    return ({ type, inputs }) => {
        if (type !== "aws:rds/parameterGroup:ParameterGroup" || !engine.test(String(inputs.family))) {
            return [];
        }
        const value = list(inputs.parameters).find((each) => at(each, "name") === name);
        return ["1", "ON"].includes(String(at(value, "value")))
            ? []
            : [{ problem: `the parameter ${name} is ${shown(at(value, "value"))}, allowed is "1"` }];
    };
}

export const encryptionRules: readonly Rule[] = [
    {
        id: "stores-encrypted-at-rest",
        types: /^(aws:(rds\/instance|elasticache\/replicationGroup|ec2\/(launchTemplate|instance)):|kubernetes:storage)/,
        severity: "high",
        title: "Databases, caches and volumes are encrypted at rest with a key of the platform.",
        why: "Whoever gets hold of a disk, a snapshot or a backup of it reads the data.",
        clauses: ["AWS FSBP RDS.3", "AWS FSBP ElastiCache.4", "AWS FSBP EC2.3"],
        fix: "Set storageEncrypted, atRestEncryptionEnabled or encrypted to true and name the data key.",
        check: every(
            requires("aws:rds/instance:Instance", ["storageEncrypted"], isTrue, "true"),
            requires("aws:elasticache/replicationGroup:ReplicationGroup", ["atRestEncryptionEnabled"], isTrue, "true"),
            requires("aws:elasticache/replicationGroup:ReplicationGroup", ["kmsKeyId"], isSet, aKey),
            requires("aws:ec2/instance:Instance", ["rootBlockDevice", "encrypted"], isTrue, "true"),
            requires("kubernetes:storage.k8s.io/v1:StorageClass", ["parameters", "encrypted"], isTrue, '"true"'),
            ({ type, inputs }) =>
                type === "aws:ec2/launchTemplate:LaunchTemplate"
                    ? list(inputs.blockDeviceMappings)
                          .filter((mapping) => !isTrue(at(mapping, "ebs", "encrypted")))
                          .map((mapping) => ({
                              problem: `the volume ${shown(at(mapping, "deviceName"))} is not encrypted`,
                          }))
                    : [],
        ),
    },
    {
        id: "buckets-encrypted-with-kms",
        types: /^aws:s3\/bucket:/,
        severity: "high",
        title: "Buckets encrypt with a KMS key by default.",
        why: "With S3's own keys, leave to read an object is all it takes to read it; a KMS key is a second gate, and its use is logged.",
        clauses: ["AWS FSBP S3.17"],
        fix: "Give the bucket a BucketServerSideEncryptionConfiguration with aws:kms.",
        check: bucketEncryption,
    },
    {
        id: "secrets-encrypted-with-own-key",
        types: /^(aws:(secretsmanager\/secret|ecr\/repository|cloudwatch\/logGroup)|eks:index):/,
        severity: "high",
        title: "Secrets Manager, Kubernetes Secrets, image repositories and log groups use a key of the platform.",
        why: "The account's default keys can be used by every principal that the account lets call the service.",
        clauses: [
            "AWS FSBP EKS.3",
            "CIS EKS 1.8.0 5.3.1",
            "checkov CKV_AWS_149",
            "checkov CKV_AWS_136",
            "checkov CKV_AWS_158",
        ],
        fix: "Set kmsKeyId, encryptionConfigKeyArn or encryptionConfigurations to a key of EncryptionKeys.",
        check: every(
            requires("aws:secretsmanager/secret:Secret", ["kmsKeyId"], isSet, aKey),
            requires("eks:index:Cluster", ["encryptionConfigKeyArn"], isSet, aKey),
            requires(
                "aws:ecr/repository:Repository",
                ["encryptionConfigurations", 0, "encryptionType"],
                (value) => value === "KMS",
                '"KMS"',
            ),
            requires("aws:cloudwatch/logGroup:LogGroup", ["kmsKeyId"], isSet, aKey),
        ),
    },
    {
        id: "keys-rotate",
        types: /^aws:kms\/key:/,
        severity: "medium",
        title: "KMS keys rotate every year.",
        why: "A key that never changes protects everything ever written with it.",
        clauses: ["AWS FSBP KMS.4"],
        fix: "Set enableKeyRotation to true.",
        check: requires("aws:kms/key:Key", ["enableKeyRotation"], isTrue, "true"),
    },
    {
        id: "stores-encrypted-in-transit",
        types: /^aws:(rds\/parameterGroup|elasticache\/replicationGroup|s3\/bucket):/,
        severity: "high",
        title: "Databases, caches and buckets refuse connections without TLS.",
        why: "Whoever can read the network reads passwords and data.",
        clauses: ["AWS FSBP RDS.38", "AWS FSBP RDS.39", "AWS FSBP ElastiCache.5", "AWS FSBP S3.5"],
        fix: "Set rds.force_ssl, require_secure_transport or transitEncryptionEnabled, or deny requests without aws:SecureTransport.",
        check: every(
            parameter(/^postgres/, "rds.force_ssl"),
            parameter(/^mysql/, "require_secure_transport"),
            requires("aws:elasticache/replicationGroup:ReplicationGroup", ["transitEncryptionEnabled"], isTrue, "true"),
            requires(
                "aws:elasticache/replicationGroup:ReplicationGroup",
                ["transitEncryptionMode"],
                (value) => value === undefined || value === "required",
                '"required"',
            ),
            bucketTransport,
        ),
    },
];
