import type { PolicyResource, Problem, Rule } from "../rule";
import type { Surroundings } from "../surroundings";
import { at, isFalse, isSet, isTrue, list, shown } from "../values";

const database = "aws:rds/instance:Instance";
const cache = "aws:elasticache/replicationGroup:ReplicationGroup";

/** Types whose loss is the loss of data. */
const stateful = new Set([database, cache, "aws:s3/bucket:Bucket", "aws:kms/key:Key", "eks:index:Cluster"]);

/** What a read replica has, its source has, too. */
const isReplica = ({ inputs }: PolicyResource): boolean => isSet(inputs.replicateSourceDb);

function protection(resource: PolicyResource, { isProd }: Surroundings): readonly Problem[] {
    const { type, inputs } = resource;
    if (!isProd || !stateful.has(type) || isReplica(resource)) {
        return [];
    }
    const problems: [boolean, string][] = [
        [!resource.protect, "it is not protected (Pulumi's protect)"],
        [
            (type === database || type === "eks:index:Cluster") && !isTrue(inputs.deletionProtection),
            "deletionProtection is not true",
        ],
        [type === database && !isFalse(inputs.skipFinalSnapshot), "skipFinalSnapshot is not false"],
        [type === cache && !isSet(inputs.finalSnapshotIdentifier), "finalSnapshotIdentifier is not set"],
        [type === "aws:s3/bucket:Bucket" && isTrue(inputs.forceDestroy), "forceDestroy is true"],
        [
            type === "aws:kms/key:Key" && !(Number(inputs.deletionWindowInDays) >= 30),
            "deletionWindowInDays is below 30",
        ],
    ];
    return problems.filter(([isBroken]) => isBroken).map(([, problem]) => ({ problem }));
}

/** RDS keeps seven days by default where a person sets it up; below that a long weekend is enough to lose data for good. */
const fewestDays = 7;

function backups(resource: PolicyResource, surroundings: Surroundings): readonly Problem[] {
    const { type, inputs } = resource;
    if (type === "aws:s3/bucket:Bucket") {
        const versioned = surroundings
            .ofTypeFor("aws:s3/bucketVersioning:BucketVersioning", resource)
            .some((each) => at(each.inputs, "versioningConfiguration", "status") === "Enabled");
        return versioned ? [] : [{ problem: "its objects are not versioned" }];
    }
    if (!surroundings.isProd || isReplica(resource)) {
        return [];
    }
    const member = type === database ? "backupRetentionPeriod" : type === cache ? "snapshotRetentionLimit" : undefined;
    return member === undefined || Number(inputs[member]) >= fewestDays
        ? []
        : [{ problem: `${member} is ${shown(inputs[member])}, allowed in prod are ${fewestDays} days and more` }];
}

function standby(resource: PolicyResource, { isProd }: Surroundings): readonly Problem[] {
    const { type, inputs } = resource;
    if (!isProd || isReplica(resource)) {
        return [];
    }
    const member = type === database ? "multiAz" : type === cache ? "automaticFailoverEnabled" : undefined;
    return member === undefined || isTrue(inputs[member])
        ? []
        : [{ problem: `${member} is ${shown(inputs[member])}, allowed in prod is true` }];
}

const repository = "aws:ecr/repository:Repository";

function repositories(resource: PolicyResource, surroundings: Surroundings): readonly Problem[] {
    if (resource.type !== repository) {
        return [];
    }
    const { imageScanningConfiguration, imageTagMutability } = resource.inputs;
    const lifecycle = surroundings.ofTypeFor("aws:ecr/lifecyclePolicy:LifecyclePolicy", resource);
    const problems: [boolean, string][] = [
        [!isTrue(at(imageScanningConfiguration, "scanOnPush")), "images are not scanned on push"],
        [
            !["IMMUTABLE", "IMMUTABLE_WITH_EXCLUSION"].includes(String(imageTagMutability)),
            `imageTagMutability is ${shown(imageTagMutability)}, allowed are "IMMUTABLE" and "IMMUTABLE_WITH_EXCLUSION"`,
        ],
        [
            // A version that could be moved would make a rollback go somewhere else.
            list(resource.inputs.imageTagMutabilityExclusionFilters).some((filter) =>
                /^[v0-9*]/.test(String(at(filter, "filter"))),
            ),
            "its versions are excluded from immutability",
        ],
        [lifecycle.length === 0, "it keeps every image for ever"],
    ];
    return problems.filter(([isBroken]) => isBroken).map(([, problem]) => ({ problem }));
}

export const dataRules: readonly Rule[] = [
    {
        id: "data-protected",
        types: /^(aws:(rds\/instance|elasticache\/replicationGroup|s3\/bucket|kms\/key)|eks:index):/,
        severity: "high",
        title: "In prod, nothing that holds data can be deleted by mistake.",
        why: "One wrong rename in a pull request would otherwise delete a database with its backups.",
        clauses: ["AWS FSBP RDS.8", "AWS FSBP KMS.3"],
        fix: "Set data.protect to true in the stack's configuration.",
        check: protection,
    },
    {
        id: "data-backed-up",
        types: /^aws:(rds\/instance|elasticache\/replicationGroup|s3\/bucket):/,
        severity: "high",
        title: "Databases and caches of prod are backed up for a week or more; buckets keep versions.",
        why: "A mistake is often noticed days later.",
        clauses: ["AWS FSBP RDS.11", "AWS FSBP ElastiCache.1", "AWS FSBP S3.14"],
        fix: "Set data.database.backupRetentionDays; give buckets a BucketVersioning.",
        check: backups,
    },
    {
        id: "stores-fail-over",
        types: /^aws:(rds\/instance|elasticache\/replicationGroup):/,
        severity: "medium",
        title: "Databases and caches of prod survive the loss of a zone.",
        why: "A store in one zone takes every system that needs it down with the zone.",
        clauses: ["AWS FSBP RDS.5", "AWS FSBP ElastiCache.3"],
        fix: "Set data.database.multiAz to true and data.cache.replicas to 1 or more.",
        check: standby,
    },
    {
        id: "image-repositories-hardened",
        types: /^aws:ecr\/repository:/,
        severity: "medium",
        title: "Image repositories scan on push, keep released tags as they are and delete what is old.",
        why: "A known hole is found before it is deployed, and a version stays what was tested.",
        clauses: ["AWS FSBP ECR.1", "AWS FSBP ECR.2", "AWS FSBP ECR.3", "CIS EKS 1.8.0 5.1.1"],
        fix: "Use the ImageRepository component.",
        check: repositories,
    },
];
