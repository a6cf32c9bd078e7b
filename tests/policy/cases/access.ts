import type { PolicyResource } from "../../../policy/rule";
import { deployment, namespaced, resource, resourceFor } from "../fixture";
import type { RuleCase } from "./case";

const rolePolicy = (statement: unknown): PolicyResource =>
    resource("aws:iam/rolePolicy:RolePolicy", { policy: JSON.stringify({ Statement: [statement] }) });
const allow = (Action: unknown, Resource: unknown = "arn:aws:s3:::backups/*") => ({
    Effect: "Allow",
    Action,
    Resource,
});
const role = (rule: unknown): PolicyResource =>
    resource("kubernetes:rbac.authorization.k8s.io/v1:Role", { metadata: namespaced, rules: [rule] });
const binding = (roleName: string, subject = "api"): PolicyResource =>
    resource("kubernetes:rbac.authorization.k8s.io/v1:RoleBinding", {
        metadata: namespaced,
        roleRef: { kind: "ClusterRole", name: roleName },
        subjects: [{ kind: "ServiceAccount", name: subject, namespace: "shop" }],
    });
const account = (automountServiceAccountToken?: boolean): PolicyResource =>
    resource("kubernetes:core/v1:ServiceAccount", { metadata: namespaced, automountServiceAccountToken });
const metadataOptions = (httpTokens: string, httpPutResponseHopLimit: number): PolicyResource =>
    resource("aws:ec2/launchTemplate:LaunchTemplate", { metadataOptions: { httpTokens, httpPutResponseHopLimit } });
const configMap = (data: Readonly<Record<string, string>>): PolicyResource =>
    resource("kubernetes:core/v1:ConfigMap", { metadata: namespaced, data });
const secret = resource("aws:secretsmanager/secret:Secret", {});
const rotation = (automaticallyAfterDays: number): PolicyResource =>
    resourceFor(secret, "aws:secretsmanager/secretRotation:SecretRotation", {
        rotationRules: { automaticallyAfterDays },
    });
const prodSecret = (recoveryWindowInDays: number): PolicyResource =>
    resource("aws:secretsmanager/secret:Secret", { recoveryWindowInDays, tags: { "platform:environment": "prod" } });

