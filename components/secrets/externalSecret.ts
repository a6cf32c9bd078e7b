import type * as k8s from "@pulumi/kubernetes";
import type { SecretSource } from "../connection";
import type { SecretForm } from "./dockerConfig";

/**
 * How old a copy in the cluster may be.
 *
 * `generated`: whoever serves a generated value accepts the previous one for longer than that, so five minutes cost nobody a request;
 * 8,640 reads a month are $0.04.
 *
 * `changedOutside`: the owner of the value, such as RDS, changes the password on the server in the same moment, so every minute more is
 * a minute in which new connections fail; 43,800 reads a month are $0.35.
 *
 * Source: AWS Secrets Manager and KMS pricing, $0.05 and $0.03 per 10,000 calls.
 */
export const refreshIntervals = { generated: "5m", changedOutside: "1m" } as const;

export interface ExternalSecretPlan {
    readonly name: string;
    readonly namespace: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly storeName: string;
    /** How old the copy in the cluster may be, such as "5m". */
    readonly refreshInterval: string;
    readonly sources: Readonly<Record<string, Extract<SecretSource, { kind: "aws" }>>>;
    /** What the Secret looks like. Default: one key for each source. */
    readonly form?: Pick<SecretForm, "type" | "templates">;
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
            target: {
                name: plan.name,
                creationPolicy: "Owner",
                deletionPolicy: "Retain",
                ...(plan.form && {
                    template: { engineVersion: "v2", type: plan.form.type, data: { ...plan.form.templates } },
                }),
            },
            // A member that is not there yet is an error that the operator retries, and no Secret is made before all are.
            data: Object.entries(plan.sources).map(([secretKey, source]) => ({
                secretKey,
                remoteRef: { key: source.secretArn, property: source.property },
            })),
        },
    };
}
