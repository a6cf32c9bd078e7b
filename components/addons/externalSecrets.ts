import * as pulumi from "@pulumi/pulumi";
import type { PolicyStatement } from "../identity/podIdentity";
import {
    disruptionBudget,
    objectsNamespace,
    replicasOf,
    resourcesOf,
    type AddonContext,
    type AddonDefinition,
    type AddonPod,
} from "./definition";

const operator: AddonPod = { count: "redundant", cpuMillicores: 25, memoryMiB: 128, memoryLimitMiB: 384 };
const webhook: AddonPod = { count: "redundant", cpuMillicores: 10, memoryMiB: 64, memoryLimitMiB: 128 };
const certificates: AddonPod = { count: "one", cpuMillicores: 10, memoryMiB: 96, memoryLimitMiB: 256 };

const serviceAccount = "external-secrets";

/** Suffix of the roles that read one system's secrets each. */
const readerSuffix = "-secrets-reader";

/**
 * Copies secrets from AWS Secrets Manager into Kubernetes. The operator may read no secret itself: each system's SecretStore names a role
 * that reads that system's secrets, and assuming such roles is all that the operator may do.
 */
export const externalSecrets: AddonDefinition = {
    name: "externalSecrets",
    namespace: "external-secrets",
    podSecurity: { level: "restricted" },
    chart: { name: "external-secrets", version: "2.9.0", repository: "https://charts.external-secrets.io" },
    pods: { operator, webhook, certificates },
    flows: () => ({ webhooks: [10250], metrics: [8080] }),
    identity: { serviceAccount, statements },
    after: ["awsLoadBalancerController"],
    values: (context) => {
        const budget = disruptionBudget(operator, context);
        const podDisruptionBudget = { enabled: budget.maxUnavailable !== undefined, minAvailable: 1 };
        return {
            installCRDs: true,
            replicaCount: replicasOf(operator, context),
            leaderElect: true,
            resources: resourcesOf(operator),
            serviceAccount: { name: serviceAccount },
            podDisruptionBudget,
            webhook: {
                replicaCount: replicasOf(webhook, context),
                resources: resourcesOf(webhook),
                podDisruptionBudget,
            },
            certController: { replicaCount: replicasOf(certificates, context), resources: resourcesOf(certificates) },
            // Stores belong to a system's namespace. What works across namespaces is not installed, so nobody can read with it.
            crds: {
                createClusterExternalSecret: false,
                createClusterSecretStore: false,
                createClusterGenerator: false,
                createClusterPushSecret: false,
                createPushSecret: false,
            },
            processClusterExternalSecret: false,
            processClusterStore: false,
            processClusterGenerator: false,
            processClusterPushSecret: false,
            processPushSecret: false,
            // Its identity comes from EKS, so it needs no tokens of other service accounts.
            rbac: { serviceAccountTokenCreate: false },
            serviceMonitor: {
                enabled: context.monitoring,
                renderMode: "alwaysRender",
                relabelings: objectsNamespace,
            },
        };
    },
};

/**
 * The roles do not exist yet when the operator is installed, so they are named by their suffix; the tag makes sure that they belong to
 * this stack. Pod Identity tags its sessions, and tags are handed on from role to role, hence TagSession.
 */
function statements({ cluster, tags }: AddonContext): PolicyStatement[] {
    return [
        {
            sid: "BecomeReaderOfOneSystem",
            actions: ["sts:AssumeRole", "sts:TagSession"],
            resources: [pulumi.interpolate`arn:aws:iam::${cluster.accountId}:role/*${readerSuffix}`],
            conditions: { StringEquals: { "aws:ResourceTag/platform:stack": tags.stack } },
        },
    ];
}