export const accessCases: readonly RuleCase[] = [
    {
        rule: "iam-no-wildcard-actions",
        holds: {
            "actions by name": [rolePolicy(allow(["s3:GetObject", "s3:PutObject"]))],
            "a wildcard that denies": [rolePolicy({ Effect: "Deny", Action: "*", Resource: "*" })],
            "families of a key's own policy": [
                resource("aws:kms/key:Key", {
                    policy: JSON.stringify({ Statement: allow(["kms:Describe*", "kms:GenerateDataKey*"], "*") }),
                }),
            ],
        },
        broken: {
            everything: { resources: [rolePolicy(allow("*"))], problem: /allows "\*"/ },
            "everything of a service": { resources: [rolePolicy(allow("s3:*"))], problem: /allows "s3:\*"/ },
            "a family": { resources: [rolePolicy(allow(["s3:Get*"]))], problem: /allows "s3:Get\*"/ },
            "everything but": {
                resources: [rolePolicy({ Effect: "Allow", NotAction: "iam:*", Resource: "*" })],
                problem: /NotAction/,
            },
            "everything with a key": {
                resources: [
                    resource("aws:kms/key:Key", { policy: JSON.stringify({ Statement: allow("kms:*", "*") }) }),
                ],
                problem: /allows "kms:\*"/,
            },
        },
    },
    {
        rule: "iam-no-wildcard-resources",
        holds: {
            "an ARN": [rolePolicy(allow("s3:GetObject"))],
            "an action that has no resource": [
                rolePolicy(allow(["ec2:DescribeInstances", "route53:ListHostedZones"], "*")),
            ],
        },
        broken: {
            "every bucket": {
                resources: [rolePolicy(allow("s3:GetObject", ["*"]))],
                problem: /allows "s3:GetObject" on "\*"/,
            },
            "every key, among actions that have no resource": {
                resources: [rolePolicy(allow(["ec2:DescribeInstances", "kms:Decrypt"], "*"))],
                problem: /^it allows "kms:Decrypt"/,
            },
        },
    },
    {
        rule: "iam-trust-closed",
        holds: {
            "a service": [
                resource("aws:iam/role:Role", {
                    assumeRolePolicy: JSON.stringify({
                        Statement: [
                            {
                                Effect: "Allow",
                                Principal: { Service: "pods.eks.amazonaws.com" },
                                Action: "sts:AssumeRole",
                            },
                        ],
                    }),
                }),
            ],
        },
        broken: {
            everybody: {
                resources: [
                    resource("aws:iam/role:Role", {
                        assumeRolePolicy: JSON.stringify({ Statement: [{ Effect: "Allow", Principal: { AWS: "*" } }] }),
                    }),
                ],
                problem: /everybody may assume it/,
            },
        },
    },
    {
        rule: "metadata-service-v2",
        holds: { "tokens for the node alone": [metadataOptions("required", 1)] },
        broken: {
            "version 1": { resources: [metadataOptions("optional", 1)], problem: /httpTokens is "optional"/ },
            "tokens for pods": { resources: [metadataOptions("required", 2)], problem: /httpPutResponseHopLimit is 2/ },
            "AWS's default": {
                resources: [resource("aws:ec2/launchTemplate:LaunchTemplate", {})],
                problem: /httpTokens is not set/,
            },
            "a machine outside of the cluster": {
                resources: [
                    resource("aws:ec2/instance:Instance", {
                        metadataOptions: { httpTokens: "optional", httpPutResponseHopLimit: 1 },
                    }),
                ],
                problem: /httpTokens is "optional"/,
            },
        },
    },
    {
        rule: "rbac-no-wildcards",
        holds: { "named rights": [role({ apiGroups: [""], resources: ["configmaps"], verbs: ["get"] })] },
        broken: {
            "every verb": {
                resources: [role({ apiGroups: [""], resources: ["configmaps"], verbs: ["*"] })],
                problem: /"\*" in verbs/,
            },
            "every kind": {
                resources: [role({ apiGroups: [""], resources: ["*"], verbs: ["get"] })],
                problem: /"\*" in resources/,
            },
        },
    },
    {
        rule: "rbac-no-cluster-admin",
        holds: { "another role": [binding("view")] },
        broken: { "cluster-admin": { resources: [binding("cluster-admin")], problem: /cluster-admin/ } },
    },
    {
        rule: "own-service-account",
        holds: { "an account of its own": [deployment()] },
        broken: {
            "the default one": {
                resources: [deployment({ pod: { serviceAccountName: "default" } })],
                problem: /"default"/,
            },
            "none, which is the default one": {
                resources: [deployment({ pod: { serviceAccountName: undefined } })],
                problem: /serviceAccountName is not set/,
            },
        },
    },
    {
        rule: "no-token-automount",
        holds: {
            "no token": [deployment(), account(false)],
            "a token that a role is bound to": [
                deployment({ pod: { automountServiceAccountToken: true } }),
                binding("reads-pods"),
            ],
        },
        broken: {
            "an account that hands it out": {
                resources: [account()],
                problem: /automountServiceAccountToken must be false/,
            },
            "a token for nothing": {
                resources: [
                    deployment({ pod: { automountServiceAccountToken: true } }),
                    binding("reads-pods", "other"),
                ],
                problem: /which no role is bound to/,
            },
            "a token by default": {
                resources: [deployment({ pod: { automountServiceAccountToken: undefined } })],
                problem: /which no role is bound to/,
            },
        },
    },
    {
        rule: "secrets-in-their-place",
        holds: {
            "a Secret, and what providers take": [
                resource("kubernetes:core/v1:Secret", { stringData: { password: "[secret]" } }),
                resource("aws:rds/instance:Instance", { password: "[secret]" }),
            ],
        },
        broken: {
            "a ConfigMap": { resources: [configMap({ URL: "[secret]" })], problem: /a secret stands in data\.URL/ },
            "an annotation": {
                resources: [
                    resource("kubernetes:core/v1:Secret", { metadata: { annotations: { note: "is [secret]" } } }),
                ],
                problem: /metadata\.annotations\.note/,
            },
            "an argument": {
                resources: [deployment({ container: { args: ["--password", "[secret]"] } })],
                problem: /spec\.template\.spec\.containers\.0\.args\.1/,
            },
        },
    },
    {
        rule: "no-credentials-in-clear",
        holds: {
            "places that credentials are read from": [
                configMap({ script: 'psql "postgres://$USER:$PASSWORD@db/app"', url: "https://example.com/a:b@c" }),
            ],
        },
        broken: {
            "an access key": {
                resources: [configMap({ note: "AKIAIOSFODNN7EXAMPLE" })],
                problem: /data\.note holds an AWS access key/,
            },
            "a private key": {
                resources: [configMap({ pem: "-----BEGIN RSA PRIVATE KEY-----\n" })],
                problem: /holds a private key/,
            },
            "a URL with a password": {
                resources: [configMap({ url: "redis://app:hunter22@redis:6379" })],
                problem: /holds a URL with a password/,
            },
            "a webhook": {
                resources: [
                    resource("aws:ec2/vpc:Vpc", { tags: { hook: "https://hooks.slack.com/services/T0/B0/x" } }),
                ],
                problem: /tags\.hook holds a Slack webhook/,
            },
        },
    },
    {
        rule: "no-secret-named-literals",
        holds: {
            "names of files, and references": [
                configMap({ DB_PASSWORD_FILE: "/credentials/password" }),
                deployment({
                    container: {
                        args: ["--token-path=/var/run/token", "--password=$(PASSWORD)"],
                        env: [{ name: "DB_PASSWORD", valueFrom: { secretKeyRef: { name: "db", key: "password" } } }],
                    },
                }),
            ],
        },
        broken: {
            "a key of a ConfigMap": {
                resources: [configMap({ DB_PASSWORD: "x" })],
                problem: /ConfigMap with the key DB_PASSWORD/,
            },
            "a variable": {
                resources: [deployment({ container: { env: [{ name: "API_TOKEN", value: "x" }] } })],
                problem: /container app: the variable API_TOKEN is a literal/,
            },
            "an argument, without repeating it": {
                resources: [deployment({ container: { args: ["--db-password=hunter2"] } })],
                problem: /the argument --db-password is a literal$/,
            },
        },
    },
    {
        rule: "secrets-rotate",
        holds: { "ninety days": [secret, rotation(90)] },
        broken: {
            "a year": { resources: [secret, rotation(365)], problem: /is 365, allowed are 1 to 90/ },
            never: { resources: [secret], problem: /nothing rotates it/ },
        },
    },
    {
        rule: "secrets-recoverable",
        holds: { "a month": [prodSecret(30)] },
        broken: { "at once": { resources: [prodSecret(0)], problem: /recoveryWindowInDays is 0/ } },
    },
];
