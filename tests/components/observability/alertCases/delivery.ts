import { namespace, kube, forever, type AlertCase, cases } from "./situation";

const condition = (status: string, reason: string): string =>
    kube(
        "kube_deployment_status_condition",
        `deployment="user-mgmt-api",condition="Progressing",status="${status}",reason="${reason}"`,
    );
const rollout = (phase: string): string =>
    `rollout_info{job="argo-rollouts-metrics",namespace="${namespace}",name="user-mgmt-api",phase="${phase}"}`;
const secret = (status: string, name = "user-mgmt-secrets"): string =>
    `externalsecret_status_condition{job="external-secrets-metrics",namespace="${namespace}",name="${name}",condition="Ready",status="${status}"}`;
const application = (name: string, status: string): string =>
    `argocd_app_info{job="argocd-application-controller-metrics",namespace="argocd",name="${name}",dest_namespace="${namespace}",sync_status="${status}",health_status="Healthy"}`;

export const deliveryCases = {
    RolloutStuck: cases(
        {
            component: "user-mgmt-api",
            severity: "warning",
            fires: [
                {
                    samples: {
                        [condition("false", "ProgressDeadlineExceeded")]: `1${forever}`,
                        [condition("true", "NewReplicaSetAvailable")]: `0${forever}`,
                    },
                    at: "1m",
                    labels: { namespace, deployment: "user-mgmt-api" },
                    description:
                        "The Deployment user-management/user-mgmt-api has made no progress within its deadline; the old version goes on as far as its pods are left.",
                },
            ],
            quiet: {
                "while a rollout makes way": {
                    samples: {
                        [condition("false", "ProgressDeadlineExceeded")]: `0${forever}`,
                        [condition("true", "ReplicaSetUpdated")]: `1${forever}`,
                    },
                    after: "30m",
                    shows: "threshold",
                },
            },
        },
        {
            component: "user-mgmt-api",
            severity: "warning",
            of: "Rollouts",
            fires: ["Degraded", "Error", "Timeout", "InvalidSpec", "Abort"].map((phase) => ({
                samples: { [rollout(phase)]: `1${forever}` },
                at: "1m",
                labels: { namespace, name: "user-mgmt-api" },
                description:
                    "The Rollout user-management/user-mgmt-api has made no progress within its deadline; the old version goes on as far as its pods are left.",
            })),
            quiet: {
                "while a rollout makes way": {
                    samples: { [rollout("Progressing")]: `1${forever}`, [rollout("Degraded")]: `0${forever}` },
                    after: "30m",
                    shows: "threshold",
                },
            },
        },
    ),
    ExternalSecretNotSynced: {
        component: "secrets",
        severity: "warning",
        fires: [
            {
                samples: { [secret("False")]: `1${forever}`, [secret("True")]: `0${forever}` },
                at: "10m",
                labels: { namespace, name: "user-mgmt-secrets" },
                description:
                    "ExternalSecret user-management/user-mgmt-secrets cannot be read; pods keep the old value, and new ones may not start.",
            },
        ],
        quiet: {
            "while it is ready": {
                samples: { [secret("False")]: `0${forever}`, [secret("True")]: `1${forever}` },
                after: "40m",
                shows: "threshold",
            },
            "when another system's is not": {
                samples: { [secret("False").replace(`namespace="${namespace}"`, 'namespace="shop"')]: `1${forever}` },
                after: "40m",
            },
        },
    },
    ArgoCdOutOfSync: {
        component: "delivery",
        severity: "warning",
        fires: [
            {
                samples: { [application("user-management-backend", "OutOfSync")]: `1${forever}` },
                at: "15m",
                labels: {
                    name: "user-management-backend",
                    dest_namespace: namespace,
                    sync_status: "OutOfSync",
                },
                description: "Application user-management-backend for user-management is OutOfSync.",
            },
            {
                samples: { [application("user-management-frontend", "Unknown")]: `1${forever}` },
                at: "15m",
                labels: { name: "user-management-frontend", dest_namespace: namespace, sync_status: "Unknown" },
                description: "Application user-management-frontend for user-management is Unknown.",
            },
        ],
        quiet: {
            "when it is gone": {
                samples: { [application("user-management-backend", "OutOfSync")]: `0${forever}` },
                after: "40m",
            },

            "while it is synchronised": {
                samples: { [application("user-management-backend", "Synced")]: `1${forever}` },
                after: "40m",
                shows: "threshold",
            },
            "when another system's is not": {
                samples: { [application("medical-practice-backend", "OutOfSync")]: `1${forever}` },
                after: "40m",
            },
        },
    },
} satisfies Readonly<Record<string, AlertCase | readonly AlertCase[]>>;
