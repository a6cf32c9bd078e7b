import type * as pulumi from "@pulumi/pulumi";
import type * as k8s from "@pulumi/kubernetes";

/** Where the value of one key of a Kubernetes Secret comes from. */
export interface SecretSource {
    /** ARN of the AWS secret. */
    readonly secretArn: pulumi.Input<string>;
    /** Member of the JSON object in it. */
    readonly property: string;
}

export interface ExternalSecretPlan {
    readonly name: string;
    readonly namespace: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly storeName: string;
    /** How old the copy in the cluster may be, such as "5m". */
    readonly refreshInterval: string;
    readonly sources: Readonly<Record<string, SecretSource>>;
}

/** An ExternalSecret, which the External Secrets Operator turns into a Kubernetes Secret of the same name. */
export function externalSecret(plan: ExternalSecretPlan): k8s.apiextensions.CustomResourceArgs {
    return {
        apiVersion: "external-secrets.io/v1",
        kind: "ExternalSecret",
        metadata: {
            name: plan.name,
            namespace: plan.namespace,
            labels: { ...plan.labels },
            // Pods that need the Secret are made once it is there, so they do not start with an error.
            annotations: { "pulumi.com/waitFor": "condition=Ready" },
        },
        spec: {
            refreshPolicy: "Periodic",
            refreshInterval: plan.refreshInterval,
            secretStoreRef: { kind: "SecretStore", name: plan.storeName },
            // Retain: a mistake in AWS must not take the last working copy away from running pods.
            target: { name: plan.name, creationPolicy: "Owner", deletionPolicy: "Retain" },
            data: Object.entries(plan.sources).map(([secretKey, source]) => ({
                secretKey,
                remoteRef: { key: source.secretArn, property: source.property },
            })),
        },
    };
}
