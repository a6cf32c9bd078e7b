import { forever, type AlertCase } from "./situation";

const up = (job: string): string => `up{job="${job}",pod="${job}-7d9f"}`;
const certificate = (what: string): string =>
    `certmanager_certificate_${what}_timestamp_seconds{job="cert-manager",namespace="envoy-gateway-system",name="public",issuer_name="letsencrypt"}`;
const day = 86_400;

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
