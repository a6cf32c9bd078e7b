import type { PolicyResource, Problem, Rule } from "../rule";
import type { Surroundings } from "../surroundings";
import { every, isFalse, isSet, isTrue, list, requires, shown } from "../values";

/** What EKS can log of a control plane, as @pulumi/eks names it. */
const controlPlane = ["api", "audit", "authenticator", "controllerManager", "scheduler"];

function clusterLogs({ type, inputs }: PolicyResource): readonly Problem[] {
    const missing = controlPlane.filter((each) => !list(inputs.enabledClusterLogTypes).includes(each));
    return type === "eks:index:Cluster" && missing.length > 0
        ? [{ problem: `enabledClusterLogTypes lacks ${missing.join(", ")}` }]
        : [];
}

/** EKS makes the group itself where there is none, and keeps it for ever and without a key of ours. */
function clusterLogGroup({ type, inputs }: PolicyResource, surroundings: Surroundings): readonly Problem[] {
    if (type !== "eks:index:Cluster" || typeof inputs.name !== "string") {
        return [];
    }
    const name = `/aws/eks/${inputs.name}/cluster`;
    return surroundings.ofType("aws:cloudwatch/logGroup:LogGroup").some((group) => group.inputs.name === name)
        ? []
        : [{ problem: `no log group ${name} says how long its audit log is kept` }];
}

function flowLogs(resource: PolicyResource, surroundings: Surroundings): readonly Problem[] {
    return resource.type === "aws:ec2/vpc:Vpc" &&
        surroundings.ofTypeFor("aws:ec2/flowLog:FlowLog", resource).length === 0
        ? [{ problem: "no flow log records its traffic" }]
        : [];
}

const trailType = "aws:cloudtrail/trail:Trail";

const detector = "aws:guardduty/detector:Detector";

/** A detector without it sees AWS alone, not the Kubernetes API. */
function auditLogWatched(resource: PolicyResource, surroundings: Surroundings): readonly Problem[] {
    if (resource.type !== detector) {
        return [];
    }
    const watched = surroundings
        .ofTypeFor("aws:guardduty/detectorFeature:DetectorFeature", resource)
        .some(({ inputs }) => inputs.name === "EKS_AUDIT_LOGS" && inputs.status === "ENABLED");
    return watched ? [] : [{ problem: "no feature EKS_AUDIT_LOGS is ENABLED" }];
}

const isSomeList = (value: unknown): boolean => list(value).length > 0;

export const logRules: readonly Rule[] = [
    {
        id: "cluster-audited",
        types: /^eks:index:Cluster$/,
        severity: "high",
        title: "The control plane logs everything, and its audit log is kept as long as the configuration says.",
        why: "Without the audit log nobody can say who read a Secret.",
        clauses: ["AWS FSBP EKS.8", "CIS EKS 1.8.0 2.1.1", "CIS EKS 1.8.0 2.1.2"],
        fix: "Name all five types in enabledClusterLogTypes and make the log group before the cluster.",
        check: every(clusterLogs, clusterLogGroup),
    },
    {
        id: "trail-can-be-trusted",
        types: /^aws:cloudtrail\/trail:/,
        severity: "high",
        title: "A trail records every region, under a key of the platform, and shows when a file was changed.",
        why: "Whoever breaks into an account first looks for the record of it: a region that nobody watches, or a file to edit.",
        clauses: ["AWS FSBP CloudTrail.1", "AWS FSBP CloudTrail.2", "AWS FSBP CloudTrail.4"],
        fix: "Use the Trail component.",
        check: every(
            requires(trailType, ["isMultiRegionTrail"], isTrue, "true"),
            requires(trailType, ["includeGlobalServiceEvents"], (value) => !isFalse(value), "true"),
            requires(trailType, ["enableLogging"], (value) => !isFalse(value), "true"),
            requires(trailType, ["enableLogFileValidation"], isTrue, "true"),
            requires(trailType, ["kmsKeyId"], isSet, "the ARN of a KMS key"),
        ),
    },
    {
        id: "detector-watches-clusters",
        types: /^aws:guardduty\/detector:/,
        severity: "medium",
        title: "A GuardDuty detector is on and reads the audit logs of the clusters.",
        why: "Without them it sees what is done with AWS, and nothing of what is done with Kubernetes.",
        clauses: ["AWS FSBP GuardDuty.1", "AWS FSBP GuardDuty.5"],
        fix: "Use the GuardDuty component.",
        check: every(
            requires(detector, ["enable"], (value) => !isFalse(value), "true"),
            auditLogWatched,
        ),
    },
    {
        id: "stores-log",
        types: /^aws:(rds\/instance|elasticache\/replicationGroup):/,
        severity: "medium",
        title: "Managed databases and caches send their logs to CloudWatch.",
        why: "Failed logins and slow queries are otherwise gone with the instance.",
        clauses: ["AWS FSBP RDS.9", "AWS FSBP RDS.36"],
        fix: "Set enabledCloudwatchLogsExports or logDeliveryConfigurations.",
        check: every(
            requires("aws:rds/instance:Instance", ["enabledCloudwatchLogsExports"], isSomeList, "the engine's logs"),
            requires(
                "aws:elasticache/replicationGroup:ReplicationGroup",
                ["logDeliveryConfigurations"],
                isSomeList,
                "its logs",
            ),
        ),
    },
    {
        id: "network-logged",
        types: /^aws:ec2\/vpc:/,
        severity: "medium",
        title: "Flow logs record the traffic of every VPC.",
        why: "They are what shows where a stolen credential was used from, and what a pod talked to.",
        clauses: ["AWS FSBP EC2.6"],
        fix: "Use the Network component, or give the VPC a FlowLog.",
        check: flowLogs,
    },
    {
        id: "logs-expire",
        types: /^aws:cloudwatch\/logGroup:/,
        severity: "low",
        title: "Every log group says how long it keeps logs.",
        why: "Without a number CloudWatch keeps personal data, and charges for it, for ever.",
        clauses: ["CIS EKS 1.8.0 2.1.2", "checkov CKV_AWS_66"],
        fix: "Set retentionInDays.",
        check: requires(
            "aws:cloudwatch/logGroup:LogGroup",
            ["retentionInDays"],
            (value) => Number(value) > 0,
            "a number of days",
        ),
    },
    {
        id: "functions-log-to-their-group",
        types: /^aws:lambda\/function:/,
        severity: "low",
        title: "Functions write to a log group that is declared.",
        why: "Lambda makes one itself, which keeps everything for ever and is encrypted with no key of the platform.",
        clauses: ["checkov CKV_AWS_66", "checkov CKV_AWS_158"],
        fix: "Set loggingConfig.logGroup to a LogGroup of the program.",
        check: requires(
            "aws:lambda/function:Function",
            ["loggingConfig", "logGroup"],
            isSet,
            `the name of a log group, not ${shown("")}`,
        ),
    },
];
