import { podSpecOf, workloadTypes } from "../pods";
import type { PolicyResource, Problem, Rule } from "../rule";
import { statementsOf, type Statement } from "../statements";
import type { Surroundings } from "../surroundings";
import { at, every, list, metadataOf, requires, shown } from "../values";

/**
 * Actions that IAM can narrow to no resource: the service authorization reference lists none for them
 * (https://docs.aws.amazon.com/service-authorization/latest/reference/).
 */
const actionsWithoutResource: readonly RegExp[] = [
    /^ec2:(Describe\w+|GetCoipPoolUsage|GetSecurityGroupsForVpc|GetInstanceTypesFromInstanceRequirements)$/,
    /^elasticloadbalancing:Describe\w+$/,
    /^autoscaling:Describe\w+$/,
    /^acm:ListCertificates$/,
    /^route53:(ListHostedZones|ListHostedZonesByName)$/,
    /^ecr:GetAuthorizationToken$/,
    /^secretsmanager:ListSecrets$/,
    /^logs:(DescribeLogGroups|GetQueryResults|StopQuery)$/,
    /^(wafv2|waf-regional|shield):(Describe\w+|List\w+|GetSubscriptionState)$/,
    /^cloudwatch:PutMetricData$/,
    /^xray:Put\w+$/,
    /^ssmmessages:(Create|Open)(Control|Data)Channel$/,
];

const grants = /^aws:iam\/(rolePolicy|policy|userPolicy|groupPolicy):/;

function allowed(document: unknown): readonly Statement[] {
    return statementsOf(document).filter(({ Effect }) => Effect === "Allow");
}

function wildcardActions({ type, inputs }: PolicyResource): readonly Problem[] {
    const isKey = type === "aws:kms/key:Key";
    if (!grants.test(type) && !isKey) {
        return [];
    }
    return allowed(inputs.policy).flatMap(({ Action, NotAction }) => [
        ...(NotAction === undefined ? [] : [{ problem: "it allows everything but some actions (NotAction)" }]),
        ...list(Action)
            // A key policy speaks of one key; reading about it, and families that differ in form alone, may be named together.
            .filter((action) => /\*/.test(String(action)) && !(isKey && keyFamilies.test(String(action))))
            .map((action) => ({ problem: `it allows ${shown(action)}, allowed are actions by name` })),
    ]);
}

const keyFamilies = /^kms:(Describe|Get|List|GenerateDataKey|ReEncrypt)\*$/;

function wildcardResources({ type, inputs }: PolicyResource): readonly Problem[] {
    if (!grants.test(type)) {
        return [];
    }
    return allowed(inputs.policy)
        .filter(({ Resource }) => list(Resource).includes("*"))
        .flatMap(({ Action }) => list(Action))
        .filter((action) => !actionsWithoutResource.some((each) => each.test(String(action))))
        .map((action) => ({ problem: `it allows ${shown(action)} on "*", allowed are the ARNs it is needed for` }));
}

function trust({ type, inputs }: PolicyResource): readonly Problem[] {
    return type === "aws:iam/role:Role"
        ? allowed(inputs.assumeRolePolicy)
              .filter(({ Principal }) => Principal === "*" || list(at(Principal, "AWS")).includes("*"))
              .map(() => ({ problem: "everybody may assume it" }))
        : [];
}

function kubernetesRules({ type, inputs }: PolicyResource): readonly Problem[] {
    if (!/^kubernetes:rbac\.authorization\.k8s\.io\/v1:(Cluster)?Role$/.test(type)) {
        return [];
    }
    return list(inputs.rules).flatMap((rule) =>
        ["verbs", "resources", "apiGroups"]
            .filter((member) => list(at(rule, member)).includes("*"))
            .map((member) => ({ problem: `it names "*" in ${member}` })),
    );
}

function clusterAdmin({ type, inputs }: PolicyResource): readonly Problem[] {
    return /:(Cluster)?RoleBinding$/.test(type) && at(inputs, "roleRef", "name") === "cluster-admin"
        ? [{ problem: "it gives the role cluster-admin" }]
        : [];
}

function serviceAccount(resource: PolicyResource): readonly Problem[] {
    const spec = podSpecOf(resource);
    return spec !== undefined && ["", "default"].includes(spec.serviceAccountName ?? "")
        ? [{ problem: `serviceAccountName is ${shown(spec.serviceAccountName)}, allowed is an account of its own` }]
        : [];
}

const tokenTypes = new RegExp(`${workloadTypes.source}|^kubernetes:core/v1:ServiceAccount$`);

