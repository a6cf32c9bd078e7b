import { forever, type AlertCase } from "./situation";

const up = (job: string): string => `up{job="${job}",pod="${job}-7d9f"}`;
const certificate = (what: string): string =>
    `certmanager_certificate_${what}_timestamp_seconds{job="cert-manager",namespace="envoy-gateway-system",name="public",issuer_name="letsencrypt"}`;
const day = 86_400;
const cronJob = (metric: string): string =>
    `kube_cronjob_${metric}{job="kube-state-metrics",namespace="monitoring",cronjob="secret-rotation-check"}`;
const rotated = cronJob("status_last_successful_time");
const created = cronJob("created");
const noneFound =
    "no run of monitoring/secret-rotation-check has found every secret rotated in time; 26 h are allowed. The log of its last job names the secret.";

export const controllersCases = {
    ControllerAbsent: {
        component: "external-secrets",
        severity: "warning",
        fires: [
            {
                samples: {},
                at: "10m",
                labels: { job: "external-secrets-metrics" },
                description:
                    "Prometheus gets no answer from external-secrets-metrics in external-secrets: what the controller looks after stays as it is, and alerts about it cannot fire.",
            },
            {
                samples: { [up("external-secrets-metrics")]: `0${forever}` },
                at: "10m",
                labels: { job: "external-secrets-metrics" },
                description:
                    "Prometheus gets no answer from external-secrets-metrics in external-secrets: what the controller looks after stays as it is, and alerts about it cannot fire.",
            },
        ],
        quiet: {
            "while one of its pods answers": {
                samples: {
                    [up("external-secrets-metrics")]: `1${forever}`,
                    [up("external-secrets-metrics").replace("7d9f", "k2j4")]: `0${forever}`,
                },
                after: "40m",
            },
        },
    },
    SecretRotationOverdue: {
        component: "secret-rotation",
        severity: "warning",
        fires: [
            {
                // The clock of a test starts at 0, so a success of yesterday has a negative time.
                samples: { [rotated]: `-93601${forever}`, [created]: `-900000${forever}` },
                at: "15m",
                labels: { namespace: "monitoring", cronjob: "secret-rotation-check" },
                description: `For 1d 2h 15m 1s ${noneFound}`,
            },
            {
                // It has never succeeded.
                samples: { [created]: `-93601${forever}` },
                at: "15m",
                labels: { namespace: "monitoring", cronjob: "secret-rotation-check" },
                description: `For 1d 2h 15m 1s ${noneFound}`,
            },
        ],
        quiet: {
            "just before it is too long": {
                samples: { [rotated]: `-91000${forever}`, [created]: `-900000${forever}` },
                after: "40m",
                shows: "threshold",
            },
            "when the check is new": { samples: { [created]: `0${forever}` }, after: "40m" },
            "when another job fails": {
                samples: {
                    [rotated]: `0${forever}`,
                    [rotated.replace("secret-rotation-check", "other")]: `-900000${forever}`,
                    [rotated.replace('"monitoring"', '"shop"')]: `-900000${forever}`,
                },
                after: "40m",
            },
        },
    },
    CertificateExpiring: {
        component: "cert-manager",
        severity: "critical",
        fires: [
            {
                // The clock of a test starts at 0.
                samples: {
                    [certificate("expiration")]: `${14 * day - 3000}${forever}`,
                    [certificate("renewal")]: `-1${forever}`,
                },
                at: "1h",
                labels: { namespace: "envoy-gateway-system", name: "public" },
                description:
                    "Certificate envoy-gateway-system/public expires in 13d 22h 10m 0s, and its renewal is overdue.",
            },
        ],
        quiet: {
            "while there is time": {
                samples: {
                    [certificate("expiration")]: `${14.2 * day}${forever}`,
                    [certificate("renewal")]: `-1${forever}`,
                },
                after: "3h",
                shows: "threshold",
            },
            "when a short life is as it should be": {
                samples: {
                    [certificate("expiration")]: `${2 * day}${forever}`,
                    [certificate("renewal")]: `${day}${forever}`,
                },
                after: "3h",
            },
        },
    },
} satisfies Readonly<Record<string, AlertCase>>;