/** A token is of use where a role is bound to the account, or where AWS is asked with it. */
function token(resource: PolicyResource, surroundings: Surroundings): readonly Problem[] {
    if (resource.type === "kubernetes:core/v1:ServiceAccount") {
        return resource.inputs.automountServiceAccountToken === false
            ? []
            : [{ problem: "its token is mounted wherever it is used: automountServiceAccountToken must be false" }];
    }
    const spec = podSpecOf(resource);
    if (spec === undefined || spec.automountServiceAccountToken === false) {
        return [];
    }
    const { namespace } = metadataOf(resource);
    const isBound = [
        ...surroundings.ofType("kubernetes:rbac.authorization.k8s.io/v1:RoleBinding"),
        ...surroundings.ofType("kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding"),
    ]
        .flatMap(({ inputs }) => list(inputs.subjects))
        .some((subject) => at(subject, "name") === spec.serviceAccountName && at(subject, "namespace") === namespace);
    return spec.automountServiceAccountToken === true && isBound
        ? []
        : [{ problem: "it mounts its service account's token, which no role is bound to" }];
}

export const identityRules: readonly Rule[] = [
    {
        id: "iam-no-wildcard-actions",
        types: /^aws:(iam|kms)\//,
        severity: "high",
        title: "IAM policies allow actions by name.",
        why: "A wildcard grants what AWS adds to the service tomorrow.",
        clauses: ["AWS FSBP IAM.1", "AWS FSBP IAM.21"],
        fix: "List the actions that the workload calls.",
        check: wildcardActions,
    },
    {
        id: "iam-no-wildcard-resources",
        types: /^aws:iam\//,
        severity: "high",
        title: "IAM policies name the resources, but for actions that AWS can narrow to none.",
        why: "One stolen role then reaches the data of every system.",
        clauses: ["AWS FSBP IAM.1", "AWS FSBP KMS.1", "AWS FSBP KMS.2"],
        fix: "Name the ARNs. For an action that has no resource type, add it to the list in policy/rules/identity.ts.",
        check: wildcardResources,
    },
    {
        id: "iam-trust-closed",
        types: /^aws:iam\/role:/,
        severity: "critical",
        title: "No role can be assumed by everybody.",
        why: "Another account could take the role.",
        clauses: ["AWS FSBP IAM.1"],
        fix: "Name the service or the role in the trust policy.",
        check: trust,
    },
    {
        id: "metadata-service-v2",
        types: /^aws:ec2\/(launchTemplate|instance):/,
        severity: "high",
        title: "Machines answer metadata requests with a session token only, and not to pods.",
        why: "With version 1, a service that fetches URLs for its callers hands out the node's credentials.",
        clauses: ["AWS FSBP EC2.8", "checkov CKV_AWS_79"],
        fix: 'Set metadataOptions.httpTokens to "required" and httpPutResponseHopLimit to 1.',
        check: every(
            ...["aws:ec2/launchTemplate:LaunchTemplate", "aws:ec2/instance:Instance"].flatMap((type) => [
                requires(type, ["metadataOptions", "httpTokens"], (value) => value === "required", '"required"'),
                requires(type, ["metadataOptions", "httpPutResponseHopLimit"], (value) => value === 1, "1"),
            ]),
        ),
    },
    {
        id: "rbac-no-wildcards",
        types: /^kubernetes:rbac/,
        severity: "high",
        title: "Kubernetes roles name verbs, resources and API groups.",
        why: "A wildcard grants Secrets, and what a later operator adds.",
        clauses: ["CIS EKS 1.8.0 4.1.3", "checkov CKV_K8S_49"],
        fix: "List what the workload asks the API server for.",
        check: kubernetesRules,
    },
    {
        id: "rbac-no-cluster-admin",
        types: /^kubernetes:rbac/,
        severity: "critical",
        title: "Nothing is bound to cluster-admin.",
        why: "Who takes over that pod owns the cluster.",
        clauses: ["CIS EKS 1.8.0 4.1.1"],
        fix: "Bind a role with the rights that are needed.",
        check: clusterAdmin,
    },
    {
        id: "own-service-account",
        types: workloadTypes,
        severity: "medium",
        title: "Every workload has a service account of its own.",
        why: "Rights that one workload is given on the default account are everybody's in the namespace.",
        clauses: ["CIS EKS 1.8.0 4.1.5", "CIS EKS 1.8.0 5.2.1", "checkov CKV_K8S_41"],
        fix: "Create a ServiceAccount and name it in serviceAccountName.",
        check: serviceAccount,
    },
    {
        id: "no-token-automount",
        types: tokenTypes,
        severity: "medium",
        title: "A service account's token is mounted only where a role is bound to it.",
        why: "A token that nothing needs is one more thing to steal.",
        clauses: ["CIS EKS 1.8.0 4.1.6", "checkov CKV_K8S_38"],
        fix: "Set automountServiceAccountToken to false.",
        check: token,
    },
];
